"""What strangers send, and what no answer to it may be."""

from __future__ import annotations

from typing import Any

WORDS = (
    "\x00",
    "\ud800",
    "a\r\nSet-Cookie: x=1",
    "</script><script>alert(1)</script>",
    "٣",
    "9" * 400,
    "-1",
    "1e999",
    "NaN",
    "../../../../etc/passwd",
    "{{7*7}}${7*7}%s{0}",
    "=cmd|' /C calc'!A0",
    "\u202e\u2066\ufeff",
    "x" * 70_000,
)
BYTES = ("%00", "%ff%fe", "%ed%a0%80", "%c0%ae%c0%ae%2f", "%0d%0aX-Bad:%201", "%", "%zz")


def fine(answer: Any, what: str) -> str:
    """What is wrong with an answer, or nothing."""
    text = answer.get_data()
    problem = ""
    if answer.status_code >= 500:
        problem = f"{answer.status_code}"
    elif b"Traceback" in text or b"sqlalchemy" in text:
        problem = "tells about our inside"
    elif b"<script>alert(1)" in text:
        problem = "script of a stranger"
    elif any("\n" in value or "\r" in value for _, value in answer.headers):
        problem = "header split"
    answer.close()
    return f"{what[:200]!r}: {problem}" if problem else ""
