"""Receipt codes: derived from the request id, so that a retry answers the same; stored only hashed.

The code of a visit opens several objects. Each lies under a hash of its own, of the code and a number, so
that nothing stored says which of them belong together (docs/decisions/one-code-a-visit.md).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import BindParameter, ScalarSelect, Table, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from engage.core.codes import folded
from engage.core.db import db
from engage.core.ids import keyed_bytes, keyed_hash
from engage.core.keys import key
from engage.participation.models import Receipt

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_CHARACTERS = 11
_ISSUE = insert(cast(Table, Receipt.__table__))
# The page that shows a fresh code asks too, once for each response.
_FIND = select(Receipt.kind, Receipt.object_id).where(Receipt.code_hash == bindparam("code_hash"))
# Tried place by place: most visits have few comments.
_PUT = {
    name: made(cast(Table, Receipt.__table__)).on_conflict_do_nothing().returning(Receipt.object_id)
    for name, made in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
CODE = re.compile(rf"[{_ALPHABET}]{{{_RANDOM_CHARACTERS + 1}}}")
MOST_UNDER_ONE: Final = 50
"""Objects that the code of a visit opens: as many hashes are tried whenever one is looked up."""
# The first is the code's own, the others its places: always as many, so that the statement is made once.
_TRIED = tuple(f"hash_{number}" for number in range(MOST_UNDER_ONE + 1))
_FIND_ALL = select(Receipt.kind, Receipt.object_id).where(
    Receipt.code_hash.in_([bindparam(name) for name in _TRIED])
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a receipt code opens."""

    kind: str
    object_id: int

    @property
    def handle(self) -> str:
        """What a form calls this one among several: the same at any time, and it says nothing."""
        return keyed_hash(key("receipt"), "object", self.kind, str(self.object_id))[:16]


class Repeated(Exception):
    """The deed of this receipt was done before; its request id is forgotten by now, its receipt is not."""


def code_for(request_id: str, kind: str) -> str:
    """The code of the deed with ``request_id``: 11 characters (53 bits) and a check character."""
    number = int.from_bytes(keyed_bytes(key("receipt-code"), kind, request_id), "big")
    characters = []
    for _ in range(_RANDOM_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[digit])
    body = "".join(characters)
    return grouped(body + _check_character(body))


def issue(request_id: str, kind: str, object_id: int) -> str:
    """Store the receipt of ``object_id`` in the running transaction and answer its code.

    Raises ``Repeated`` where it exists: the transaction is to be undone, and ``code_for`` is the answer.
    """
    code = code_for(request_id, kind)
    keep(hash_of(code), kind, object_id)
    return code


def keep(code_hash: str, kind: str, object_id: int) -> None:
    """As ``issue``, for a code that was made before (``code_for``, ``hash_of``)."""
    values = {"code_hash": code_hash, "kind": kind, "object_id": object_id}
    try:
        db.session.connection().execute(_ISSUE, values)
    except IntegrityError as error:
        raise Repeated from error


def find(code: str) -> Found | None:
    """What ``code`` opens, however a person types it (see ``normalised``); ``None`` if nothing does."""
    clean = normalised(code)
    if not well_formed(clean):
        return None
    row = db.session.connection().execute(_FIND, {"code_hash": _code_hash(clean)}).first()
    return Found(row.kind, row.object_id) if row else None


def find_all(code: str) -> list[Found]:
    """Everything that ``code`` opens, however typed, oldest first; a code that is no visit's opens one."""
    clean = normalised(code)
    if not well_formed(clean):
        return []
    hashes = dict(zip(_TRIED, (_code_hash(clean), *_hashes_under(clean)), strict=True))
    rows = db.session.connection().execute(_FIND_ALL, hashes).all()
    return sorted((Found(row.kind, row.object_id) for row in rows), key=lambda each: each.object_id)


def put_under(code: str, kind: str, object_id: int, *, fresh: bool) -> bool:
    """Have the code of a visit open an object too, inside the running transaction; twice is once.

    A ``fresh`` object lies under no code yet. ``False`` where the code opens as many as it can.
    """
    clean, connection = normalised(code), db.session.connection()
    if not fresh and Found(kind, object_id) in find_all(clean):
        return True
    put = _PUT[connection.dialect.name]
    values = {"kind": kind, "object_id": object_id}
    return any(
        connection.execute(put, {"code_hash": each, **values}).first() is not None
        for each in _hashes_under(clean)
    )


def hashes_of(kind: str, object_id: int) -> list[str]:
    """What is stored of the codes that open an object."""
    of_object = select(Receipt.code_hash).where(Receipt.kind == kind, Receipt.object_id == object_id)
    return list(db.session.scalars(of_object))


def opened_by(code_hash: BindParameter[str]) -> ScalarSelect[int]:
    """For statements of other tables: the id of the object that the code with this hash opens, else NULL."""
    return select(Receipt.object_id).where(Receipt.code_hash == code_hash).scalar_subquery()


def is_stored(code_hash: str) -> bool:
    """Whether the receipt with this hash (``hash_of``) exists."""
    return db.session.connection().execute(_FIND, {"code_hash": code_hash}).first() is not None


def hash_of(code: str) -> str:
    """What is stored of a code: 64 hexadecimal characters."""
    return _code_hash(normalised(code))


def forget(kind: str, object_id: int) -> None:
    """Delete the receipts of an object inside the running transaction."""
    db.session.execute(delete(Receipt).where(Receipt.kind == kind, Receipt.object_id == object_id))


def normalised(code: str) -> str:
    """Upper case, half width, no spaces and dashes; look-alikes 0, 1, I, L, O, U stay and fail."""
    return folded(code)


def well_formed(clean: str) -> bool:
    """Whether a normalised code has the right length, characters and check character."""
    return CODE.fullmatch(clean) is not None and _check_character(clean[:-1]) == clean[-1]


def grouped(clean: str) -> str:
    """``ABCDEFGHJKMN`` as ``ABCD-EFGH-JKMN``."""
    return "-".join(clean[start : start + 4] for start in range(0, len(clean), 4))


def _check_character(body: str) -> str:
    # Weights coprime to 30 make every single wrong character visible (a weighted sum modulo the alphabet).
    weights = (1, 7, 11, 13, 17, 19, 23, 29)
    total = sum(_ALPHABET.index(char) * weights[at % len(weights)] for at, char in enumerate(body))
    return _ALPHABET[total % len(_ALPHABET)]


def _hashes_under(clean: str) -> list[str]:
    """The hashes of all places under the code of a visit: one keyed hash, drawn out to their length."""
    drawn = hashlib.shake_256(keyed_bytes(key("receipt"), "visit", clean)).hexdigest(32 * MOST_UNDER_ONE)
    return [drawn[start : start + 64] for start in range(0, len(drawn), 64)]


def _code_hash(clean: str) -> str:
    return keyed_hash(key("receipt"), "code", clean)
