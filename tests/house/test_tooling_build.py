"""Browser files, catalogues and the PostgreSQL of the tests."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import brotli
import psycopg
import pytest
from babel.messages.catalog import Catalog

import assets
import freshness
import postgres
import sbom
import translations

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small static/ of its own, beside the real node_modules."""
    static = tmp_path / "static"
    files = {
        "js/survey/respond.js": 'import { part } from "./_part.js"; part(); import("../live/player.js");',
        "js/survey/_part.js": "export const part = () => console.log('part');",
        "js/live/player.js": "export const play = () => 1;",
        "css/app.css": '@import "modern-normalize/modern-normalize.css"; @import "./tokens.css";',
        "css/tokens.css": ":root { --primary: #0e4a8f }",
        "img/emblem.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "img/icons.txt": "check # done\n\narrow-left\n",
    }
    for name, text in files.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "assets.py").write_text("")
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    for module in (assets, freshness):
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "DIST", static / "dist")
    monkeypatch.setattr(assets, "STATIC", static)
    return static


def _manifest(static: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((static / "dist" / "manifest.json").read_text())
    return found


def test_the_build_names_by_content_and_compresses_ahead(sources: Path) -> None:
    assets.build()
    names = _manifest(sources)
    wanted = {"app.css", "icons.svg", "img/emblem.svg", "live/player.js", "plotly.js", "survey/respond.js"}
    assert set(names) == wanted
    css = sources / "dist" / names["app.css"]
    assert "--primary: #0e4a8f" in css.read_text()
    icons = (sources / "dist" / names["icons.svg"]).read_bytes()
    assert icons.count(b"<symbol") == 2
    assert b'id="arrow-left"' in icons
    for packed, unpack in ((".gz", gzip.decompress), (".br", brotli.decompress)):
        assert unpack(Path(f"{css}{packed}").read_bytes()) == css.read_bytes()


def test_a_change_gives_a_new_name_and_open_pages_keep_the_old_file(sources: Path) -> None:
    assets.build()
    before = _manifest(sources)
    assert freshness.assets_current()
    (sources / "css" / "tokens.css").write_text(":root { --primary: red }")
    assert not freshness.assets_current()
    assets.build()
    after = _manifest(sources)
    assert after["app.css"] != before["app.css"]
    assert after["survey/respond.js"] == before["survey/respond.js"]
    assert (sources / "dist" / before["app.css"]).exists()
    (sources / "css" / "tokens.css").write_text(":root { --primary: blue }")
    assets.build()
    assert not (sources / "dist" / before["app.css"]).exists()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("img/icons.txt", "no-such-icon", "an icon that lucide does not have: no-such-icon"),
        ("js/survey/respond.js", "import './nowhere.js'", "could not be built"),
    ],
)
def test_a_wrong_source_stops_the_build_and_keeps_what_was(
    sources: Path, name: str, text: str, says: str
) -> None:
    assets.build()
    before = _manifest(sources)
    (sources / name).write_text(text)
    with pytest.raises(assets.BuildError, match=says):
        assets.build()
    assert _manifest(sources) == before


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one domain with three things to say."""
    package, pages = tmp_path / "engage" / "surveys", tmp_path / "templates" / "surveys"
    package.mkdir(parents=True)
    pages.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rules.py").write_text('msg("At most {limit}.", limit=3)\npersonal(purpose="To reply.")\n')
    (pages / "page.html").write_text("{{ ngettext('%(num)s answer', '%(num)s answers', 2) }}")
    for module in (translations, freshness):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "PACKAGE", tmp_path / "engage")
    monkeypatch.setattr(translations, "TEMPLATES", tmp_path / "templates")
    return translations.catalogue_path("surveys", "zh_CN")


DONE = {
    "At most {limit}.": "最多 {limit} 项。",
    "To reply.": "用于答复您。",
    "%(num)s answer": "%(num)s 个回答",
}


def _translate(path: Path, changes: dict[str, str] | None = None) -> None:
    lines = path.read_text().split("\n\n")
    for i, block in enumerate(lines):
        for english, chinese in {**DONE, **(changes or {})}.items():
            if f'msgid "{english}"' in block:
                lines[i] = block.replace('msgstr ""', f'msgstr "{chinese}"').replace(
                    'msgstr[0] ""', f'msgstr[0] "{chinese}"'
                )
    path.write_text("\n\n".join(lines))


def test_a_complete_catalogue_has_no_faults_and_updating_changes_nothing(words: Path) -> None:
    assert translations.check() == [
        "engage/surveys/translations/zh_CN/LC_MESSAGES/messages.po: missing, with 3 words to translate"
    ]
    assert translations.update("surveys", "zh_CN")
    _translate(words)
    assert translations.check() == []
    assert not translations.update("surveys", "zh_CN")
    assert translations.compile_all() == 1
    assert translations.compile_all() == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"To reply.": ""}, "not translated"),
        ({"At most {limit}.": "最多 {limits} 项。"}, "fills in ['limits'] where the English has ['limit']"),
        ({"%(num)s answer": "%(n)s 个回答"}, "fills in ['n'] where the English has ['num']"),
    ],
)
def test_what_is_wrong_with_a_translation_is_found(words: Path, changes: dict[str, str], says: str) -> None:
    translations.update("surveys", "zh_CN")
    _translate(words, changes)
    assert [fault for fault in translations.check() if says in fault]


def test_new_words_stale_words_and_guesses_are_found(words: Path) -> None:
    translations.update("surveys", "zh_CN")
    _translate(words)
    rules = words.parents[3] / "rules.py"
    rules.write_text(rules.read_text().replace("To reply.", "To answer."))
    words.write_text(words.read_text().replace('msgid "At most', '#, fuzzy\nmsgid "At most'))
    faults = "\n".join(translations.check())
    assert "lacks 'To answer.'" in faults
    assert "no longer said anywhere: 'To reply.'" in faults
    assert "marked fuzzy: 'At most {limit}.'" in faults


@pytest.mark.parametrize(
    ("chinese", "faults"),
    [
        ("用于答复您。", []),
        ("便于回复。", ["'To reply.': live says '便于回复。', surveys says '用于答复您。'"]),
    ],
)
def test_what_two_domains_say_is_translated_alike(words: Path, chinese: str, faults: list[str]) -> None:
    """All catalogues become one, in which the last would win without a word."""
    translations.update("surveys", "zh_CN")
    _translate(words)
    other = translations.PACKAGE / "live"
    other.mkdir()
    (other / "__init__.py").write_text('msg("To reply.")\npgettext("a form", "To reply.")\n')
    translations.update("live", "zh_CN")
    catalogue = translations.catalogue_path("live", "zh_CN")
    _translate(catalogue, {"To reply.": chinese})
    # In another context the same words may mean something else.
    in_context = catalogue.read_text().replace(
        f'a form"\nmsgid "To reply."\nmsgstr "{chinese}"', 'a form"\nmsgid "To reply."\nmsgstr "回复表"'
    )
    catalogue.write_text(in_context)
    assert translations.check() == faults


def test_percent_and_brace_placeholders_are_both_seen() -> None:
    assert translations.placeholders("%(a)s {b} {c.d} {e[0]} {{f}} 100%") == {"a", "b", "c", "e"}
    assert translations.placeholders("a lone { brace") == set()
    message = Catalog().add("x", "y")
    assert list(translations.faults_of(message)) == []


def test_postgresql_runs_unprivileged_and_leaves_nothing() -> None:
    with postgres.server() as address:
        with psycopg.connect(address) as connection:
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
        assert row
        folder = Path(row[0])
        assert folder.exists()
        assert folder.stat().st_uid != 0 or os.geteuid() != 0
    assert not folder.parent.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address, connect_timeout=2)


def test_without_a_server_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "PLACES", ())
    monkeypatch.setattr(postgres.shutil, "which", lambda _: None)
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(postgres.NoServer, match="apt-get install postgresql"):
        postgres.programs()


def test_compiling_nothing_is_quick() -> None:
    """The usual start finds every catalogue compiled; it does not even load Babel then."""
    program = "import sys; sys.path.insert(0, 'deploy'); import serve; print('babel' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_list_of_packages_names_every_locked_one() -> None:
    made = sbom.bill()
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    purls = [one["purl"] for one in made["components"]]
    assert purls == sorted(set(purls))
    locked = re.findall(r"^([A-Za-z0-9][\w.-]*)==", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    for name in (re.sub(r"[-_.]+", "-", one).lower() for one in locked):
        assert any(purl.startswith(f"pkg:pypi/{name}@") for purl in purls), name
    npm = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert sum(purl.startswith("pkg:npm/") for purl in purls) == len(
        {(path.rpartition("node_modules/")[2], one["version"]) for path, one in npm.items() if path}
    )
    assert all(
        len(one["content"]) in (64, 128) for entry in made["components"] for one in entry.get("hashes", [])
    )


def test_templates_are_compiled_anew_when_one_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sources = ("deploy/templates.py", "requirements.txt", "engage/web/display.py", "templates/a/page.html")
    for name in sources:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    monkeypatch.setattr(freshness, "COMPILED_OF", tmp_path / "digest")
    assert not freshness.templates_current()
    for name in sources:
        (tmp_path / "digest").write_text(freshness.templates_digest())
        assert freshness.templates_current()
        (tmp_path / name).write_text("two")
        assert not freshness.templates_current()
