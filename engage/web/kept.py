"""What a person typed, shown back when it could not be taken: nobody types a long comment twice."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from engage.web.addresses import path_of_ours

KEEPING = frozenset({400, 401, 403, 409, 410, 413, 429, 500, 503})
# Sending the same again can work for these; for the others the page must be looked at first.
_AGAIN = frozenset({429, 500, 503})
# Upper bounds of what is read and shown back, in bytes and characters; of what its door takes, twice as much.
_READ_LIMIT = 4_000_000
_SHOW_LIMIT = 400_000
_FIELD_LIMIT = 6_000
_SHORTEST = 12
_SECRET = ("password", "token", "secret")


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was not taken. ``texts`` are what a person wrote, ``fields`` everything to send again."""

    action: str
    back: str
    texts: list[str]
    fields: list[tuple[str, str]]
    again: bool
    multipart: bool = False
    lost_files: bool = False


def kept_form(status: int) -> Kept | None:
    """The form of this request, or ``None`` where it cannot be read or is too large to show."""
    form = _form()
    if form is None:
        return None
    pairs = list(form.items(multi=True))
    if len(pairs) > _FIELD_LIMIT or sum(len(value) for _, value in pairs) > _SHOW_LIMIT:
        pairs = []
    secret = any(word in name.lower() for name, _ in pairs for word in ("password", "secret"))
    lost_files = "files" in request.__dict__ and any(file.filename for file in request.files.values())
    tokens = any(name in ("_token", "csrf_token") for name, _ in pairs)
    return Kept(
        action=request.full_path.rstrip("?"),
        back=page_before(),
        texts=[value for name, value in pairs if _is_written(name, value)],
        fields=pairs,
        again=status in _AGAIN and tokens and not secret and not lost_files,
        multipart=request.mimetype == "multipart/form-data",
        lost_files=lost_files,
    )


def _form() -> MultiDict[str, str] | None:
    """The form, read with a wider limit where the usual one refused it."""
    try:
        return request.form
    except HTTPException:
        pass
    most = min(_READ_LIMIT, 2 * (request.max_content_length or _READ_LIMIT))
    if (request.content_length or most) >= most:
        return None
    request.max_content_length = request.max_form_memory_size = most
    try:
        return request.form
    except HTTPException:
        return None


def _is_written(name: str, value: str) -> bool:
    """Whether a person wrote this, as against an id, a choice or a token."""
    if name.startswith("_") or any(word in name.lower() for word in _SECRET) or not value.strip():
        return False
    plain = value.isascii() and not any(sign.isspace() for sign in value.strip())
    return not plain or len(value) > _SHORTEST * 4


def page_before() -> str:
    """The page the form of this request stood on, when it is ours."""
    return path_of_ours(request.referrer or "")
