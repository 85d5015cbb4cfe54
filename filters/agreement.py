"""English agreement: pronouns without a sex, verbs that fit them, and articles that fit what follows."""

from __future__ import annotations

import re

_SUBJECT = frozenset(["he", "she", "xe", "ze", "fae", "ey"])
_OBJECT = frozenset(["him", "xem", "hir", "zir"])
_REFLEXIVE = frozenset(["himself", "herself", "hisself", "xemself", "zirself", "hirself", "themself"])
_OWN = frozenset(["hers", "theirs", "hirs", "zirs"])
_ADVERBS = frozenset(
    ["home", "back", "away", "there", "here", "around", "outside", "inside", "off", "out", "down", "up", "again"]
)
_MOVES = frozenset(
    [
        "follow",
        "followed",
        "following",
        "drive",
        "drove",
        "driving",
        "walk",
        "walked",
        "bring",
        "brought",
        "take",
        "took",
        "send",
        "sent",
        "chase",
        "chased",
        "chasing",
        "carry",
        "carried",
        "ride",
        "rode",
        "drop",
        "dropped",
        "leave",
        "left",
        "let",
        "saw",
        "see",
        "got",
        "get",
        "call",
        "called",
        "tailed",
        "tail",
    ]
)
_GIVES = frozenset(
    [
        "give",
        "gave",
        "given",
        "giving",
        "tell",
        "told",
        "show",
        "showed",
        "send",
        "sent",
        "buy",
        "bought",
        "bring",
        "brought",
        "offer",
        "offered",
        "pay",
        "paid",
        "owe",
        "owed",
        "teach",
        "taught",
        "hand",
        "handed",
        "sell",
        "sold",
        "lend",
        "lent",
        "make",
        "made",
        "get",
        "got",
        "ask",
        "asked",
        "call",
        "called",
        "cost",
        "wish",
        "save",
        "saved",
        "leave",
        "left",
        "promise",
        "promised",
        "cause",
        "caused",
        "do",
        "did",
        "feed",
        "fed",
        "write",
        "wrote",
        "read",
    ]
)
_PLURAL = {
    "is": "are",
    "was": "were",
    "has": "have",
    "does": "do",
    "'s": "are",
    "goes": "go",
    "isn't": "aren't",
    "s": "are",
}
_VOWEL_SOUND = re.compile(r"(?:[aeio]|u(?!ni|se|su|ti|ro)|hour|honest|heir|honou?r)", re.IGNORECASE)
FREE_OF_ARTICLES = frozenset({"relatives", "members of a protected group", "at some time", "the candidate", "people"})


def neutral_pronoun(word: str, tag: str, before: str = "", follower: str = "", *, noun: bool = False) -> str:
    """`they`, `them`, `their`, `theirs` or `themselves` for a gendered pronoun, by its part of speech and neighbours.

    `noun` says whether a noun follows.
    """
    lower = word.lower()
    if lower in _SUBJECT:
        neutral = "they"
    elif lower in _OBJECT:
        neutral = "them"
    elif lower in _REFLEXIVE:
        neutral = "themselves"
    elif lower in _OWN or (lower == "his" and tag != "PRP$"):
        neutral = "theirs"
    elif lower == "her":
        neutral = "their" if owns(tag, before, follower, noun=noun) else "them"
    else:
        neutral = "their" if tag == "PRP$" or lower in {"his", "xyr"} else "them"
    return neutral


def owns(tag: str, before: str, follower: str, *, noun: bool) -> bool:
    """Whether `her` stands for `his` rather than `him`: break her jaw, but drive her home and give her money."""
    if before.lower() in _MOVES and follower.lower() in _ADVERBS:
        return False
    return tag == "PRP$" or (noun and before.lower() not in _GIVES)


def for_plural(verb: str, tag: str, *, perfect: bool = False) -> str:
    """A finite verb after `they`. `perfect` says that a contracted `'s` stands for `has`."""
    lower = verb.lower()
    if lower in {"'s", "s"} and perfect:
        return "have"
    if lower in _PLURAL:
        return _PLURAL[lower]
    if tag != "VBZ":
        return verb
    if lower.endswith("ies") and len(lower) > 4:
        return f"{verb[:-3]}y"
    if re.search(r"(?:ss|sh|ch|x|zz|o)es$", lower):
        return verb[:-2]
    return verb[:-1] if lower.endswith("s") and not lower.endswith("ss") else verb


def article(written: str, following: str) -> str:
    """The indefinite article before `following`, in the case of `written`; none before a bracket or another form."""
    if not following[:1].isalpha() or following.startswith("Person ") or following in FREE_OF_ARTICLES:
        return ""
    return written[0] + "n" if _VOWEL_SOUND.match(following) else written[0]
