"""Sanitize and verify: rewrite until nothing is recognized any more, then ask whether another class reads the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filters.analyzer import Analysis, Analyzer, Hit
from filters.marks import NOTHING_SPARED, Spare
from filters.normalize import plain_text
from filters.rewriting import CANONICAL, rewrite
from filters.swap import swapped
from filters.withholding import Withheld, WithheldReason

_PERSON = re.compile(r"\b(?:an? |the |that )?(?:person|people)\b", re.IGNORECASE)
_ROUNDS = 3
_FEWEST_WORDS = 2
_LEAST_SHARE = 0.15


def sanitize(
    analyzer: Analyzer, words: str, names: Sequence[str] = (), *, swaps: bool = True, spare: Spare = NOTHING_SPARED
) -> str | Withheld:
    """The passage in neutral form, or why it stays withheld. Never raises: an exception withholds.

    `swaps=False` leaves out the swap test, for measurements that make their own swaps. `spare` strikes what reviewers
    restored from every reading.
    """
    try:
        return _sanitize(analyzer, words, names, spare, swaps=swaps)
    except Exception:  # noqa: BLE001 - whatever went wrong, nothing passes and nothing is told
        return Withheld(reason=WithheldReason.FAILED)


def leftover(
    analyzer: Analyzer, text: str, names: Sequence[str] = (), spare: Spare = NOTHING_SPARED
) -> tuple[Hit, ...]:
    """What the recognizers still find in neutral text outside the canonical forms."""
    return _outside(spare(analyzer.read(plain_text(text), names)))


def _sanitize(analyzer: Analyzer, words: str, names: Sequence[str], spare: Spare, *, swaps: bool) -> str | Withheld:
    analysis = analyzer.analyze(words, names)
    if isinstance(analysis, Withheld):
        return analysis
    text = _neutral(analyzer, spare(analysis), names, spare)
    if isinstance(text, Withheld):
        return text
    if _little(text):
        return Withheld(reason=WithheldReason.LITTLE_LEFT)
    if swaps:
        for other in swapped(words, spare(analysis)):
            variant = analyzer.analyze(other, names)
            if isinstance(variant, Withheld) or _neutral(analyzer, spare(variant), names, spare) != text:
                return Withheld(reason=WithheldReason.SWAP_DIFFERS)
    return text


def _neutral(analyzer: Analyzer, analysis: Analysis, names: Sequence[str], spare: Spare) -> str | Withheld:
    """Rewritten until the recognizers find nothing; withheld where they still do after a few rounds."""
    text = rewrite(analysis.doc, analysis.hits)
    for _ in range(_ROUNDS):
        again = spare(analyzer.read(plain_text(text), names))
        hits = _outside(again)
        if not hits:
            return text
        text = rewrite(again.doc, hits)
    return Withheld(reason=WithheldReason.VERIFICATION)


def _outside(analysis: Analysis) -> tuple[Hit, ...]:
    """Hits that are not part of a form the rewriting itself put."""
    forms = [match.span() for match in CANONICAL.finditer(analysis.doc.text)]
    return tuple(hit for hit in analysis.hits if not any(hit.start < end and start < hit.end for start, end in forms))


def _little(text: str) -> bool:
    """Whether too few words are left to say what was done."""
    plain = _PERSON.sub(" ", CANONICAL.sub(" ", text))
    kept = [word for word in plain.split() if any(c.isalpha() for c in word)]
    return len(kept) < _FEWEST_WORDS or len(plain.replace(" ", "")) < _LEAST_SHARE * len(text.replace(" ", ""))
