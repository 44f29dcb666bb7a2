"""Engage: the platform on which a city government holds its monthly Openness Theme Days with its citizens."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from engage import registry
from engage.config import ROOT, Config, ConfigError, load_config
from engage.core.db import db, engine_options, init_db
from engage.core.private import Exposed, keep_private
from engage.core.writer import init_writer
from engage.web.addresses import init_addresses
from engage.web.citizen import init_citizens
from engage.web.compression import init_compression
from engage.web.cookies import named
from engage.web.display import init_display
from engage.web.errors import init_errors
from engage.web.guards import init_guards
from engage.web.headers import init_headers
from engage.web.heads import init_heads
from engage.web.languages import init_languages
from engage.web.limits import init_limits
from engage.web.logs import init_logs
from engage.web.marking import init_marking
from engage.web.numbers import init_numbers
from engage.web.realtime import init_realtime
from engage.web.requests import CleanRequest
from engage.web.sessions import StaffSessions
from engage.web.share import init_share
from engage.web.shell import init_shell
from engage.web.staticfiles import init_static
from engage.web.warming import init_warming

log = logging.getLogger(__name__)
migrate = Migrate()


def create_app(config: Config | None = None, *, overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application for one process; ``overrides`` are Flask settings for tests.

    Raises ``ConfigError`` for settings that are unknown or wrong.
    """
    config = config or load_config()
    mended = _keep_private(config)
    app = Flask(
        "engage",
        root_path=str(ROOT / "engage"),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(config.instance),
    )
    app.config.from_mapping(_flask_settings(config))
    app.config.update(overrides or {})
    app.request_class = CleanRequest
    app.session_interface = StaffSessions()
    _bind(app)
    if mended:
        log.warning("files of the installation were open to other users", extra={"mended": mended})
    registry.register(app)
    init_realtime(app)
    init_addresses(app)
    init_heads(app)
    if config.trusted_proxies:  # outermost: sockets need the true address too
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def _keep_private(config: Config) -> int:
    try:
        return keep_private(config.instance, config.database_url)
    except (Exposed, OSError) as error:
        raise ConfigError(str(error)) from error


def _flask_settings(config: Config) -> dict[str, Any]:
    return {
        "ENGAGE": config,
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(config.database_url),
        "MAX_CONTENT_LENGTH": config.max_request_bytes,
        "MAX_FORM_MEMORY_SIZE": config.max_request_bytes,
        "MAX_FORM_PARTS": 10_000,
        "SESSION_COOKIE_NAME": named("staff", secure=config.secure_cookies),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "TEMPLATES_AUTO_RELOAD": False,
        "TRAP_HTTP_EXCEPTIONS": False,
    }


def _bind(app: Flask) -> None:
    init_logs(app)
    init_numbers(app)
    init_db(app)
    init_writer(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    init_languages(app)
    init_limits(app)
    init_headers(app)
    init_compression(app)
    init_citizens(app)
    init_guards(app)
    init_display(app)
    init_marking(app)
    init_warming(app)
    init_errors(app)
    init_share(app)
    init_shell(app)
    init_static(app)
