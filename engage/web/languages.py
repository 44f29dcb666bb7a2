"""The language of a request: the person's choice, else Chinese."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final, cast

from babel import Locale
from babel.support import Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale, gettext

from engage.config import ROOT
from engage.core.messages import Message
from engage.core.types import DEFAULT_LANGUAGE, LANGUAGES, Localized
from engage.web import cookies

COOKIE = "language"
# Read once: to find the names of a locale Babel looks into its folders each time.
_LOCALES: Final = {language: Locale.parse(language) for language in LANGUAGES}


class _Catalogues(Domain):
    """All domains' catalogues as one, by our language names.

    Babel calls ``zh_CN`` ``zh_Hans_CN``, under which name gettext finds no folder.
    """

    def get_translations(self) -> Any:
        language = DEFAULT_LANGUAGE if get_locale().language == "zh" else "en"
        if language not in self.cache:
            found = [Translations.load(folder, [language]) for folder in self.translation_directories]
            catalogues = [one for one in found if isinstance(one, Translations)]
            # The first brings the language's plural rule, which an empty catalogue would not have.
            merged = catalogues[0] if catalogues else Translations()
            for catalogue in catalogues[1:]:
                merged.merge(catalogue)
            self.cache[language] = merged
        return self.cache[language]


class _Babel(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogues()


def init_languages(app: Flask) -> None:
    """Load every domain's catalogue and choose the language of each request."""
    folders = sorted(str(path) for path in (ROOT / "engage").glob("*/translations"))
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(folders)
    babel = _Babel(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_timezone="Asia/Shanghai",
        locale_selector=_locale,
    )
    # Flask-Babel's own ask for the domain at each sentence, and there is one.
    catalogue = babel.domain_instance.get_translations
    cast(Any, app.jinja_env).install_gettext_callables(
        gettext=lambda one: catalogue().ugettext(one),
        ngettext=lambda one, many, number: catalogue().ungettext(one, many, number),
        pgettext=lambda context, one: catalogue().upgettext(context, one),
        npgettext=lambda context, one, many, number: catalogue().unpgettext(context, one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals["current_language"] = current_language


def current_language() -> str:
    """``zh_CN`` or ``en``: ``?lang=`` first, then the cookie, then Chinese."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    if "language" not in g:
        wanted = request.args.get("lang") or cookies.read(COOKIE) or DEFAULT_LANGUAGE
        wanted = "zh_CN" if wanted.startswith("zh") else wanted
        g.language = wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE
    return g.language


def _locale() -> Locale:
    return _LOCALES[current_language()]


def render(message: Message) -> str:
    """A message of the lower layers as a sentence in the current language."""
    return message.render(gettext)


def local_text(text: Localized) -> str:
    """Content in the current language, else in Chinese."""
    return text.text(current_language())
