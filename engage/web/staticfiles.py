"""Static files, compressed beforehand by the build and kept by browsers for good under their hashed names."""

from __future__ import annotations

from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from engage.web.assets import STATIC

_MINUTE = 60


def init_static(app: Flask) -> None:
    """Answer ``/static/…`` before the application is asked; files are those that exist at the start."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(STATIC),
        prefix="/static/",
        max_age=_MINUTE,
        allow_all_origins=False,
        immutable_file_test=_is_hashed,
        add_headers_function=_headers,
    )


def _is_hashed(_path: str, url: str) -> bool:
    return url.startswith("/static/dist/")


def _headers(headers: Headers, path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    if path.endswith(".svg"):  # the one kind that could run something when opened by itself
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
