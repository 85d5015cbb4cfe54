"""The canonical neutral forms: all that the rewriting ever puts in the place of what it withholds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from filters.lexicon import Kind

WITHHELD = "[withheld]"
SLUR = "[slur about a protected group]"
GROUP = "people of a protected group"
"""Plural, as the words it replaces nearly always are, so that the verbs of the passage stay as they were written."""
CANDIDATE = "the candidate"
RELATIVE, RELATIVES = "a relative", "relatives"
PLACE, ORGANIZATION, TIME = "a place", "an organization", "at some time"

FORMS = (
    r"\[[Ww]ithheld\]|\[[Ss]lur about a protected group\]|[Pp]eople of a protected group|[Tt]he candidate"
    r"|[Aa] relative\b|\b[Rr]elatives\b|Person [A-Z]\b|[Aa] place\b|[Aa]n organization\b|[Aa]t some time\b"
)
CANONICAL = re.compile(FORMS)
"""Every form the rewriting puts: what verification does not look into."""

_PERSONS = re.compile(
    r"(?P<slur>\[[Ss]lur about a protected group\])|(?P<group>\b[Pp]eople of a protected group\b)"
    r"|\b[Aa] (?P<relative>relative)\b|(?P<relatives>\b[Rr]elatives\b)|\bPerson (?P<letter>[A-Z])\b"
)
_KINDS = {"slur": Kind.SLUR, "group": Kind.PERSON, "relative": Kind.KIN, "relatives": Kind.KIN, "letter": Kind.NAME}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A canonical form for persons found in neutral text."""

    start: int
    end: int
    kind: Kind
    plural: bool
    number: int = 0
    """Of `Person A` to `Person Z`, counted from 0."""


def persons(text: str) -> Iterator[Form]:
    """The forms that stand for somebody, so that neutral text is parsed as its original was."""
    for match in _PERSONS.finditer(text):
        name = str(match.lastgroup)
        start = match.start() if name == "letter" else match.start(name)
        number = ord(match.group("letter").upper()) - ord("A") if name == "letter" else 0
        plural = name in {"slur", "group", "relatives"}
        yield Form(start=start, end=match.end(), kind=_KINDS[name], plural=plural, number=number)
