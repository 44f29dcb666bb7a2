"""Every deed of a live session: one function each, the same for pages, sockets and commands."""

from engage.live.actions.asking import Asked, ask, enter, withdraw
from engage.live.actions.deciding import Decided, decide
from engage.live.actions.erasing import erase
from engage.live.actions.guests import make_link, revoke_link
from engage.live.actions.leftover import LEFTOVER, settle_leftover
from engage.live.actions.own import OwnAction, last_own, undo_own
from engage.live.actions.sessions import create, edit, note_export, step
from engage.live.actions.supporting import Supported, question_id_of, support
from engage.live.actions.written import LiveQuestionSource

__all__ = [
    "LEFTOVER",
    "Asked",
    "Decided",
    "LiveQuestionSource",
    "OwnAction",
    "Supported",
    "ask",
    "create",
    "decide",
    "edit",
    "enter",
    "erase",
    "last_own",
    "make_link",
    "note_export",
    "question_id_of",
    "revoke_link",
    "settle_leftover",
    "step",
    "support",
    "undo_own",
    "withdraw",
]
