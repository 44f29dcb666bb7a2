"""Mail out of the house: SMTP, or the log where no server is set."""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

log = logging.getLogger("engage.mail")

_SECONDS = 20


class NotEncrypted(smtplib.SMTPException):
    """The mail server offers no encryption, and its password would be read on the way."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} offers no STARTTLS, so the password in mail_url is not sent: "
            "name the server as smtps://, or without user and password"
        )


def compose(sender: str, recipient: str, subject: str, text: str) -> EmailMessage:
    """A plain mail; line breaks in the subject are taken out."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, " ".join(subject.split())
    mail.set_content(text)
    return mail


def send(url: str, mail: EmailMessage) -> None:
    """Hand ``mail`` to the server at ``url``: ``smtp://user:password@host:port``, ``smtps://…``, ``console://``.

    Raises ``OSError`` or ``smtplib.SMTPException`` where it cannot be handed over, ``ValueError`` for
    another kind of address, ``NotEncrypted`` where a password would travel in clear.
    """
    target = urlsplit(url)
    if target.scheme == "console":
        log.info("mail", extra={"subject": mail["Subject"]})
        return
    if target.scheme not in ("smtp", "smtps"):
        raise ValueError("mail_url must begin with console://, smtp:// or smtps://")
    secure = ssl.create_default_context()
    host = target.hostname or "localhost"
    if target.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, target.port or 465, timeout=_SECONDS, context=secure)
    else:
        server = smtplib.SMTP(host, target.port or 25, timeout=_SECONDS)
    with server:
        encrypted = target.scheme == "smtps" or _encrypt(server, secure)
        if target.username:
            if not encrypted:
                raise NotEncrypted(host)
            server.login(unquote(target.username), unquote(target.password or ""))
        server.send_message(mail)


def _encrypt(server: smtplib.SMTP, secure: ssl.SSLContext) -> bool:
    try:
        server.starttls(context=secure)
    except smtplib.SMTPNotSupportedError:
        return False
    return True
