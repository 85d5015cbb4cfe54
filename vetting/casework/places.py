"""Whether the place that an account gives is the candidate's town, another town, or neither for sure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Final

from filters.lexicon import FOLDER, Kind, read
from vetting.casework.disclosed import plain_words


class Residence(Enum):
    """What a stated place says. In doubt `UNSAID`: a region, a joke and a village nobody lists say nothing."""

    SAME = "same"
    OTHER = "other"
    UNSAID = "unsaid"


# USPS abbreviations of the states (Publication 28, appendix B), so that MA and Massachusetts are one.
_ABBREVIATED: Final = (
    "al:alabama ak:alaska az:arizona ar:arkansas ca:california co:colorado ct:connecticut de:delaware fl:florida "
    "ga:georgia hi:hawaii id:idaho il:illinois in:indiana ia:iowa ks:kansas ky:kentucky la:louisiana me:maine "
    "md:maryland ma:massachusetts mi:michigan mn:minnesota ms:mississippi mo:missouri mt:montana ne:nebraska "
    "nv:nevada nh:newhampshire nj:newjersey nm:newmexico ny:newyork nc:northcarolina nd:northdakota oh:ohio "
    "ok:oklahoma or:oregon pa:pennsylvania ri:rhodeisland sc:southcarolina sd:southdakota tn:tennessee tx:texas "
    "ut:utah vt:vermont va:virginia wa:washington wv:westvirginia wi:wisconsin wy:wyoming dc:districtofcolumbia"
)
_STATES: Final[Mapping[str, str]] = dict(re.findall(r"(\w\w):(\w+)", _ABBREVIATED))


def residence(place: str, town: str) -> Residence:
    """Compares a stated place with the candidate's town, both as "town" or "town, state".

    Another town only where the place begins with a listed city, or where both give a state and the states differ.
    """
    there, here = _parts(place), _parts(town)
    if not there[0] or not here[0]:
        return Residence.UNSAID
    if there[0] == here[0]:
        differ = bool(there[1] and here[1]) and there[1] != here[1]
        return Residence.OTHER if differ else Residence.SAME
    listed = there[0] in _cities() and there[0].replace(" ", "") not in _STATES.values()
    return Residence.OTHER if listed and f" {here[0]} " not in f" {' '.join(plain_words(place))} " else Residence.UNSAID


def _parts(place: str) -> tuple[str, str]:
    """Town in plain words, and state spelt out; what is no state of the United States is left out."""
    town, _, rest = place.partition(",")
    state = "".join(plain_words(rest.partition(",")[0]))
    state = _STATES.get(state, state)
    return " ".join(plain_words(town)), state if state in _STATES.values() else ""


@cache
def _cities() -> frozenset[str]:
    """As the filter's lexicon of places lists them."""
    return frozenset(
        word for word, term in read(FOLDER / "place.txt") if term.kind is Kind.PLACE and not term.ambiguous
    )
