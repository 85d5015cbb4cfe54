"""Names before the parse: whoever is named is read as the same plain names, in the order of mention.

"Ebony and Zahra" and "Molly and Jenna" are then one sentence to the parser, so that neither what it makes of a name nor
what lists hold of names of one origin decides what else it sees. Names in lower case are read like names with capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from filters.lexicon import is_common, word_list

STAND_INS = (
    *("Alex", "Chris", "Jamie", "Casey", "Morgan", "Dana", "Jesse", "Riley", "Quinn", "Blake", "Peter", "Paul"),
    *("David", "Daniel", "Thomas", "Simon", "Andrew", "Philip", "Stephen", "Richard", "Robert", "Edward", "Nicholas"),
    *("Michael", "Patrick", "Gregory"),
)
"""One for each of Person A to Person Z: names in the lists and in no dictionary."""
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Z][a-z]+)?(?:-[A-Z][a-z]+)*")
_INITIAL = re.compile(r" (?:[A-Z]\.? )?(?=[A-Z])")
_BESIDE = re.compile(r"(?:,? (?:and|or|&|with|vs\.?) |, )([A-Za-z]+)")
_PLACED = re.compile(r"\b(?:in|at|from|to|near|around|across|outside|leaving|via|visit(?:ed|ing)?|of) $")


def mentions(text: str, taken: Sequence[tuple[int, int]] = ()) -> Iterator[tuple[int, int, str]]:
    """Every mention of a person by name that can be told without a parse, and the name that stands in for it.

    `taken` are ranges that something else explains: the candidate's own names and class words.
    """
    persons: list[frozenset[str]] = []
    busy = {at for start, end in taken for at in range(start, end)}
    at = 0
    for word in _WORD.finditer(text):
        if word.start() < at or word.start() in busy or not _names_somebody(text, word):
            continue
        at = _end(text, word, busy)
        yield word.start(), at, STAND_INS[_index(text[word.start() : at], persons) % len(STAND_INS)]


def _index(name: str, persons: list[frozenset[str]]) -> int:
    """Who it is, by order of mention: somebody of whose name a part was seen before is the same person."""
    words = frozenset(part.lower() for part in re.findall(r"[A-Za-z]+", name))
    for number, known in enumerate(persons):
        if known & words:
            persons[number] = known | words
            return number
    persons.append(words)
    return len(persons) - 1


def is_name_word(word: str) -> bool:
    """Whether a word is a name and, in whatever case, no word of plain English."""
    lower = word.lower()
    if lower in word_list("ordinary_capitals") or lower in _ambiguous():
        return False
    return lower in word_list("first_names") or (word[:1].isupper() and lower in word_list("last_names"))


def may_be_name(word: str) -> bool:
    """Whether a capitalized word may be a name, though it is a word of English too."""
    lower = word.lower()
    return word.istitle() and lower in _ambiguous() and lower not in word_list("ordinary_capitals")


@cache
def _ambiguous() -> frozenset[str]:
    return word_list("ambiguous_names") | word_list("ambiguous_last_names")


def _names_somebody(text: str, word: re.Match[str]) -> bool:
    """Whether a person is named here: by a name that is nothing else, or by one whose neighbours say so."""
    found = word.group()
    if len(found) < 2 or (found.isupper() and len(found) > 1):
        return False
    if is_name_word(found):
        return not (found.islower() and is_common(found))
    if not may_be_name(found):
        return False
    return not is_common(found.lower()) or _beside_a_name(text, word) or _before_a_family_name(text, word)


def _beside_a_name(text: str, word: re.Match[str]) -> bool:
    """Heather and Brian; Banks, Gaines and Rojas."""
    after = _BESIDE.match(text, word.end())
    if after is not None and (is_name_word(after.group(1)) or may_be_name(after.group(1))):
        return True
    before = re.search(
        r"([A-Za-z]+)(?:,? (?:and|or|&|with|vs\.?) |, )$", text[max(0, word.start() - 40) : word.start()]
    )
    return before is not None and is_name_word(before.group(1)) and before.group(1).istitle()


def _before_a_family_name(text: str, word: re.Match[str]) -> bool:
    after = re.match(r" (?:[A-Z]\. )?([A-Z][a-z'-]+)", text[word.end() :])
    if after is None:
        return False
    family = after.group(1)
    return family.lower() in word_list("last_names") and not is_common(family.lower())


def _end(text: str, first: re.Match[str], busy: set[int]) -> int:
    """Where the name ends: initials and further capitalized names belong to it."""
    end = first.end()
    while True:
        gap = _INITIAL.match(text, end)
        word = _WORD.match(text, gap.end()) if gap else None
        if word is None or word.start() in busy or not _continues(word.group()):
            return end
        end = word.end()


def _continues(word: str) -> bool:
    lower = word.lower()
    if not word[:1].isupper() or word.isupper() or lower in word_list("ordinary_capitals"):
        return False
    listed = lower in word_list("last_names") or lower in word_list("first_names") or lower in _ambiguous()
    return listed or not (is_common(lower) or lower in word_list("dictionary"))


def reads_as_place(text: str, start: int, end: int) -> bool:
    """Whether a word that is a first name and a place is a place here: after a preposition, or before a state."""
    return bool(_PLACED.search(text[max(0, start - 12) : start]) or re.match(r", [A-Z]{2}\b", text[end:]))
