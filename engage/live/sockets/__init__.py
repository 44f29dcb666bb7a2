"""Sockets of the live sessions: what clients may send, and what is sent on to them."""

from engage.live.sockets import console, room, screens

__all__ = ["console", "room", "screens"]
