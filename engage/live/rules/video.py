"""Where a room's video may come from: an HLS stream over HTTPS, or an embed from an allow-list of hosts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from engage.core.messages import Message, msg

# Players that government sites use and that may be framed. A host stands for itself only, not for its
# subdomains.
EMBED_HOSTS: Final = frozenset(
    {
        "player.bilibili.com",
        "live.bilibili.com",
        "v.qq.com",
        "player.youku.com",
        "tv.cctv.com",
        "live.xinhuanet.com",
        "player.polyv.net",
        "live.polyv.cn",
    }
)
ADDRESS_MOST: Final = 500
_LOCAL = frozenset({"localhost", "127.0.0.1"})


class VideoKind(StrEnum):
    """How a room shows its video."""

    NONE = "none"
    HLS = "hls"
    EMBED = "embed"


@dataclass(frozen=True, slots=True)
class Video:
    """``origin`` is what the page of this session may load from (scheme and host, with port)."""

    kind: VideoKind
    address: str = ""
    origin: str = ""


NO_VIDEO: Final = Video(VideoKind.NONE)


def video(address: str) -> Video:
    """How to show ``address``; an address that is not allowed shows nothing."""
    if not address or check_address(address) is not None:
        return NO_VIDEO
    parts = urlsplit(address)
    kind = VideoKind.EMBED if parts.hostname in EMBED_HOSTS else VideoKind.HLS
    return Video(kind, address, f"{parts.scheme}://{parts.netloc}")


def check_address(address: str) -> Message | None:
    """What is wrong with an address, or ``None``."""
    refused = msg(
        "Please enter an https address that ends in .m3u8, or one of a player on: {hosts}.",
        hosts=", ".join(sorted(EMBED_HOSTS)),
    )
    if len(address) > ADDRESS_MOST or any(character in address for character in " \t\r\n;,\"'<>\\"):
        return refused
    try:
        parts = urlsplit(address)
        local = parts.hostname in _LOCAL
        _port = parts.port
    except ValueError:
        return refused
    if parts.username is not None or not parts.hostname or not parts.hostname.isascii():
        return refused
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        return refused
    if parts.hostname in EMBED_HOSTS or parts.path.endswith(".m3u8"):
        return None
    return refused
