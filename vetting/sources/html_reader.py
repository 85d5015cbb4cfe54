"""HTML read as a stream of tags, line by line: no tree and no layout, so that no shape of a page takes long to read.

A library that lays pages out pads every cell of a table to the widest and obeys margins of 100,000 lines: 200 kB of
mark-up became gigabytes. And a tree ends where 256 elements are open, with everything after it silently missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from vetting.sources.stated_facts import MAX_STATED, Stated

MAX_DEPTH: Final = 1_000
"""For an end tag that closes nothing, libxml2 looks through every open element: 200,000 of each took three minutes."""

NOT_READ: Final = frozenset({"head", "link", "meta", "script", "style", "title"})
"""What no browser shows."""

# fmt: off
_BREAKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "footer", "form", "header", "hgroup", "hr", "layer", "legend", "li", "listing",
    "main", "menu", "nav", "ol", "optgroup", "option", "plaintext", "pre", "search", "section", "summary", "table",
    "tbody", "tfoot", "thead", "tr", "ul", "xmp",
})
# fmt: on
"""Elements that stand on lines of their own (WHATWG HTML, 15.3)."""
_PARAGRAPHS: Final = frozenset({"p", "figure", "h1", "h2", "h3", "h4", "h5", "h6"})
"""The same, with an empty line before and after."""
_CELLS: Final = frozenset({"td", "th"})
_LISTS: Final = frozenset({"ul", "ol", "menu", "dir"})
_KEPT: Final = frozenset({"pre", "xmp", "listing", "plaintext"})
_NOTED: Final = frozenset({"a", "input", "link", "meta", "script", "time", "title"})
_MOST_OWN: Final = 50
"""Links of an owner; nobody has more, and a hostile page has thousands."""
_MARKS: Final = ("* ", "+ ", "o ", "- ")
_DISPLAY: Final = re.compile(r"(?:^|;)\s*display\s*:\s*([a-z-]+)")
_DISPLAYED_APART: Final = frozenset({"block", "flex", "flow-root", "grid", "list-item", "table", "table-row"})
_WHITE_SPACE: Final = re.compile(r"(?:^|;)\s*white-space\s*:\s*(?:pre|break-spaces)")

_PIECE: Final = 64 * 1024
_TAG: Final = re.compile(r"<(?:/?([a-z][a-z0-9]*)|[/!?])[^<>]*>?", re.IGNORECASE)
_ENDS_A_LINE: Final = _BREAKS | _PARAGRAPHS | _CELLS | {"br"}


class TooDeepError(Exception):
    """More elements are open than any page has."""


class _Box(NamedTuple):
    """How an open element is read."""

    tag: str
    hidden: bool
    kept: bool
    """Blanks and line ends count, as in `pre`."""
    margin: int | None
    """Empty lines around it; None where it stands in the line."""


class _Lines:
    """Lines as they are put together."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.bullet = ""
        self._line: list[str] = []
        self._gap = ""
        self._margin = 0

    def write(self, text: str) -> None:
        """Words, every run of blanks being one."""
        words = " ".join(text.split())
        if text[:1].isspace():
            self.space(" ")
        if words:
            self.put(words)
            if text[-1].isspace():
                self.space(" ")

    def put(self, text: str) -> None:
        """Text as it is, in the current line."""
        if self._line:
            self._line.append(self._gap)
        else:
            if self._margin and self.done and self.done[-1]:
                self.done.append("")
            self._line.append(self.bullet)
            self.bullet = ""
        self._line.append(text)
        self._gap, self._margin = "", 0

    def space(self, gap: str) -> None:
        """A distance to what follows in the same line, if anything does."""
        self._gap = max(self._gap, gap, key=len)

    def end(self) -> None:
        """The end of a line, which may be empty."""
        self.done.append("".join(self._line))
        self._line, self._gap = [], ""

    def part(self, margin: int) -> None:
        """The end of a line that holds something, and empty lines before the next."""
        if self._line:
            self.end()
        self._margin = max(self._margin, margin)


class HtmlReader:
    """What lxml calls for each tag and each piece of text."""

    def __init__(self, *, unseen: frozenset[str], styled: bool) -> None:
        self.stated = Stated()
        self.own_links: dict[str, None] = {}
        """What the page gives as its owner's (`rel="me"`, XFN 1.1), as it stands, each once."""
        self.password_fields = 0
        self._lines = _Lines()
        self._unseen = unseen
        self._styled = styled
        self._open: list[_Box] = []
        self._boxes: dict[str, _Box] = {}
        self._hidden = 0
        self._kept = 0
        self._lists: list[str | int] = []
        self._title: list[str] = []
        self._titles = 0
        self._linked = False
        self._byline: tuple[int, list[str]] | None = None

    @property
    def text(self) -> str:
        """The lines read so far."""
        self._lines.part(0)
        return "\n".join(line.rstrip() for line in self._lines.done).strip()

    @property
    def title(self) -> str:
        """The words of the first title."""
        return " ".join("".join(self._title).split())

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Raises TooDeepError above MAX_DEPTH."""
        if len(self._open) >= MAX_DEPTH:
            raise TooDeepError
        if tag in _NOTED:
            self._note(tag, attributes)
        style = attributes.get("style", "") if self._styled else ""
        box = self._box(tag, style.lower()) if style else self._plain_box(tag)
        self._open.append(box)
        self._hidden += box.hidden
        if not self._hidden:
            self._enter(box, attributes)

    def end(self, tag: str) -> None:
        """libxml2 closes what a page leaves open, in order."""
        del tag
        box = self._open.pop()
        self._linked = False
        if self._byline is not None and len(self._open) <= self._byline[0]:
            self._end_byline(" ".join("".join(self._byline[1]).split()))
        if not self._hidden:
            self._leave(box)
        self._hidden -= box.hidden

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._titles == 1 and self._open and self._open[-1].tag == "title":
            self._title.append(text)
        if self._linked:
            self.stated.note_linked_data(text)
        if self._byline is not None:
            self._byline[1].append(text)
        if self._hidden:
            return
        if not self._kept:
            self._lines.write(text)
            return
        for number, line in enumerate(text.split("\n")):
            if number:
                self._lines.end()
            if line:
                self._lines.put(line)

    def close(self) -> None:
        """The end of the page."""

    def _note(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "meta":
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
            self.stated.meta.setdefault(name.lower(), attributes.get("content", "").strip())
        elif tag == "input":
            self.password_fields += attributes.get("type", "").lower() == "password"
        elif tag == "title":
            self._titles += 1
        elif tag == "time":
            self.stated.note_time(attributes)
        elif tag == "script" and attributes.get("type", "").strip().lower() == "application/ld+json":
            self._linked = self.stated.begin_linked_data()
        elif tag in {"a", "link"}:
            self._note_link(tag, attributes)

    def _note_link(self, tag: str, attributes: Mapping[str, str]) -> None:
        relations = attributes.get("rel", "").lower().split()
        if "me" in relations and len(self.own_links) < _MOST_OWN:
            self.own_links[attributes.get("href", "").strip()] = None
        if tag == "a" and "author" in relations and self._byline is None:
            self._byline = (len(self._open), [])

    def _end_byline(self, name: str) -> None:
        self._byline = None
        if name and len(self.stated.authors) < MAX_STATED:
            self.stated.authors.append(name)

    def _plain_box(self, tag: str) -> _Box:
        if tag not in self._boxes:
            self._boxes[tag] = self._box(tag, "")
        return self._boxes[tag]

    def _box(self, tag: str, style: str) -> _Box:
        margin = 1 if tag in _PARAGRAPHS else 0 if tag in _BREAKS else None
        display = _DISPLAY.findall(style)[-1:]
        if margin is None and not _DISPLAYED_APART.isdisjoint(display):
            margin = 0
        kept = tag in _KEPT or _WHITE_SPACE.search(style) is not None
        return _Box(tag, tag in self._unseen or display == ["none"], kept, margin)

    def _enter(self, box: _Box, attributes: Mapping[str, str]) -> None:
        if box.margin is not None:
            self._lines.part(box.margin)
        self._kept += box.kept
        if box.tag in _LISTS:
            self._lists.append(1 if box.tag == "ol" else _MARKS[len(self._lists) % len(_MARKS)])
        elif box.tag == "li":
            self._lines.bullet = self._bullet(attributes.get("value", ""))
        elif box.tag in _CELLS:
            self._lines.space("  ")
        elif box.tag == "br":
            self._lines.end()
        elif box.tag == "q":
            self._lines.put('"')
        elif box.tag == "span":
            self._lines.space(" ")

    def _leave(self, box: _Box) -> None:
        if box.tag == "q":
            self._lines.put('"')
        elif box.tag == "span":
            self._lines.space(" ")
        if box.margin is not None:
            self._lines.part(box.margin)
        self._kept -= box.kept
        if box.tag in _LISTS:
            self._lists.pop()
        elif box.tag == "li":
            self._lines.bullet = ""

    def _bullet(self, value: str) -> str:
        mark = self._lists[-1] if self._lists else _MARKS[0]
        if isinstance(mark, str):
            return mark
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else mark
        self._lists[-1] = number + 1
        return f"{number}. "


def read_html(markup: str, *, unseen: frozenset[str] = NOT_READ, styled: bool = True) -> HtmlReader:
    """Everything on the page. Raises TooDeepError for elements nested beyond reason; see `flattened`."""
    reader = HtmlReader(unseen=unseen, styled=styled)
    _feed(markup, reader)
    return reader


def read_beginning(markup: str, *, unseen: frozenset[str]) -> tuple[HtmlReader, bool]:
    """What stands before the place at which elements are nested beyond reason, and whether that is all."""
    reader = HtmlReader(unseen=unseen, styled=False)
    try:
        _feed(markup, reader)
    except TooDeepError:
        return reader, False
    return reader, True


def flattened(markup: str) -> str:
    """The page with each tag taken for a line end or for nothing. Scripts and comments show in it; no text is lost.

    A comment stands where a tag was, so that what was left and right of it does not become another.
    """
    return _TAG.sub(lambda tag: "<hr>" if (tag[1] or "").lower() in _ENDS_A_LINE else "<!---->", markup)


def _feed(markup: str, reader: HtmlReader) -> None:
    """In pieces: libxml2 reads on to the end of a piece after the reader has given up."""
    parser = etree.HTMLParser(target=reader, encoding="utf-8")
    page = markup.encode("utf-8", "replace")
    for start in range(0, len(page), _PIECE):
        parser.feed(page[start : start + _PIECE])
    parser.close()
