"""Settings: what is unknown or wrong stops the start with a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engage.config import ConfigError, load_config


def _load(instance: Path, **settings: str) -> object:
    return load_config({"ENGAGE_INSTANCE": str(instance), **settings})


def test_without_any_setting_there_is_a_key_and_a_database(tmp_path: Path) -> None:
    first = load_config({"ENGAGE_INSTANCE": str(tmp_path / "new")})
    assert len(first.secret_key) == 64
    assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o077 == 0
    assert first.database_url == f"sqlite:///{tmp_path / 'new' / 'engage.db'}"
    assert load_config({"ENGAGE_INSTANCE": str(tmp_path / "new")}) == first


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "engage.toml").write_text(
        'public_url = "https://a.example"\nmax_sockets = 7\nrate_limits = false\n'
    )
    config = load_config({"ENGAGE_INSTANCE": str(tmp_path), "ENGAGE_MAX_SOCKETS": "8"})
    assert (config.public_url, config.max_sockets, config.rate_limits) == ("https://a.example", 8, False)


def test_what_belongs_to_the_start_scripts_is_no_setting(tmp_path: Path) -> None:
    _load(tmp_path, ENGAGE_TEST_DATABASE="x", ENGAGE_SCREENSHOTS="y", OTHER="z")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PUBLIK_URL", "x", "Unknown setting: publik_url. Known settings: database_url, "),
        ("INSTANCE_", "x", "Unknown setting: instance_"),
        ("RATE_LIMITS", "maybe", "Setting rate_limits must be a bool, not 'maybe'."),
        ("MAX_SOCKETS", "many", "Setting max_sockets must be a int, not 'many'."),
        ("LOG_LEVEL", "loud", "Setting log_level must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL."),
        ("LOG_LEVEL", "", "Setting log_level must be one of"),
        ("SECRET_KEY", "", "Setting secret_key must not be empty."),
        ("PUBLIC_URL", "city.example", "Setting public_url must be like https://city.example, not 'city.ex"),
        ("PUBLIC_URL", "//city.example", "Setting public_url must be like"),
        ("PUBLIC_URL", "ftp://city.example", "Setting public_url must be like"),
        ("PUBLIC_URL", "javascript:alert(1)", "Setting public_url must be like"),
        ("PUBLIC_URL", "https://", "Setting public_url must be like"),
        ("PUBLIC_URL", "https:city.example", "Setting public_url must be like"),
        ("PUBLIC_URL", "https://city.example/engage", "Setting public_url must be like"),
        ("PUBLIC_URL", "https://city.example?x=1", "Setting public_url must be like"),
        ("PUBLIC_URL", "https://me@city.example", "Setting public_url must be like"),
        ("PUBLIC_URL", "https://city example", "Setting public_url must be like"),
        ("PUBLIC_URL", "https://city.example:port", "Setting public_url must be like"),
        ("PUBLIC_URL", "null", "Setting public_url must be like"),
        ("MAIL_URL", "mail.example", "Setting mail_url must begin with console://, smtp:// or smtps://."),
        ("MAIL_URL", "http://me:hidden@mail.example", "Setting mail_url must begin with"),
        ("DATABASE_URL", "nonsense", "Setting database_url must be an address such as postgresql+psycopg://"),
        ("DATABASE_URL", "mysql://u:hidden@h/d", "Setting database_url must be an address such as"),
        ("DATABASE_URL", "", "Setting database_url must be an address such as"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str, says: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        _load(tmp_path, **{f"ENGAGE_{name}": value})
    assert str(refusal.value).startswith(says)
    assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize(
    ("written", "meant", "secure"),
    [
        ("", "", False),
        ("https://city.example", "https://city.example", True),
        ("https://city.example/", "https://city.example", True),
        ("HTTPS://City.Example:443", "https://city.example", True),
        ("https://city.example:8443", "https://city.example:8443", True),
        ("http://10.0.0.5:5000", "http://10.0.0.5:5000", False),
        ("http://[::1]:80/", "http://[::1]", False),
        ("https://xn--fiqs8s.example", "https://xn--fiqs8s.example", True),
    ],
)
def test_the_address_of_the_site_is_kept_as_browsers_name_it(
    tmp_path: Path, written: str, meant: str, secure: bool
) -> None:
    config = load_config({"ENGAGE_INSTANCE": str(tmp_path), "ENGAGE_PUBLIC_URL": written})
    assert (config.public_url, config.secure_cookies) == (meant, secure)


def test_the_level_may_be_written_small(tmp_path: Path) -> None:
    assert (
        load_config({"ENGAGE_INSTANCE": str(tmp_path), "ENGAGE_LOG_LEVEL": "warning"}).log_level == "WARNING"
    )


@pytest.mark.parametrize("text", ["not toml", "log_level = ", 'log_level = "loud"', "colour = 1"])
def test_a_wrong_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "engage.toml").write_text(text)
    with pytest.raises(ConfigError):
        _load(tmp_path)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be used"):
        _load(tmp_path / "file" / "instance")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("secret.key", b"\xff\x00", "is damaged: put the key back from a backup"),
        ("secret.key", b"", "put it back from a backup"),
        ("engage.toml", b"\xff\x00", "engage.toml is not valid TOML"),
        ("engage.toml", b"log_level = ", "engage.toml is not valid TOML"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=sentence):
        load_config({"ENGAGE_INSTANCE": str(tmp_path)})


def _make(path: Path, sort: str) -> None:
    if sort == "a pipe":
        os.mkfifo(path)
    elif sort == "a folder":
        path.mkdir()
    elif sort == "a file":
        path.touch()
    else:
        path.symlink_to(path.parent / "nowhere" / "file" if sort == "a link" else "/dev/null")


@pytest.mark.parametrize("sort", ["a pipe", "a folder", "a link", "a device"])
@pytest.mark.parametrize(
    "name",
    [
        *("secret.key", "engage.toml", "participation.marks", "deletions.jsonl", "holidays.csv"),
        *("engage.db", "engage.db-wal", "engage.db-shm", "engage.db-journal"),
    ],
)
def test_what_lies_in_the_place_of_a_file_is_named_and_not_waited_for(
    tmp_path: Path, name: str, sort: str
) -> None:
    _make(tmp_path / name, sort)
    if (name, sort) == ("engage.db", "a link"):
        _load(tmp_path)  # SQLite makes the file it leads to.
        return
    says = "is a link that leads nowhere: " if sort == "a link" else f"must be a file, but is {sort}: "
    with pytest.raises(ConfigError, match=rf"{tmp_path / name} {says}.*move"):
        _load(tmp_path)


def test_the_database_elsewhere_is_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    os.mkfifo(tmp_path / "data" / "city.db-wal")
    with pytest.raises(ConfigError, match=r"city\.db-wal must be a file, but is a pipe"):
        _load(tmp_path, ENGAGE_DATABASE_URL=f"sqlite:///{tmp_path / 'data' / 'city.db'}")


def test_links_that_lead_to_files_are_followed(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("max_sockets = 7")
    (tmp_path / "engage.toml").symlink_to("settings")
    assert load_config({"ENGAGE_INSTANCE": str(tmp_path)}).max_sockets == 7


@pytest.mark.parametrize("sort", ["a pipe", "a file", "a link"])
def test_what_lies_in_the_place_of_the_uploads_is_named(tmp_path: Path, sort: str) -> None:
    _make(tmp_path / "files", sort)
    with pytest.raises(ConfigError, match="files must be a folder"):
        _load(tmp_path)


def test_a_link_in_a_circle_is_named(tmp_path: Path) -> None:
    (tmp_path / "engage.toml").symlink_to("engage.toml")
    with pytest.raises(ConfigError, match=r"engage.toml cannot be used: Too many levels"):
        _load(tmp_path)


def test_a_start_killed_while_it_makes_the_key_leaves_no_half_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_handle: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("engage.config.os.fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            load_config({"ENGAGE_INSTANCE": str(tmp_path)})
    assert not (tmp_path / "secret.key").exists()
    assert len(load_config({"ENGAGE_INSTANCE": str(tmp_path)}).secret_key) == 64
    (left,) = tmp_path.glob(".secret-*")
    os.utime(left, (0, 0))
    load_config({"ENGAGE_INSTANCE": str(tmp_path)})
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
