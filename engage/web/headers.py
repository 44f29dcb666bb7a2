"""Security headers: a strict content policy with a nonce per response."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request

_YEAR = 365 * 24 * 3600

_STAFF = ("/staff/", "/styleguide")


def init_headers(app: Flask) -> None:
    """Set the headers on every response and offer ``csp_nonce()`` to templates."""
    app.after_request(_set)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """The nonce of this response, for its ``<script>`` elements."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(12)
    return g.csp_nonce


def allow_inline_styles() -> None:
    """Let this response use style attributes: for staff dashboards only, whose chart library writes them."""
    g.csp_styles = "'self' 'unsafe-inline'"


def allow_media(
    *, media: tuple[str, ...] = (), connect: tuple[str, ...] = (), frames: tuple[str, ...] = ()
) -> None:
    """Let this response load one session's recording or stream from the given origins."""
    g.csp_media, g.csp_connect, g.csp_frames = media, connect, frames


def _policy() -> str:
    scripts = f"'nonce-{g.csp_nonce}' 'strict-dynamic'" if "csp_nonce" in g else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src " + g.get("csp_styles", "'self'"),
            "img-src 'self' data: blob:",
            "font-src 'self'",
            " ".join(("connect-src 'self'", *_sockets(), *g.get("csp_connect", ()))),
            " ".join(("media-src 'self' blob:", *g.get("csp_media", ()))),
            " ".join(("frame-src 'self'", *g.get("csp_frames", ()))),
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        )
    )


def _sockets() -> list[str]:
    """Ours by its settings, never as somebody asked for it: before 2022 ``'self'`` meant pages only."""
    scheme, found, host = current_app.config["ENGAGE"].public_url.partition("://")
    return [f"{scheme.replace('http', 'ws')}://{host}"] if found else []


def _set(response: Response) -> Response:
    headers = response.headers
    if "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = _policy()
    if request.path.startswith(_STAFF):
        # Nothing of the work area is found again on a shared computer, by the Back button or in its cache.
        headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in headers:
        # Pages hold the tokens of one person: no cache in between may hand them to another.
        headers["Cache-Control"] = "private, no-cache"
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if not (response.mimetype or "").startswith("image/"):
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if request.is_secure:
        below = "; includeSubDomains" if current_app.config["ENGAGE"].hsts_subdomains else ""
        headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}{below}")
    return response
