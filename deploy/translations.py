"""Catalogues of translations, one per domain: ``update [DOMAIN]``, ``compile``, ``check``.

A domain's catalogue covers engage/<domain>/**.py and templates/<domain>/**; that of engage/web also covers
engage/core, what stands directly in engage/ and templates/, and the template folders that are no domain's.
English is the language of the code.
"""

from __future__ import annotations

import argparse
import ast
import re
import string
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from freshness import ROOT, catalogues_to_compile

LANGUAGES = ("zh_CN",)
PACKAGE = ROOT / "engage"
TEMPLATES = ROOT / "templates"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "msg": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "nmsg": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
PERCENT = re.compile(r"%\((\w+)\)[sdif]")
JINJA = {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false", "trimmed": "true"}


def domains() -> list[str]:
    """Packages below engage/ that have words of their own; core's are web's."""
    return sorted(
        path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists() and path.name != "core"
    )


def sources(domain: str) -> list[Path]:
    """The files whose words belong to a domain's catalogue."""
    found = [
        *(PACKAGE / domain).rglob("*.py"),
        *(TEMPLATES / domain).rglob("*.html"),
        *(TEMPLATES / domain).rglob("*.txt"),
    ]
    if domain == "web":
        found += [*(PACKAGE / "core").rglob("*.py"), *PACKAGE.glob("*.py"), *TEMPLATES.glob("*.html")]
        known = set(domains())
        for folder in TEMPLATES.iterdir() if TEMPLATES.exists() else ():
            if folder.is_dir() and folder.name not in known:
                found += folder.rglob("*.html")
    return sorted(set(found))


def purposes(source: str) -> Iterator[str]:
    """The texts of ``purpose="…"``: people read why a personal column is kept, but no keyword marks it."""
    for node in ast.walk(ast.parse(source)) if "purpose=" in source else ():
        if isinstance(node, ast.keyword) and node.arg == "purpose" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def words(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Each (message id, context) of a file."""
    python = path.suffix == ".py"
    method = "python" if python else "jinja2"
    options = {} if python else JINJA
    for _line, message, _comments, context in extract_from_file(method, path, KEYWORDS, (), options):
        yield message, context
    if python:
        for text in purposes(path.read_text(encoding="utf-8")):
            yield text, None


def template_catalogue(domain: str) -> Catalog:
    """What the domain's sources say today."""
    catalogue = Catalog(project="Engage", charset="utf-8", fuzzy=False)
    for path in sources(domain):
        for message, context in words(path):
            if message:
                catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 1)], context=context)
    return catalogue


def catalogue_path(domain: str, language: str) -> Path:
    return PACKAGE / domain / "translations" / language / "LC_MESSAGES" / "messages.po"


def read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(domain: str, language: str) -> bool:
    """Bring one catalogue up to date with its sources; returns whether the file changed."""
    path = catalogue_path(domain, language)
    template = template_catalogue(domain)
    if not len(template):
        return False
    catalogue = (
        read(path, language) if path.exists() else Catalog(locale=language, project="Engage", charset="utf-8")
    )
    # A guessed translation is worse than a missing one: nothing fuzzy is made.
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# Translations of Engage."
    catalogue.fuzzy = False
    buffer = BytesIO()
    # No dates and no line numbers: a catalogue changes only when its words do.
    write_po(
        buffer,
        catalogue,
        width=110,
        omit_header=True,
        sort_output=True,
        include_lineno=False,
        ignore_obsolete=True,
    )
    header = (
        f'# Translations of Engage.\nmsgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    content = header.encode() + buffer.getvalue().lstrip(b"\n")
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def compile_all() -> int:
    """Write the .mo of every catalogue that has changed since; returns how many."""
    stale = catalogues_to_compile()
    for path in stale:
        catalogue = read(path, path.parts[-3])
        buffer = BytesIO()
        write_mo(buffer, catalogue)
        target = path.with_suffix(".mo")
        fresh = target.with_suffix(".mo.new")
        fresh.write_bytes(buffer.getvalue())
        fresh.replace(target)
    return len(stale)


def placeholders(text: str) -> set[str]:
    """Names that a text has filled in: ``%(name)s`` and ``{name}``."""
    names = set(PERCENT.findall(text))
    with suppress(ValueError):  # a lone brace is only text
        fields = [field for _text, field, _format, _conversion in string.Formatter().parse(text)]
        names |= {re.split(r"[.\[]", field)[0] for field in fields if field}
    return names


def _texts(value: Any) -> list[str]:
    """A message's one text, or its singular and plural."""
    return [text or "" for text in value] if isinstance(value, (tuple, list)) else [value or ""]


def faults_of(message: Message) -> Iterator[str]:
    """What is wrong with one translated message."""
    ids = _texts(message.id)
    strings = _texts(message.string)
    if message.fuzzy:
        yield f"marked fuzzy: {ids[0]!r}"
    if not any(strings) or not all(strings):
        yield f"not translated: {ids[0]!r}"
        return
    wanted = placeholders(ids[-1]) if len(strings) == 1 else set().union(*map(placeholders, ids))
    for translated in strings:
        names = placeholders(translated)
        if (names - wanted) if len(ids) > 1 else (names != wanted):
            yield f"fills in {sorted(names)} where the English has {sorted(wanted)}: {ids[0]!r}"


def check() -> list[str]:
    """Every fault of every catalogue, as lines; empty when all is complete."""
    faults = []
    for domain in domains():
        template = template_catalogue(domain)
        for language in LANGUAGES if len(template) else ():
            path = catalogue_path(domain, language)
            name = path.relative_to(ROOT).as_posix()
            if not path.exists():
                faults.append(f"{name}: missing, with {len(template)} words to translate")
                continue
            catalogue = read(path, language)
            said = [message for message in template if message.id]
            faults += [
                f"{name}: lacks {message.id!r}"
                for message in said
                if catalogue.get(message.id, message.context) is None
            ]
            for message in catalogue:
                if not message.id:
                    continue
                if template.get(message.id, message.context) is None:
                    faults.append(f"{name}: no longer said anywhere: {message.id!r}")
                faults += [f"{name}: {fault}" for fault in faults_of(message)]
    return faults + clashes()


def clashes() -> list[str]:
    """Words that two catalogues translate differently: all are merged into one, and the last would win."""
    faults = []
    for language in LANGUAGES:
        said: dict[tuple[str, str | None], tuple[str, Any]] = {}
        for domain in domains():
            path = catalogue_path(domain, language)
            for message in read(path, language) if path.exists() else ():
                if not message.id or not message.string:
                    continue
                key = (_texts(message.id)[0], message.context)
                first = said.setdefault(key, (domain, message.string))
                if first[1] != message.string:
                    faults.append(
                        f"{key[0]!r}: {first[0]} says {first[1]!r}, {domain} says {message.string!r}"
                    )
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["update", "compile", "check"])
    parser.add_argument("domain", nargs="*", help="only these domains (update)")
    options = parser.parse_args()
    if options.action == "compile":
        compile_all()
    elif options.action == "update":
        unknown = set(options.domain) - set(domains())
        if unknown:
            sys.exit(f"There is no domain {', '.join(sorted(unknown))}; there are {', '.join(domains())}.")
        for domain in options.domain or domains():
            for language in LANGUAGES:
                if update(domain, language):
                    print(f"updated {catalogue_path(domain, language).relative_to(ROOT)}")
    else:
        faults = check()
        for fault in faults:
            print(fault)
        if faults:
            sys.exit(f"{len(faults)} faults: run `make translations`, then fill in what is empty.")
        print("All translations are complete.")


if __name__ == "__main__":
    main()
