"""Does another class read the same? Pairs of variants compared byte for byte, and the shared words that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from filters.measuring.cases import Case
from filters.measuring.counting import Share, Tally, Visible, own_words, words

SOURCES = ("hatecheck", "winogender", "redditbias", "holisticbias", "bbq", "crows_pairs")
_NOT_PROTECTED = {"bbq": ("Physical_appearance",), "crows_pairs": ("physical-appearance", "socioeconomic")}


def invariance(cases: Sequence[Case], visible: Visible) -> tuple[Share, ...]:
    """By source and axis: pairs that look the same, without and with the pairs that are both withheld whole."""
    tally = Tally()
    for case in cases:
        source, axis = str(case["src"]), str(case["axis"])
        names = [source, f"{source}/{axis}"]
        if source in _NOT_PROTECTED and axis not in _NOT_PROTECTED[source]:
            names.insert(1, f"{source}/protected")
        variants = [str(variant) for variant in case["variants"]]
        seen = [visible(variant) for variant in variants]
        _pairs(tally, names, variants, seen)
        if source == "winogender":
            _pairs(tally, ["winogender/he-she"], variants[:2], seen[:2])
    return tally.shares()


def _pairs(tally: Tally, names: Sequence[str], variants: Sequence[str], seen: Sequence[str | None]) -> None:
    left = [words(own_words(one)) for one in seen]
    there = [words(own_words(one)) for one in variants]
    for a, b in combinations(range(len(seen)), 2):
        shared = there[a] & there[b]
        kept = (shared & left[a]).total() + (shared & left[b]).total()
        both = seen[a] is None and seen[b] is None
        for name in names:
            tally.add(f"{name}: pairs that look the same", not both and seen[a] == seen[b], not both)
            tally.add(f"{name}: same, both withheld counted as same", seen[a] == seen[b])
            tally.add(f"{name}: shared words kept", kept, 2 * shared.total())
            tally.add(f"{name}: pairs both withheld whole", both)
