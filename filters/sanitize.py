"""Sanitize and verify: rewrite until nothing is recognized any more, then ask whether another class reads the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

from filters.analyzer import Analysis, Analyzer, Hit, Reading, neutral
from filters.forms import CANONICAL
from filters.marks import NOTHING_SPARED, Spare
from filters.parses import Parses
from filters.rewriting import rewrite
from filters.swap import swapped
from filters.withholding import Withheld, WithheldReason

if TYPE_CHECKING:
    from spacy.tokens import Doc

    _Sanitizing = Generator[str, Doc, str | Withheld]

_PERSON = re.compile(r"\b(?:an? |the |that )?(?:person|people)\b", re.IGNORECASE)
_ROUNDS = 3
_MANGLED = re.compile(r"\[\[(?:[Ww]ithheld|[Ss]lur)|(?:ithheld|group)\]\]")
"""A form within a form: text that held the forms of its own to confuse the rewriting."""
_FEWEST_WORDS = 2
_LEAST_SHARE = 0.15


def sanitize(
    analyzer: Analyzer, words: str, names: Sequence[str] = (), *, swaps: bool = True, spare: Spare = NOTHING_SPARED
) -> str | Withheld:
    """The passage in neutral form, or why it stays withheld. Never raises: an exception withholds.

    `swaps=False` leaves out the swap test, for measurements that make their own swaps. `spare` strikes what reviewers
    restored from every reading.
    """
    return sanitize_many(analyzer, (words,), names, swaps=swaps, spare=spare)[0]


def sanitize_many(
    analyzer: Analyzer,
    passages: Sequence[str],
    names: Sequence[str] = (),
    *,
    swaps: bool = True,
    spare: Spare = NOTHING_SPARED,
) -> list[str | Withheld]:
    """Each passage in neutral form or why it stays withheld, in order; their texts are parsed together.

    Never raises: what goes wrong with one passage withholds that one. Memory grows with the passages: the caller
    bounds their number and length.
    """
    work = [_Passage(_sanitizing(analyzer, words, names, spare, swaps=swaps)) for words in passages]
    parses = Parses(analyzer)
    while waiting := [passage for passage in work if passage.wanted is not None]:
        parses.add(passage.wanted for passage in waiting if passage.wanted is not None)
        for passage in waiting:
            while passage.wanted is not None and passage.wanted in parses:
                passage.go_on(parses)
    return [passage.outcome for passage in work]


class _Passage:
    """One passage on its way: the text it wants parsed next, or its outcome."""

    def __init__(self, sanitizing: _Sanitizing) -> None:
        self._sanitizing = sanitizing
        self.wanted: str | None = None
        self.outcome: str | Withheld = Withheld(reason=WithheldReason.FAILED)
        self._resume(lambda: next(sanitizing))

    def go_on(self, parses: Parses) -> None:
        """Hands over the parse that it waits for; a text that could not be parsed withholds the passage."""
        doc = parses.take(self.wanted or "")
        if doc is None:
            self.wanted = None
        else:
            self._resume(lambda: self._sanitizing.send(doc))

    def _resume(self, step: Callable[[], str]) -> None:
        self.wanted = None
        try:
            self.wanted = step()
        except StopIteration as done:
            self.outcome = done.value
        except Exception:  # noqa: BLE001 - whatever went wrong, nothing passes and nothing is told
            self.outcome = Withheld(reason=WithheldReason.FAILED)


def leftover(
    analyzer: Analyzer, text: str, names: Sequence[str] = (), spare: Spare = NOTHING_SPARED
) -> tuple[Hit, ...]:
    """What the recognizers still find in neutral text outside the canonical forms."""
    return _outside(spare(analyzer.read(text, names)))


def _sanitizing(analyzer: Analyzer, words: str, names: Sequence[str], spare: Spare, *, swaps: bool) -> _Sanitizing:
    """The whole way of one passage. Yields each text to parse and is sent its parse, so that many go it together."""
    reading = analyzer.prepare(words, names)
    if isinstance(reading, Withheld):
        return reading
    analysis = spare(analyzer.recognize(reading, (yield reading.plain)))
    draft = rewrite(analysis)
    text = yield from _verified(analyzer, draft, names, spare, reading)
    if isinstance(text, Withheld):
        return text
    if _MANGLED.search(text):
        return Withheld(reason=WithheldReason.VERIFICATION)
    if _little(text):
        return Withheld(reason=WithheldReason.LITTLE_LEFT)
    for other in swapped(words, analysis) if swaps else ():
        if not (yield from _reads_as(analyzer, other, names, spare, draft=draft, text=text)):
            return Withheld(reason=WithheldReason.SWAP_DIFFERS)
    return text


def _reads_as(
    analyzer: Analyzer, other: str, names: Sequence[str], spare: Spare, *, draft: str, text: str
) -> Generator[str, Doc, bool]:
    """Whether the passage about another class comes out as `text`: by its own recognition and its own rewriting.

    Verification looks at nothing but the draft: the same draft comes out the same.
    """
    reading = analyzer.prepare(other, names)
    if isinstance(reading, Withheld):
        return False
    variant = spare(analyzer.recognize(reading, (yield reading.plain)))
    written = rewrite(variant)
    return written == draft or (yield from _verified(analyzer, written, names, spare)) == text


def _verified(
    analyzer: Analyzer, text: str, names: Sequence[str], spare: Spare, captured: Reading | None = None
) -> _Sanitizing:
    """Rewritten until the recognizers find nothing; withheld where they still do after a few rounds."""
    for _ in range(_ROUNDS):
        reading = neutral(text, names, captured)
        again = spare(analyzer.recognize(reading, (yield reading.plain)))
        if not _outside(again):
            return text
        text = rewrite(again)
    return Withheld(reason=WithheldReason.VERIFICATION)


def _outside(analysis: Analysis) -> tuple[Hit, ...]:
    """Hits that are not part of a form the rewriting itself put."""
    forms = [*analysis.forms, *(match.span() for match in CANONICAL.finditer(analysis.normal.text))]
    return tuple(hit for hit in analysis.hits if not any(start <= hit.start and hit.end <= end for start, end in forms))


def _little(text: str) -> bool:
    """Whether too few words are left to say what was done."""
    plain = _PERSON.sub(" ", CANONICAL.sub(" ", text))
    kept = [word for word in plain.split() if any(c.isalpha() for c in word)]
    return len(kept) < _FEWEST_WORDS or len(plain.replace(" ", "")) < _LEAST_SHARE * len(text.replace(" ", ""))
