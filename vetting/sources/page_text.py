"""What a person would read: text from HTML and plain text, values from JSON, whatever a server claims they are."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

import webencodings  # type: ignore[import-untyped]

from vetting.evidence import RawText
from vetting.sources.html_reader import TooDeepError, flattened, read_beginning, read_html
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.stated_facts import moment as moment  # noqa: PLC0414  # where sources look for it

if TYPE_CHECKING:
    from vetting.sources.internet import Response

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

MAX_TEXT_BYTES: Final = 2 * 1024 * 1024
"""Of one page: a longer one is read to here. The capture holds all of it."""
MAX_JSON_BYTES: Final = 8 * 1024 * 1024
"""Of one JSON document, which holds more than what a person reads of it. An imported one is read to here; an answer
that is longer is none.
"""
_FACTS_BYTES: Final = 256 * 1024
_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "title"})
_JSON_STRING: Final = re.compile(r'"((?:[^"\\]++|\\.)*+)"?\s*+(:?)', re.DOTALL)
"""A string, without its quotation marks, and the colon that makes it a name. Every quotation mark is matched once."""
_ESCAPES: Final = json.JSONDecoder(strict=False)
_SPAN: Final = re.compile(r"</?span(?:\s[^<>]{0,1000})?>", re.IGNORECASE)
_HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """The little that is needed to tell a page from a refusal, and what the page says of itself."""

    title: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    """Visible text, for measuring and for phrases of refusal; findings are read from `readable`."""
    markup: str = field(default="", repr=False)
    password_fields: int = 0
    author: str = field(default="", repr=False)
    published: datetime | None = None


def media_type(content_type: str) -> str:
    """The media type of a Content-Type header, lower case, without parameters."""
    return content_type.partition(";")[0].strip().lower()


def is_html(content_type: str, body: bytes) -> bool:
    """Whether to read the body as HTML: declared so, or undeclared and starting like it."""
    declared = media_type(content_type)
    if declared:
        return declared in _HTML_TYPES
    return body[:512].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def is_text(content_type: str, body: bytes) -> bool:
    """Whether there is something to read: HTML or plain text. Pictures, sound and documents are not interpreted."""
    return is_html(content_type, body) or media_type(content_type) == "text/plain"


def decoded_text(body: bytes, content_type: str) -> str:
    """The characters of `body`: byte order mark, else declared charset, else meta, else UTF-8, else windows-1252.

    Only the encodings of the WHATWG Encoding Standard are known, so a hostile charset name cannot reach another codec.
    """
    declared = webencodings.lookup(_charset(content_type)) or webencodings.lookup(_meta_charset(body))
    if declared is None:
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            declared = webencodings.lookup("windows-1252")
    return str(webencodings.decode(body, declared, errors="replace")[0])


def _charset(content_type: str) -> str:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")
    return ""


def _meta_charset(body: bytes) -> str:
    """The charset a page declares in its first 1,024 bytes (WHATWG HTML, prescan)."""
    head = body[:1024].lower()
    _, found, rest = head.partition(b"charset=")
    if not found or b"<meta" not in head:
        return ""
    return rest.lstrip(b" \"'").split(b'"')[0].split(b"'")[0].split(b">")[0].strip(b" /;").decode("ascii", "replace")


def readable(body: bytes, content_type: str) -> str:
    """The text of a page as a person reads it, complete and without mark-up. Empty where there is nothing to read."""
    text = decoded_text(body[:MAX_TEXT_BYTES], content_type)
    return html_text(text) if is_html(content_type, body) else text.strip()


def html_text(markup: str) -> str:
    """The text of a piece of HTML, lines kept. Raises NotSearchedError where the parser gives up."""
    failed = False
    text = ""
    try:
        text = _lines(_parsable(markup))
    except Exception:  # noqa: BLE001  # a parser by others on hostile input; its messages quote it
        failed = True
    if failed:
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return text


def post_text(markup: str) -> str:
    """The text of a post in HTML, where a `span` is a part of a word: of an address, or a name that is mentioned."""
    return html_text(_SPAN.sub("", markup))


def _lines(markup: str) -> str:
    try:
        return read_html(markup).text
    except TooDeepError:
        return read_html(flattened(markup)).text


def page_facts(body: bytes, content_type: str) -> PageFacts:
    """Title, visible words, password fields and meta data of a page's beginning; empty where it cannot be parsed."""
    markup = decoded_text(body[:_FACTS_BYTES], content_type)
    try:
        page, whole = read_beginning(_parsable(markup), unseen=_UNSEEN)
    except Exception:  # noqa: BLE001  # as above: a page that cannot be parsed has no facts
        return PageFacts(markup=markup.lower())
    words = " ".join(page.text.split())
    whole = whole and len(body) <= _FACTS_BYTES
    return PageFacts(
        title=page.title,
        words=words if whole else words.ljust(_FACTS_BYTES),
        markup=markup.lower(),
        password_fields=page.password_fields,
        author=page.stated.author(whole=whole),
        published=page.stated.published(whole=whole),
    )


def _parsable(markup: str) -> str:
    """Without NUL, at which some parsers end, and never empty, which lxml refuses."""
    markup = markup.replace("\0", " ")
    return markup if markup.strip() else "<p></p>"


def json_sentences(body: bytes, content_type: str) -> str:
    """The strings of a JSON document that hold a blank, one a line, in their order.

    They are looked for in the text: `[],` a million times is 3 MB, and a hundred as lists. UTF-8 unless declared
    otherwise (RFC 8259, 8.1).
    """
    text = decoded_text(body[:MAX_JSON_BYTES], f"{content_type}; charset=utf-8")
    return "\n".join(sentence for found in _JSON_STRING.finditer(text) if (sentence := _sentence(*found.groups())))


def _sentence(literal: str, colon: str) -> str:
    """Empty for a name and for a string without a blank: identifiers, addresses, codes."""
    if colon or (" " not in literal and "\\u0020" not in literal):
        return ""
    sentence = literal
    if "\\" in literal:
        with suppress(ValueError):  # an escape that JSON does not know, or a document that was cut within one
            sentence = str(_ESCAPES.decode(f'"{literal}"'))
    sentence = sentence.strip()
    return sentence if " " in sentence else ""


def json_of(response: Response) -> JsonValue:
    """The JSON of an answer. Raises NotSearchedError where it is none, nested beyond reason or too long.

    Its server may be the candidate's own, and lists of nothing take thirty times their length in memory.
    """
    if len(response.body) > MAX_JSON_BYTES:
        raise NotSearchedError(Reason.TOO_LARGE)
    failed = False
    value: JsonValue = None
    try:
        value = json.loads(response.body, parse_constant=_no_number)
    except (ValueError, RecursionError):  # both quote or hold the text
        failed = True
    if failed:
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return value


def _no_number(name: str) -> float:
    """`NaN` and `Infinity`, which Python reads and JSON does not have (RFC 8259, 6)."""
    raise ValueError(name)


def table(value: JsonValue) -> dict[str, JsonValue]:
    """A JSON object. Raises NotSearchedError for anything else."""
    if not isinstance(value, dict):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return value


def rows(value: JsonValue) -> list[dict[str, JsonValue]]:
    """A JSON array of objects. Raises NotSearchedError for anything else."""
    if not isinstance(value, list):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return [table(item) for item in value]


def words(value: JsonValue) -> str:
    """A JSON string, or an empty one for anything else."""
    return value if isinstance(value, str) else ""


def raw_text(text: str) -> RawText:
    """Words for a hit. A lone surrogate, which JSON can spell and UTF-8 cannot, becomes a replacement mark."""
    return RawText(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
