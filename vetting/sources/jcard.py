"""The registrant of a domain as an RDAP answer gives it: a jCard (RFC 7095) in an entity (RFC 9083, 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vetting.sources.page_text import JsonValue, words

_NO_NAME: Final = re.compile(
    r"redact|privacy|private|proxy|whois|gdpr|not (?:disclosed|available|shown)|data protect|withheld|masked|"
    r"statutory|on file at|contact the regist",
    re.IGNORECASE,
)
"""How registries and registrars word what they keep to themselves, or a service that stands in for the registrant."""
_ADDRESS_PARTS: Final = (3, 4, 6)
"""Locality, region, country of an address (RFC 6350, 6.3.1): nobody's street is needed."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Registrant:
    """What is stated and not redacted; every part may be empty, but not all of them."""

    name: str
    place: str
    emails: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """One line for each part that is stated."""
        parts = (("registrant", self.name), ("place", self.place), *(("e-mail", email) for email in self.emails))
        return [f"{label}: {value}" for label, value in parts if value]


def registrant(document: dict[str, JsonValue]) -> Registrant | None:
    """The registrant of a domain's document; None where nothing of one is stated."""
    for entity in _tables(document.get("entities")):
        roles = entity.get("roles")
        if isinstance(roles, list) and "registrant" in roles:
            card = list(_properties(entity.get("vcardArray")))
            found = Registrant(
                name=next((value for name, value in card if name in {"fn", "org"} and value), ""),
                place=next((value for name, value in card if name == "adr" and value), ""),
                emails=tuple(value for name, value in card if name == "email" and "@" in value),
            )
            if found.lines:
                return found
    return None


def _tables(value: JsonValue) -> Iterator[dict[str, JsonValue]]:
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _properties(card: JsonValue) -> Iterator[tuple[str, str]]:
    """Name and value of each property of a jCard, `["vcard", [[name, parameters, type, value], ...]]`."""
    listed = card[1] if isinstance(card, list) and len(card) == 2 else None
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, list) and len(entry) > 3:
            name = words(entry[0]).lower()
            value = _address(entry[3]) if name == "adr" else _stated(entry[3])
            yield name, value


def _address(value: JsonValue) -> str:
    parts = value if isinstance(value, list) else []
    return ", ".join(part for n in _ADDRESS_PARTS if n < len(parts) and (part := _stated(parts[n])))


def _stated(value: JsonValue) -> str:
    """The words, or none where they say that they are withheld."""
    text = " ".join(words(value).split())
    return "" if _NO_NAME.search(text) else text
