"""Names before the parse: whoever is named is read as the same plain names, in the order of mention.

"Ebony and Zahra" and "Molly and Jenna" are then one sentence to the parser, so that neither what it makes of a name nor
what lists hold of names of one origin decides what else it sees. Names in lower case are read like names with capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from filters.lexicon import class_words, is_common, is_english, word_list, word_map

STAND_INS = (
    *("Alex", "Chris", "Jamie", "Casey", "Morgan", "Dana", "Jesse", "Riley", "Quinn", "Blake", "Peter", "Paul"),
    *("David", "Daniel", "Thomas", "Simon", "Andrew", "Philip", "Stephen", "Richard", "Robert", "Edward", "Nicholas"),
    *("Michael", "Patrick", "Gregory"),
)
"""One for each of Person A to Person Z: names in the lists and in no dictionary."""
_WORD = re.compile(r"[A-Z][a-z]+-[a-z]{2,}|[A-Za-z]+(?:'[A-Z][a-z]+)?(?:-[A-Z][a-z]+)*")
_BEFORE = re.compile(r"([A-Za-z]+)(?:,? (?:and|or|&|with|vs\.?) |, )$")
_DETERMINED = re.compile(
    r"\b(?:an?|the|my|your|his|her|our|their|this|that|some|no|any|more|to|i|you|we|they|he|she) $"
)
_OPENS_AND_ACTS = re.compile(
    r"(?: (?:is|was|has|had|will|would|can|could|should|did|does|never|always|also|often|only|still|says|[a-z]{2,}ed"
    r"|said|told|went|got|took|made|felt|thought|came|kept|left|knew|saw|gave|found|became|hit|stole|ran|beat|broke"
    r"|bought|sold|drove|drank|ate|fought|threw|shot|cut|put|lost|won|met|sat|stood|wrote|spoke|slept|began|brought"
    r"|couldn't|didn't|wasn't|isn't|won't|can't|doesn't|hasn't|wouldn't|and (?:i|he|she|we|they|my|his|her))\b"
    r"|, (?:my|an?|the|who|his|her|our|their)\b)",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sgt|Sergeant|Lt|Lieutenant|Capt|Captain|Officer|Detective|Deputy"
    r"|Trooper|Judge|Coach|Sheriff|Mayor|Senator|Governor|President|Chief|Uncle|Aunt|Auntie|Sister|Brother|Father|Sir"
    r"|Dame)\.? $"
)
_MODAL_NAMES = frozenset({"Will", "May"})
_CAPITAL_BEFORE = re.compile(r"([A-Z][a-z]+)\.? $")
_TERM = re.compile(r"(?:'s|s'|-[A-Z][a-z]+)?(?:[ -]([A-Za-z]+))(?: ([A-Za-z]+))?\b")
_GAP = re.compile(r" (?=[a-z]{3})")
_INITIAL = re.compile(r" (?:[A-Z]\.? )?(?=[A-Z])")
_BESIDE = re.compile(r"(?:,? (?:and|or|&|with|vs\.?) |, )([A-Za-z]+)")
_PLACED = re.compile(r"\b(?:in|at|from|to|near|around|across|outside|leaving|via|visit(?:ed|ing)?|of) $")


def mentions(text: str, taken: Sequence[tuple[int, int]] = ()) -> Iterator[tuple[int, int, str]]:
    """Every mention of a person by name that can be told without a parse, and the name that stands in for it.

    `taken` are ranges that something else explains: the candidate's own names and class words.
    """
    persons: list[frozenset[str]] = []
    casual = not re.search(r"[A-Z][a-z]", text)
    busy = {at for start, end in taken for at in range(start, end)}
    at = 0
    for word in _WORD.finditer(text):
        if word.start() < at or word.start() in busy or not _names_somebody(text, word, casual=casual):
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
    """Whether a word is a name and, with the capital it has or has not, no word of English."""
    lower = word.lower()
    if lower in word_list("ordinary_capitals") or lower in _ambiguous() or lower in _function_words():
        return False
    if lower in class_words().told and lower not in word_list("first_names"):
        return False  # English, French, Pope
    if lower in word_list("first_names") or lower in word_list("last_names"):
        return True
    return word.istitle() and lower in word_list("rare_names")


def may_be_name(word: str) -> bool:
    """Whether a word may be a name, though it is a word of English too or a name of few."""
    lower = word.lower()
    if lower in word_list("ordinary_capitals") or (lower in _function_words() and word not in _MODAL_NAMES):
        return False
    return lower in _ambiguous() or lower in word_list("rare_names") or (len(word) > 3 and not _is_english(lower))


@cache
def _ambiguous() -> frozenset[str]:
    return word_list("ambiguous_names") | word_list("ambiguous_last_names")


@cache
def _function_words() -> frozenset[str]:
    """The, So, An: somebody's name somewhere, and far too often none."""
    return frozenset(word_map("function_words")["en"].split())


def _is_english(lower: str) -> bool:
    return "'" in lower or all(is_english(part) for part in lower.split("-"))


def _names_somebody(text: str, word: re.Match[str], *, casual: bool) -> bool:
    """Whether a person is named here: by a name that is nothing else, or by one whose neighbors say so."""
    found = word.group()
    if len(found) < 2 or found.isupper() or (len(found) == 2 and text[word.end() : word.end() + 1] == "-"):
        return False  # initials, Li-ion
    if is_eponym(text, word.start(), word.end()):
        return False
    if "-" in found and found[:1].isupper() and not any(is_english(part.lower()) for part in found.split("-")):
        return True  # Ji-woo
    if found.istitle() and is_titled(text, word.start()):
        return True
    if is_name_word(found):
        return found.istitle() or casual or len(found) > 4 or _beside_a_name(text, word)
    return may_be_name(found) and _told_by_neighbors(text, word, casual=casual)


def _told_by_neighbors(text: str, word: re.Match[str], *, casual: bool) -> bool:
    """Whether a word that may be a name is one here."""
    found = word.group()
    lower = found.lower()
    determined = _DETERMINED.search(text, max(0, word.start() - 12), word.start())
    if found.islower() and (determined or (is_common(lower) and not casual)):
        return False
    if _beside_a_name(text, word):
        return True
    if not found.istitle() or lower not in _ambiguous():
        return False
    return not is_common(lower) or _before_a_family_name(text, word) or _acts(text, word)


def _acts(text: str, word: re.Match[str]) -> bool:
    """Whether a first name opens a sentence and does something in it: Matt would, Ebony never."""
    first = word.group().lower() in word_list("first_names") | word_list("ambiguous_names")
    return first and bool(_OPENS_AND_ACTS.match(text, word.end())) and opens_sentence(text, word.start())


def is_titled(text: str, start: int) -> bool:
    """Whether an honorific or a rank stands right before."""
    return _TITLED.search(text, max(0, start - 12), start) is not None


def is_eponym(text: str, start: int, end: int) -> bool:
    """Whether a capitalized name belongs to a term of science, and to nobody spoken of: Larmor radius, Ohm's law."""
    before = _CAPITAL_BEFORE.search(text, max(0, start - 20), start)
    if not text[start:end].istitle() or (before is not None and not is_common(before.group(1).lower())):
        return False  # not with a first name or a title before it
    nouns, after = word_list("eponym_nouns"), _TERM.match(text, end)
    return after is not None and any(word and word.lower() in nouns for word in after.groups())


def opens_sentence(text: str, start: int) -> bool:
    """Whether a sentence opens there."""
    before = text[max(0, start - 4) : start].rstrip(" \"'(")
    return not before or before[-1] in ".!?\n"


def _beside_a_name(text: str, word: re.Match[str]) -> bool:
    """Heather and Brian; Banks, Gaines and Rojas; two names of few beside each other."""
    after = _BESIDE.match(text, word.end())
    before = _BEFORE.search(text, max(0, word.start() - 40), word.start())
    few = word.group().lower() not in _ambiguous()
    others = [match.group(1) for match in (after, before) if match is not None]
    capital = word.group().istitle()
    if capital and any(other.istitle() and other.lower() in word_list("ambiguous_names") for other in others):
        return True
    return any(is_name_word(other) or (few and _of_few(other)) or (capital and _unheard(other)) for other in others)


def _of_few(word: str) -> bool:
    return word.lower() in word_list("rare_names")


def _unheard(word: str) -> bool:
    """A capitalized word that neither English nor the lists of names know."""
    return word.istitle() and not _is_english(word.lower())


def _before_a_family_name(text: str, word: re.Match[str]) -> bool:
    after = re.match(r" (?:[A-Z]\. )?([A-Z][a-z'-]+)", text[word.end() : word.end() + 60])
    if after is None:
        return False
    family = after.group(1)
    return is_name_word(family) and not is_common(family.lower())


def _end(text: str, first: re.Match[str], busy: set[int]) -> int:
    """Where the name ends: initials and further names belong to it, written like the first."""
    end, capital = first.end(), first.group()[:1].isupper()
    while True:
        gap = (_INITIAL if capital else _GAP).match(text, end)
        word = _WORD.match(text, gap.end()) if gap else None
        if word is None or word.start() in busy or not _continues(word.group(), capital=capital):
            return end
        end = word.end()


def _continues(word: str, *, capital: bool) -> bool:
    lower = word.lower()
    if not capital:  # in lower case only what is hardly anything else
        return word.islower() and (is_name_word(word) or (lower in word_list("rare_names") and not _is_english(lower)))
    if not word[:1].isupper() or word.isupper() or lower in word_list("ordinary_capitals"):
        return False
    return is_name_word(word) or lower in _ambiguous() or not _is_english(lower)


def reads_as_place(text: str, start: int, end: int) -> bool:
    """Whether a word that is a first name and a place is a place here: after a preposition, or before a state."""
    return bool(_PLACED.search(text[max(0, start - 12) : start]) or re.match(r", [A-Z]{2}\b", text[end : end + 10]))
