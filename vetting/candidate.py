"""Who is being vetted, what they disclosed, and the authorization they signed.

No field asks for a protected class or for a credential (REQ-POL-4, SEAD 5: no passwords).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IdentifierKind(StrEnum):
    """What a candidate may disclose; a protocol step is anchored on one of these."""

    FULL_NAME = "full_name"
    NAME_AND_TOWN = "name_and_town"  # derived from the name and the town of residence, never typed
    ATPROTO_HANDLE = "atproto_handle"
    WIKI_ACCOUNT = "wiki_account"
    FORUM_ACCOUNT = "forum_account"
    FEDIVERSE_ACCOUNT = "fediverse_account"
    GITHUB_ACCOUNT = "github_account"
    HANDLE = "handle"
    DOMAIN = "domain"
    WEBSITE = "website"
    FEED = "feed"
    EMAIL = "email"


ACCOUNT_KINDS = frozenset(IdentifierKind) - {
    IdentifierKind.FULL_NAME,
    IdentifierKind.NAME_AND_TOWN,
    IdentifierKind.EMAIL,
}
"""Where somebody writes or is written about under a name of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One thing the candidate disclosed. `value` is confidential and is sealed at rest."""

    kind: IdentifierKind
    value: str

    def __repr__(self) -> str:
        return f"Identifier({self.kind})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """The stand-alone notice and signed authorization (REQ-POL-2, 15 U.S.C. 1681b(b)(2) where FCRA applies)."""

    form_sha256: str
    """SHA-256 of the form as shown to the candidate, 64 hex digits."""
    signed_at: datetime
    expires_at: datetime

    def in_force(self, now: datetime) -> bool:
        """Whether a search may be run under it at `now`."""
        return self.signed_at <= now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The person behind one case number. Everything here is sealed at rest; only the case number travels."""

    full_name: str
    town: str
    identifiers: tuple[Identifier, ...]
    other_names: tuple[str, ...] = ()
    """Former names and spellings: kept out of reports, never searched."""

    def __repr__(self) -> str:
        return f"Candidate({len(self.identifiers)} identifiers)"

    def canonical(self) -> bytes:
        """One spelling of everything in the record: what the log holds a salted commitment to."""
        fields = {
            "full_name": self.full_name,
            "town": self.town,
            "other_names": list(self.other_names),
            "identifiers": [[identifier.kind.value, identifier.value] for identifier in self.identifiers],
        }
        return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def anchors(self, kind: IdentifierKind) -> tuple[str, ...]:
        """The values a step anchored on `kind` searches for, in the order of disclosure; empty if there are none."""
        if kind is IdentifierKind.FULL_NAME:
            return (self.full_name,)
        if kind is IdentifierKind.NAME_AND_TOWN:
            return (f'"{self.full_name}" "{self.town}"',)
        return tuple(i.value for i in self.identifiers if i.kind is kind)

    def disclosed(self) -> dict[IdentifierKind, int]:
        """How many anchors there are of each kind: what the auditor may know, and all the plan depends on."""
        return {kind: len(self.anchors(kind)) for kind in IdentifierKind}
