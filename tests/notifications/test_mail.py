"""Mails by SMTP: a password never travels in clear."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engage.notifications.mail import NotEncrypted, compose, send

_MAIL = compose("engage@city.example", "wang@city.example", "事项到期", "请处理。")


@contextmanager
def _server(*offers: str) -> Iterator[tuple[int, list[str]]]:
    """A mail server that knows what it is told to offer; notes every line it was sent."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, offers, heard), daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(10)


def _serve(listener: socket.socket, offers: tuple[str, ...], heard: list[str]) -> None:
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as lines:

        def say(text: str) -> None:
            lines.write(text.encode() + b"\r\n")
            lines.flush()

        say("220 mail.example")
        inside = False
        for raw in lines:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            heard.append(line)
            word = line[:4].upper()
            if inside:
                inside = line != "."
                if not inside:
                    say("250 taken")
            elif word == "EHLO":
                *first, last = ("mail.example", *offers)
                for one in first:
                    say(f"250-{one}")
                say(f"250 {last}")
            elif word == "DATA":
                inside = True
                say("354 go on")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("235 ok" if word == "AUTH" else "250 ok")


def test_without_encryption_no_password_leaves() -> None:
    refused = pytest.raises(NotEncrypted, match=r"offers no STARTTLS.* smtps://")
    with _server("AUTH PLAIN LOGIN") as (port, heard), refused as said:
        send(f"smtp://engage:hidden@127.0.0.1:{port}", _MAIL)
    assert "hidden" not in str(said.value)
    assert not [line for line in heard if line.upper().startswith("AUTH")]
    assert not [line for line in heard if "MAIL FROM" in line.upper()]


def test_a_server_without_password_takes_mails_as_they_are() -> None:
    with _server("8BITMIME") as (port, heard):
        send(f"smtp://127.0.0.1:{port}", _MAIL)
    assert [line for line in heard if line.upper().startswith("RCPT TO:<WANG@CITY.EXAMPLE>")]
