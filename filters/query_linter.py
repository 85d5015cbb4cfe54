"""The query linter: a query that asks for protected facts is itself the violation (REQ-EEO-2; 29 CFR 1635.8(a))."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache

from filters.lexicon import Kind, Term, class_words, is_common, word_list
from filters.normalize import normalize
from filters.protected_classes import ProtectedClass
from vetting.errors import bad_input

_ANCHOR = "{anchor}"
_OPERATOR = re.compile(r"\b(?:site|inurl|intitle|filetype|lang|before|after):\S*", re.IGNORECASE)
_QUESTIONS = frozenset(
    {"race", "color", "colour", "sex", "ethnic", "gender", "photo", "photos", "picture", "pictures", "image", "images"}
    | {"face", "selfie", "selfies", "avatar", "avatars", "video", "arrest", "arrests", "arrested", "deported"}
)
"""Words that ask by themselves, whoever is called so besides."""
_BARE = re.compile(rf"\b(?:{'|'.join(sorted(_QUESTIONS))})\b", re.IGNORECASE)
_FIGURES = re.compile(
    r"\b(?:class of|born(?: in)?|graduated|dob|aged?|turned) '?\d{1,4}\b|\b\d{1,3}[- ]?(?:years?|yrs?|y/?o)\b"
    r"|(?<![\w.-])\d{5}(?:-\d{4})?(?![\w.-])|\bzip ?code\b",
    re.IGNORECASE,
)
"""An age, a birth or class year, a ZIP code (Illinois HB 3773): proxies told by figures instead of words."""
_FREE = frozenset({Kind.ROLE})
_NO_NAME = frozenset({ProtectedClass.HEALTH, ProtectedClass.PREGNANCY, ProtectedClass.GENETIC_INFORMATION})
_ASKING = _NO_NAME | {
    ProtectedClass.DISABILITY,
    ProtectedClass.SEXUAL_ORIENTATION,
    ProtectedClass.CRIMINAL_RECORD,
    ProtectedClass.BANKRUPTCY,
    ProtectedClass.WORKERS_COMPENSATION,
    ProtectedClass.DOMESTIC_VIOLENCE,
    ProtectedClass.RETALIATION,
    ProtectedClass.CITIZENSHIP,
    ProtectedClass.MEDIA,
}
"""What nobody and no town is named for, so that a word for it is a question."""
_LONGEST_NAME = 3
_GIVEN_AND_FAMILY = 2
_BEFORE_A_TOWN = frozenset(
    {"bay", "big", "camp", "cape", "city", "east", "fort", "ft", "grand", "great", "green", "la", "lake", "little"}
    | {"lower", "middle", "mill", "mount", "mt", "new", "north", "old", "point", "port", "rock", "saint", "south"}
    | {"st", "the", "town", "upper", "valley", "village", "west"}
)
_SMALL = frozenset({"by", "de", "del", "in", "of", "on", "the", "upon"})
_NAME_LISTS = ("first_names", "last_names", "ambiguous_names", "ambiguous_last_names")


def lint_query(query: str, anchors: Sequence[str] = ()) -> None:
    """Refuses a query or template that asks for a protected class, health or genetic matter, or a proxy.

    A template's `{anchor}` and, at run time, the candidate's own disclosed `anchors` are left out of the question:
    somebody called Christian is searched for like anybody. Everything else is read strictly, ambiguous words included.
    """
    asked = query.replace(_ANCHOR, " | ")
    for anchor in sorted(filter(None, anchors), key=len, reverse=True):
        asked = re.sub(rf"(?<!\w){re.escape(anchor)}(?!\w)", " | ", asked, flags=re.IGNORECASE)
    plain = normalize(_OPERATOR.sub(_value, asked), _is_class_word).text
    wanted = {m.term.protected_class for m in class_words().matches(plain) if m.term.kind not in _FREE}
    if wanted or _BARE.search(plain) or _FIGURES.search(plain):
        raise bad_input(
            "query_refused",
            "The query asks for facts about protected classes or their proxies.",
            "Search for the disclosed identifier alone.",
        )


def _value(match: re.Match[str]) -> str:
    """A search operator's value is read too, as words: `site:grindr.com` asks for something."""
    return re.sub(r"[:./_=&?-]+", " ", match.group().split(":", 1)[1])


def lint_name(name: str, accepted: Collection[str] = (), *, place: bool = False) -> None:
    """Refuses a name (or, with `place`, a town) that carries a question: class words that are no name of anybody.

    A name stands in a query unread, so it must be one. Christian, Gay, White and Church are names in the census; words
    that are in no list of names, and yet somebody's name, the department lists as `accepted`.
    """
    plain = normalize(name, _is_class_word).text
    free = {Kind.ROLE, Kind.NAME, Kind.PLACE} if place else {Kind.ROLE, Kind.NAME}
    told = [
        *((plain[m.start : m.end], m.term) for m in class_words().matches(plain) if m.term.kind not in free),
        *((m.group(), None) for m in _BARE.finditer(plain)),
    ]
    known = {word.casefold() for word in accepted} | _undisguised(name)
    unknown = [
        (words, term) for text, term in told if not _known_names().issuperset({*(words := _words(text))} - known)
    ]
    fits = _fits_town if place else _fits_name
    if unknown and not (len({tuple(words) for words, _ in unknown}) == 1 and all(fits(name, *one) for one in unknown)):
        raise bad_input(
            "name_refused",
            "The candidate's name or town holds a word that asks for facts about protected classes.",
            "Correct it; where it is truly the name, have the word added to names in config/department.toml.",
        )


def _is_class_word(word: str) -> bool:
    return word in class_words().words


def _undisguised(name: str) -> set[str]:
    """What the normalizer makes of the words that are names as they are written: Mann is not a disguise of man."""
    known = _known_names()
    named = [word for word in name.split() if word.casefold() in known or known.issuperset(_words(word))]
    return {plain for word in named for plain in _words(normalize(word, _is_class_word).text)}


def _fits_name(name: str, asked: Sequence[str], term: Term | None) -> bool:
    """Whether a class word may be this person's name: in a name of three words at most, at its beginning or end, with a
    capital, and borne by somebody in the census (Dominic Race, Mary Single); or a given name that is no word of plain
    English before a family name (Trans Nguyen). Nobody is called after a diagnosis.
    """
    words, capitals = _words(name), [word[:1].isupper() for word in name.split()]
    at = [n for n, word in enumerate(words) if word in asked]
    if len(words) > _LONGEST_NAME or len(asked) != 1 or not all(capitals) or not set(at) <= {0, len(words) - 1}:
        return False
    if term is not None and term.protected_class in _NO_NAME:
        return False
    return asked[0] in word_list("class_names") or _is_given_name(words, at, term)


def _is_given_name(words: Sequence[str], at: Sequence[int], term: Term | None) -> bool:
    if term is None or term.protected_class in _ASKING or len(words) != _GIVEN_AND_FAMILY or list(at) != [0]:
        return False
    return words[1] in _known_names() and not (is_common(words[0]) or words[0] in word_list("dictionary"))


def _fits_town(name: str, asked: Sequence[str], term: Term | None) -> bool:
    """Whether a town may be named so: for a people, a faith, a union or a holiday, and written like a name (Mashpee,
    Union, Indian Orchard). Behind the name of a town the word would be a question (Salem Jewish), unless what stands
    before only tells one town from another (New Union, Lake Mohegan). No town is named for a diagnosis or an arrest.
    """
    words = _words(name)
    if term is None or not all(word[:1].isupper() or word in _SMALL for word in name.split()):
        return False
    if term.protected_class not in _NO_NAME and word_list("class_names").issuperset(asked):
        return True
    if term.protected_class in _ASKING:
        return False
    before = words[: -len(asked)] if words[-len(asked) :] == list(asked) else ()
    return _BEFORE_A_TOWN.issuperset(before)


@cache
def _known_names() -> frozenset[str]:
    return frozenset().union(*(word_list(name) for name in _NAME_LISTS)) - _QUESTIONS


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())
