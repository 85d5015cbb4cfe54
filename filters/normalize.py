"""The normalizer: one plain spelling for every disguise, with a map back to the characters as captured.

Sources: Unicode NFKD and Default_Ignorable_Code_Point (UAX 15, UAX 44), confusables (UTS 39), bidirectional overrides
(UAX 9), emoji sequences (UTS 51).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from filters.disguises import Known, undisguise
from filters.hashtags import split_hashtag
from filters.lexicon import naming

_TABLE = Path(__file__).parent / "lexicons" / "confusables.tsv"

_PUNCTUATION = {
    **dict.fromkeys("‘’‚‛`´ʼʹ′＇", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘", "-"),
    "…": "...",
    "•": "*",
    "·": ".",
    "。": ".",
    "，": ",",
}

_TYPOGRAPHY = frozenset("‘’“”–—…")
"""What prose from a word processor holds; shown as it was written."""
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202c\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_REVERSED = re.compile("\u202e([^\u202c\u2069\n]*)[\u202c\u2069]?|\u2067([A-Za-z0-9 .,'!?-]+)\u2069")
_OVERRIDE = re.compile("[\u202d\u2066-\u2069]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_FOREIGN = re.compile(r"[^\x00-\x7f]|[\x00-\x7f][\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")
_BLANKS = re.compile(r"[^\S\n]{2,}|\s*\n\s*|[\t\r\f\v]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]+")
_HASHTAG = re.compile(r"(?<![\w&])#(\w{2,60})")
_ONLY_HASHTAGS = re.compile(r"(?:\s*#\w{2,60})*\s*")
_ELONGATED = re.compile(r"([A-Za-z])\1{2,}|([!?.,])\2{3,}")
_ABBREVIATED = 3
_ROMAN = re.compile(r"(?:x{0,3}(?:ix|iv|v?i{1,3})|X{0,3}(?:IX|IV|V?I{1,3}))(?![A-Za-z])")
_EMOJI = re.compile(
    "(?:[\u200d\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|"
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u24b5\u24ea-\u24ff\u2600-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f0ff\U0001f18e-\U0001f19a\U0001f1e6-\U0001f1ff\U0001f200-\U0001f251\U0001f300-\U0001faff])+"
)
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9,'\u2019])\n(?=[A-Za-z])")
_LONG_LINE, _CAPITAL_ENDS = re.compile(r"[^\n]{45}$"), re.compile(r"[a-z,] [A-Z][a-z'\u2019]+$")
_PARTED = re.compile(r"(?<=[A-Za-z])-\n(?=[A-Za-z])")
_SHOUT = 0.7
_ROUNDS = 8
"""Encodings within encodings that are undone; each round ends it where nothing more comes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalized:
    """Plain text and, for each of its characters, the range of the captured text it came from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    emoji: tuple[tuple[int, int], ...] = ()
    """Ranges of the captured text that held emoji; nothing of them is left in `text`."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The captured range behind `text[start:end]`. Raises ValueError on an empty or outlying range."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError("range")
        return min(self.starts[start:end]), max(self.ends[start:end])

    def behind(self, earlier: Normalized) -> Normalized:
        """A copy whose map goes through `earlier`, of whose text this is a plainer spelling."""
        spans = list(zip(self.starts, self.ends, strict=True))
        return Normalized(
            text=self.text,
            starts=[earlier.starts[start] for start, _ in spans],
            ends=[earlier.ends[end - 1] for _, end in spans],
            emoji=earlier.emoji,
        )

    def replaced(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str | None]) -> Normalized:
        """A copy with each match replaced; None keeps the match. Each new character stands for the whole match."""
        edits = [
            (*match.span(), new) for match in pattern.finditer(self.text) if (new := replacement(match)) is not None
        ]
        return self.spliced([edit for edit in edits if self.text[edit[0] : edit[1]] != edit[2]])

    def spliced(self, edits: Sequence[tuple[int, int, str]]) -> Normalized:
        """A copy with each `text[start:end]` replaced; ranges may not overlap nor be empty."""
        if not edits:
            return self
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for left, right, new in sorted(edits):
            first, last = self.original(left, right)
            parts += [self.text[at:left], new]
            starts += [*self.starts[at:left], *[first] * len(new)]
            ends += [*self.ends[at:left], *[last] * len(new)]
            at = right
        parts.append(self.text[at:])
        return Normalized(
            text="".join(parts), starts=[*starts, *self.starts[at:]], ends=[*ends, *self.ends[at:]], emoji=self.emoji
        )

    def spelt(self, source: str) -> Iterator[tuple[int, int, str]]:
        """Where this text spells `source`, to which its map leads, otherwise: the range here and the source's words."""
        if isinstance(self.starts, range) and self.text == source:
            return  # nothing was respelt
        at = 0
        while at < len(self.text):
            start, end, stop = self.starts[at], self.ends[at], at + 1
            while stop < len(self.text) and self.starts[stop] == start and self.ends[stop] == end:
                stop += 1
            if source[start:end] != self.text[at:stop]:
                yield at, stop, source[start:end]
            at = stop

    def lowered(self) -> Normalized:
        """A copy in lower case, character by character, so that the map holds."""
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)
        return Normalized(text=lower, starts=self.starts, ends=self.ends, emoji=self.emoji)


def plain_text(words: str) -> Normalized:
    """Text that is plain already, each character standing for itself."""
    return Normalized(text=words, starts=range(len(words)), ends=range(1, len(words) + 1))


def normalize(words: str, known: Known, telling: Known | None = None) -> Normalized:
    """Undo encodings, look-alikes, invisible and reversed characters, emoji, hashtags, leet and elongation.

    `known` says whether a lower-case word is in the vocabulary: a disguise is undone only where a known word comes out.
    `telling` says whether it is a class word, for the disguises that ordinary words wear too (`a.m.`, `e-mail`).
    Linear in the length of `words` but for hashtags, which are capped at 60 characters.
    """
    readable = decode(words, known)
    return plain_spelling(plain_text(readable.text), known, telling).behind(readable)


def decode(words: str, known: Known) -> Normalized:
    """The text as a person would see it: without encodings, invisible characters, other alphabets' look-alikes, emoji
    and shouting, hashtags in words. What stays in it may be shown; quotation marks and accents are kept.
    """
    normal = plain_text(words)
    if not (words.isascii() and words.isprintable()):
        normal = _reversed(normal)
        normal = _without_emoji(normal)
    for _ in range(_ROUNDS):
        before = normal.text
        normal = normal.replaced(_ENTITY, lambda m: html.unescape(m.group()))
        normal = normal.replaced(_PERCENT, _percent)
        if normal.text == before:
            break
    if not normal.text.isascii():
        normal = _without_emoji(_reversed(normal))  # what an entity or a percent sign hid
        normal = normal.replaced(_IGNORABLE, lambda _: "").replaced(_OVERRIDE, lambda _: "")
        normal = normal.replaced(_FOREIGN, lambda m: _legible(m.group()))
    normal = normal.replaced(_CONTROL, lambda _: "").replaced(_BLANKS, lambda m: "\n" if "\n" in m.group() else " ")
    if "\n" in normal.text:
        normal = normal.replaced(_PARTED, lambda _: "-").replaced(_WRAPPED, _unwrapped)
    normal = normal.replaced(_HASHTAG, lambda m: _in_words(m, known))
    normal = normal.replaced(_ELONGATED, _shortened)
    return normal.lowered() if _shouts(normal.text) else normal


def _in_words(hashtag: re.Match[str], known: Known) -> str | None:
    """A hashtag in words; those that close a text are no part of its last sentence."""
    words = split_hashtag(hashtag.group(1), known)
    before = hashtag.string[max(0, hashtag.start() - 3) : hashtag.start()].rstrip()
    closes = _ONLY_HASHTAGS.fullmatch(hashtag.string, hashtag.end())
    return f". {words}" if words and closes and before[-1:].isalnum() else words


def _unwrapped(match: re.Match[str]) -> str | None:
    """A line that goes on in the next: what follows has no capital, or may be the rest of a name, or the line is as
    long as programs break them. A phrase is found across such an end as within a line.
    """
    before, after = match.string[max(0, match.start() - 60) : match.start()], match.string[match.end()]
    goes_on = after.islower() or _LONG_LINE.search(before) or _CAPITAL_ENDS.search(before)
    return " " if goes_on else None


def _shortened(match: re.Match[str]) -> str | None:
    """Two of a letter, one of a sign; a Roman numeral and one letter thrice by itself (KKK) are none of these."""
    if match.group(1) is None:
        return match.group(2)
    start = match.start()
    if len(match.group()) == _ABBREVIATED and not match.string[start - 1 : start].isalpha():
        return None if not match.string[match.end() : match.end() + 1].isalpha() else match.group(1) * 2
    while start and match.string[start - 1].isalpha():
        start -= 1
    return None if _ROMAN.match(match.string, start) else match.group(1) * 2


def plain_spelling(
    readable: Normalized, known: Known, telling: Known | None = None, plain: Known | None = None
) -> Normalized:
    """What a parser and the lexicons read: plain letters and quotation marks, disguised words undone.

    `plain` says whether a word is in the vocabulary and no name: two of them may have been written as one.
    """
    normal = readable
    if not normal.text.isascii():
        normal = normal.replaced(_FOREIGN, lambda m: _folded(m.group()))
    return undisguise(normal, known, telling or known, plain or known, naming)


def _reversed(normal: Normalized) -> Normalized:
    """Right-to-left override shows Latin letters backwards: read them as they are seen."""
    if "\u202e" not in normal.text and "\u2067" not in normal.text:
        return normal
    return normal.replaced(_REVERSED, lambda m: (m.group(1) or m.group(2) or "")[::-1])


def _without_emoji(normal: Normalized) -> Normalized:
    """Take every emoji sequence out; joiners and variation selectors alone are not emoji."""
    found: list[tuple[int, int]] = list(normal.emoji)

    def blank(match: re.Match[str]) -> str | None:
        if all(c in "\u200d\ufe0f" for c in match.group()):
            return None
        found.append(normal.original(*match.span()))
        return " "

    text = normal.replaced(_KEYCAP, blank)
    normal = text
    text = text.replaced(_EMOJI, blank)
    return Normalized(text=text.text, starts=text.starts, ends=text.ends, emoji=tuple(found))


def _percent(match: re.Match[str]) -> str | None:
    """Percent-decoded UTF-8; kept where it is none, or where a plain `100%` would be eaten."""
    decoded = unquote(match.group(), errors="strict") if _is_utf8(match.group()) else None
    return decoded if decoded and decoded.isprintable() else None


def _is_utf8(encoded: str) -> bool:
    try:
        bytes.fromhex(encoded.replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@cache
def _confusables() -> dict[str, str]:
    table = dict(_PUNCTUATION)
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, plain = line.split("\t")
            table[chr(int(code, 16))] = plain
    return table


@cache
def _legible(grapheme: str) -> str | None:
    """None for what English prose itself uses: typographic quotation marks and dashes, Latin letters with an accent."""
    composed = unicodedata.normalize("NFC", grapheme[:8])
    letters = unicodedata.normalize("NFD", composed)
    accented = len(composed) == 1 and len(letters) > 1 and letters[0].isascii() and letters[0].isalpha()
    return composed if accented or composed in _TYPOGRAPHY else _folded(grapheme)


@cache
def _folded(grapheme: str) -> str:
    """Plain Latin letters for one character and its marks; a letter of another script that resembles none stays."""
    table = _confusables()
    plain: list[str] = []
    for c in unicodedata.normalize("NFKD", grapheme[:8]):
        if unicodedata.category(c) in {"Mn", "Me", "Cf"}:
            continue
        if unicodedata.category(c) in {"Zs", "Zl", "Zp"}:
            plain.append(" ")
            continue
        plain.append(c if c.isascii() else table.get(c, c))
    return "".join(plain)


def _shouts(text: str) -> bool:
    """Whether most letters are capitals: parsers read lower case better, and shouting is no part of the conduct."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 3 and sum(c.isupper() for c in letters) > _SHOUT * len(letters)
