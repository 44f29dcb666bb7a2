"""Markdown written by staff or citizens as safe HTML."""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markupsafe import Markup, escape

from engage.web.rendered import rendered

# A page of A4 holds about 1,500 characters; a long draft has a few dozen pages.
LIMIT = 200_000
# 2 µs a character as people write, 60 where every sign may begin a picture in a link.
_LASTING = 500
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
_TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
_BLOCKS = {"blockquote", "hr", "li", "ol", "p", "pre", "ul"}
_INLINE = {"a", "br", "code", "em", "img", "s", "strong"}
_TAGS = _HEADINGS | _TABLE | _BLOCKS | _INLINE
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "loading"}, "ol": {"start"}}
# No step up and no empty part: another address of ours would be asked as the reader.
_OUR_FILE = re.compile(r"/files(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+\Z")
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20})
# Leading blanks make no code, a line of dashes no heading: people indent, and draw lines above signatures.
_markdown.enable(["table", "strikethrough"]).disable(["code", "lheading"])
_words = RendererHTML()


def to_html(text: str | None, start: int = 2) -> Markup:
    """Markdown as sanitised HTML; its highest heading becomes ``h<start>``, since a page has one h1.

    Pictures are shown from this site's files only, of others their words. Text over ``LIMIT`` characters is
    shown as it was typed.
    """
    if not text:
        return Markup("")
    if len(text) > LIMIT:
        return Markup("<p>{}</p>").format(escape(text))
    return rendered.get(("markdown", start, text), lambda: _render(text, start), lasting=len(text) > _LASTING)


def _render(text: str, start: int) -> Markup:
    tokens = _markdown.parse(text)
    _shift_headings(tokens, start)
    _name_strange_pictures(tokens)
    html = nh3.clean(
        _markdown.renderer.render(tokens, _markdown.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    scrolling = html.replace("<table>", '<figure class="table-scroll" tabindex="0"><table>')
    return Markup(scrolling.replace("</table>", "</table></figure>"))  # noqa: S704 (cleaned here)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Stars inside words are no emphasis: 张*明 is a mask and 3*2 a product; **words** may touch others."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    if marker == "*" and (scanned.length == 1 or _between_ascii(state, scanned.length)):
        scanned = state.scanDelims(state.pos, False)
    for _sign in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=scanned.can_open,
                close=scanned.can_close,
            )
        )
    state.pos += scanned.length
    return True


def _between_ascii(state: StateInline, length: int) -> bool:
    before, after = state.src[: state.pos][-1:], state.src[state.pos + length :][:1]
    return all(sign.isascii() and sign.isalnum() for sign in (before, after))


_markdown.inline.ruler.at("emphasis", _emphasis)


def _shift_headings(tokens: list[Token], start: int) -> None:
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    if not levels:
        return
    shift = start - min(levels)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, max(2, int(token.tag[1]) + shift))}"


def _name_strange_pictures(tokens: list[Token]) -> None:
    """Put the words of a picture from elsewhere in its place: browsers are told not to load it."""
    for child in (child for token in tokens for child in token.children or ()):
        if child.type == "image" and not _OUR_FILE.fullmatch(str(child.attrs.get("src", ""))):
            child.type = "text"
            child.content = _words.renderInlineAsText(child.children or [], _markdown.options, {})


def _filter(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        return value if _OUR_FILE.fullmatch(value) else None
    return value
