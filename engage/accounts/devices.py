"""What a browser calls itself, in a few words people recognise."""

from __future__ import annotations

import re

from engage.core.messages import Message, msg
from engage.web.languages import render

# The order matters: browsers name their ancestors too.
_BROWSERS: tuple[tuple[str, str | Message], ...] = (
    ("MicroMessenger", msg("WeChat")),
    ("DingTalk", msg("DingTalk")),
    ("Edg", "Edge"),
    ("QQBrowser", msg("QQ Browser")),
    ("360SE|QIHU", "360"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: tuple[tuple[str, str | Message], ...] = (
    ("HarmonyOS|OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux|X11", "Linux"),
)


def device_label(user_agent: str) -> str:
    """``"Chrome · Windows"`` as the person's language has it; parts that are not known are left out."""
    found = [
        next((name for pattern, name in table if re.search(pattern, user_agent)), "")
        for table in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(render(part) if isinstance(part, Message) else part for part in found if part)
