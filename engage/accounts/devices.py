"""What a browser calls itself, in a few words people recognise."""

from __future__ import annotations

import re

# The order matters: browsers name their ancestors too.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ Browser"),
    ("360SE|QIHU", "360"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS|OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux|X11", "Linux"),
)


def device_label(user_agent: str) -> str:
    """``"Chrome · Windows"``; unknown parts are left out, and an empty label means neither is known."""
    found = [
        next((name for pattern, name in table if re.search(pattern, user_agent)), "")
        for table in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(part for part in found if part)
