"""Refusals: every way in which the platform says no, each with a sentence and an HTTP status."""

from __future__ import annotations

from engage.core.messages import Message, msg


class Refusal(Exception):
    """Base of every expected no. ``message`` is shown to the person, ``status`` is the HTTP status."""

    status = 400
    default = msg("This request could not be understood. Please go back and try again.")

    def __init__(self, message: Message | None = None) -> None:
        self.message = message or self.default
        super().__init__(str(self.message))


class Invalid(Refusal):
    """Input that breaks a rule. ``errors`` maps a field or question id to its sentence."""

    status = 422
    default = msg("Please check what you entered.")

    def __init__(self, errors: dict[str, Message], message: Message | None = None) -> None:
        super().__init__(message)
        self.errors = errors


class NotAllowed(Refusal):
    status = 403
    default = msg("You are not allowed to do this.")


class NotFound(Refusal):
    status = 404
    default = msg("This page does not exist or is not public.")


class Conflict(Refusal):
    status = 409
    default = msg(
        "Someone else changed this in the meantime. Please look at the current state and try again."
    )


class Gone(Refusal):
    status = 410
    default = msg("This is no longer available.")


class TooLarge(Refusal):
    status = 413
    default = msg("What you sent is too large.")


class TooMany(Refusal):
    """Over a rate limit; ``retry_after`` is in whole seconds."""

    status = 429

    def __init__(self, retry_after: int, message: Message | None = None) -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(
            message
            or msg(
                "Too many requests. Please wait {seconds} seconds and try again; what you typed is kept.",
                seconds=self.retry_after,
            )
        )


class Busy(Refusal):
    """The database cannot write now (locked for too long, disk full): nothing was stored, a retry is safe."""

    status = 503
    default = msg("The system cannot save right now. What you typed is kept; please try again in a moment.")
