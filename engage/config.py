"""One frozen configuration, read from ``ENGAGE_*`` in the environment and ``instance/engage.toml``."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import tempfile
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

ROOT = Path(__file__).resolve().parent.parent
_PREFIX = "ENGAGE_"
_KEY_IN_THE_MAKING = ".secret-"
_START_SECONDS = 600
# What lies in the place of one would be waited for without end, or found out by whoever needs it first. Named
# here, because this file is read before the process is patched for gevent, so it imports little.
_FILES = ("engage.toml", "secret.key", "participation.marks", "deletions.jsonl", "holidays.csv")
_BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# A name in Chinese is written as browsers send it: xn--…
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]+")
_PORTS = {"http": 80, "https": 443}
_MAILS = ("console://", "smtp://", "smtps://")
_DATABASES = {"sqlite", "postgresql"}
# Read by the start scripts or the shell, not by the application.
_FOREIGN = {"ENGAGE_INSTANCE", "ENGAGE_TEST_DATABASE", "ENGAGE_SCREENSHOTS"}


class ConfigError(click.ClickException):
    """A setting that is unknown, missing or of the wrong kind; the message says which and what to do.

    Of this kind, because Flask makes the application before any command of ours can say it.
    """


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. Paths are absolute; times are in seconds unless the name says otherwise."""

    instance: Path
    secret_key: str = field(repr=False)
    database_url: str
    public_url: str = ""
    trusted_hosts: str = ""
    secure_cookies: bool = False
    hsts_subdomains: bool = True
    trusted_proxies: int = 0
    limits_storage: str = "memory://"
    rate_limits: bool = True
    max_sockets: int = 15000
    sockets_per_device: int = 5
    sockets_per_network: int = 0
    max_request_bytes: int = 12 * 1024 * 1024
    mail_url: str = "console://"
    mail_from: str = "engage@localhost"
    log_level: str = "INFO"

    @property
    def files(self) -> Path:
        """Where uploads, columns and exports live."""
        return self.instance / "files"

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts this site answers to, in small letters; empty where it answers to any."""
        return frozenset(self.trusted_hosts.lower().replace(",", " ").split())


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """The configuration of this process; creates the instance folder and the secret key when missing.

    Raises ``ConfigError`` for an unknown key, a value of the wrong kind, and where in the place of a file of
    the installation lies something else.
    """
    environ = os.environ if environ is None else environ
    instance = Path(environ.get("ENGAGE_INSTANCE") or ROOT / "instance").resolve()
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in _FILES:
            _require_file(instance / name)
        _require_folder(instance / "files")
        values = {**_from_file(instance / "engage.toml"), **_from_environment(environ)}
        known = {item.name: item for item in fields(Config) if item.name != "instance"}
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise ConfigError(
                f"Unknown setting: {', '.join(unknown)}. Known settings: {', '.join(sorted(known))}."
            )
        values.setdefault("secret_key", _secret_key(instance))
        values.setdefault("database_url", f"sqlite:///{instance / 'engage.db'}")
        _require_database_files(str(values["database_url"]))
    except OSError as error:
        raise ConfigError(f"{error.filename or instance} cannot be used: {error.strerror}.") from error
    values["public_url"] = _site(str(values.get("public_url", "")))
    values.setdefault("secure_cookies", values["public_url"].startswith("https://"))
    typed = {name: _typed(known[name].type, name, value) for name, value in values.items()}
    _check(typed)
    return Config(instance=instance, **typed)


def _require_file(path: Path, *, may_lead_nowhere: bool = False) -> None:
    """Raise ``ConfigError`` where ``path`` is there and no file; a link counts as what it leads to."""
    if not os.path.lexists(path):
        return
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if may_lead_nowhere:
            return
        raise ConfigError(f"{path} is a link that leads nowhere: mend it or move it away.") from None
    if not stat.S_ISREG(mode):
        raise ConfigError(
            f"{path} must be a file, but is {_sort(mode)}: put back the file or move this away."
        )


def _require_folder(path: Path) -> None:
    if os.path.lexists(path) and not path.is_dir():
        raise ConfigError(f"{path} must be a folder: put it back or move away what is in its place.")


def _require_database_files(url: str) -> None:
    kind, _, path = url.partition(":///")
    if not kind.startswith("sqlite") or not path:
        return
    for end in _BESIDE_SQLITE:
        # SQLite makes the file a link leads to.
        _require_file(Path(path + end), may_lead_nowhere=not end)


def _sort(mode: int) -> str:
    names = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return names.get(stat.S_IFMT(mode), "a device")


def _check(values: dict[str, Any]) -> None:
    values["log_level"] = str(values.get("log_level", "INFO")).upper()
    if values["log_level"] not in _LEVELS:
        raise ConfigError(f"Setting log_level must be one of {', '.join(_LEVELS)}.")
    if not values["secret_key"]:
        raise ConfigError(
            "Setting secret_key must not be empty. Where instance/secret.key is, put it back from a backup."
        )
    if not values.get("mail_url", "console://").startswith(_MAILS):
        # Not repeated here: it may hold a password.
        raise ConfigError("Setting mail_url must begin with console://, smtp:// or smtps://.")
    # By the word alone: this file is read before the process is patched for gevent, so it imports little.
    if values["database_url"].partition("://")[0].partition("+")[0] not in _DATABASES:
        # Not repeated here: it may hold a password.
        raise ConfigError(
            "Setting database_url must be an address such as postgresql+psycopg://user:password@host/name."
        )


def _site(address: str) -> str:
    """The address of the site as an ``Origin`` has it: scheme, host and port, and nothing else."""
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host = None, None
    if not host or not _HOST.fullmatch(host) or parts.scheme not in _PORTS or parts.username is not None:
        host = None
    if not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigError(f"Setting public_url must be like https://city.example, not {address!r}.")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _PORTS[parts.scheme] else "")


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not valid TOML: {error}") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(_PREFIX) and name not in _FOREIGN
    }


def _typed(kind: Any, name: str, value: Any) -> Any:
    try:
        if kind == "bool":
            return (
                value
                if isinstance(value, bool)
                else {"1": True, "true": True, "0": False, "false": False}[value.lower()]
            )
        if kind == "int":
            return int(value)
    except (KeyError, ValueError, AttributeError) as error:
        raise ConfigError(f"Setting {name} must be a {kind}, not {value!r}.") from error
    return str(value)


def _secret_key(instance: Path) -> str:
    """The key in ``instance/secret.key``, made on first use and readable by its owner only."""
    path = instance / "secret.key"
    if not path.exists():
        # Under its name only when it is whole: a start that is killed leaves no empty key behind.
        handle, made = tempfile.mkstemp(dir=instance, prefix=_KEY_IN_THE_MAKING)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        Path(made).unlink()
    for left in instance.glob(f"{_KEY_IN_THE_MAKING}*"):
        # Of a start that was killed: a copy of the key where nobody looks for one. A fresh one is being made.
        with contextlib.suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - _START_SECONDS:
                left.unlink()
    try:
        return path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is damaged: put the key back from a backup.") from error
