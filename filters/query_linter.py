"""The query linter: a query that asks for protected facts is itself the violation (REQ-EEO-2; 29 CFR 1635.8(a))."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache

from filters.lexicon import Kind, class_words, word_list
from filters.normalize import normalize
from vetting.errors import bad_input

_ANCHOR = "{anchor}"
_OPERATOR = re.compile(r"\b(?:site|inurl|intitle|filetype|lang|before|after):\S*", re.IGNORECASE)
_ALLOWED = frozenset({"he", "she"})
_BARE = re.compile(
    r"\b(?:race|colou?r|sex|ethnic|gender|photos?|pictures?|images?|face|selfies?|avatars?|video)\b", re.IGNORECASE
)
_FREE = frozenset({Kind.ROLE})
_NAME_LISTS = ("first_names", "last_names", "ambiguous_names", "ambiguous_last_names")


def lint_query(query: str, anchors: Sequence[str] = ()) -> None:
    """Refuses a query or template that asks for a protected class, health or genetic matter, or a proxy.

    A template's `{anchor}` and, at run time, the candidate's own disclosed `anchors` are left out of the
    question: somebody
    called Christian is searched for like anybody. Everything else is read strictly, ambiguous words included.
    """
    asked = query.replace(_ANCHOR, " | ")
    for anchor in sorted(filter(None, anchors), key=len, reverse=True):
        asked = re.sub(rf"(?<!\w){re.escape(anchor)}(?!\w)", " | ", asked, flags=re.IGNORECASE)
    plain = normalize(_OPERATOR.sub(_value, asked), lambda word: word in class_words().words).text
    wanted = {m.term.protected_class for m in class_words().matches(plain) if m.term.kind not in _FREE}
    if wanted or _BARE.search(plain):
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
    plain = normalize(name, lambda word: word in class_words().words).text
    known = _known_names() | {word.casefold() for word in accepted}
    free = {Kind.ROLE, Kind.NAME, Kind.PLACE} if place else {Kind.ROLE, Kind.NAME}
    told = [plain[m.start : m.end] for m in class_words().matches(plain) if m.term.kind not in free]
    if any(not known.issuperset(_words(text)) for text in (*told, *(m.group() for m in _BARE.finditer(plain)))):
        raise bad_input(
            "name_refused",
            "The candidate's name or town holds a word that asks for facts about protected classes.",
            "Correct it; where it is truly the name, have the word added to names in config/department.toml.",
        )


@cache
def _known_names() -> frozenset[str]:
    return frozenset().union(*(word_list(name) for name in _NAME_LISTS))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())
