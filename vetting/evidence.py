"""What the internet said: captured bytes and raw words, which cannot be printed by accident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NoReturn, SupportsIndex, final


@final
class RawText:
    """Words from the internet. Hostile and confidential: shows its length only, and only `reveal()` gives the words.

    Refuses to be formatted, pickled, iterated, hashed or joined with str, so that it cannot slip into a log line, an
    exception, a template or a Prefect result. `reveal()` is called where words are read by the filter, cut, sealed or
    shown to a reviewer; tests/promises/test_only_the_gate_lets_words_through.py holds the callers with their reasons.
    """

    __slots__ = ("_words",)

    def __init__(self, words: str) -> None:
        self._words = words

    def reveal(self) -> str:
        """The words themselves. A new caller needs a reason in the list of callers."""
        return self._words

    def __len__(self) -> int:
        return len(self._words)

    def __bool__(self) -> bool:
        return bool(self._words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawText) and self._words == other._words

    __hash__ = None  # type: ignore[assignment]  # a hash of short text can be reversed with a dictionary

    def __repr__(self) -> str:
        return f"RawText({len(self._words)} characters)"

    __str__ = __repr__

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError("RawText cannot be formatted")

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("RawText cannot be pickled")

    def __iter__(self) -> NoReturn:
        raise TypeError("RawText cannot be iterated")


class Engagement(StrEnum):
    """How the account took part; only `authored` and `endorsed` may be adverse (docs/requirements.md)."""

    AUTHORED = "authored"
    ENDORSED = "endorsed"
    SHARED = "shared"
    ABOUT_SUBJECT = "about_subject"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One captured exchange, as WARC bytes before sealing (REQ-EV-1)."""

    id: str
    captured_at: datetime
    sha256: str
    """Of the WARC bytes, 64 hex digits."""
    media_type: str
    warc: bytes

    def __repr__(self) -> str:
        return f"Capture({self.id}, {len(self.warc)} bytes)"


class Standing(StrEnum):
    """What became of a source that was asked once more before a release."""

    UNCHANGED = "unchanged"  # the same payload, or the words still stand in it
    CHANGED = "changed"  # answered, and the words are not there
    GONE = "gone"  # not found, gone, or the account is deactivated
    NOT_REACHABLE = "not_reachable"  # a refusal or a failure, or nothing that could be compared
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedCapture:
    """One finding's source, asked once more."""

    finding_id: str
    standing: Standing
    reason: str
    """A code: why it was not reachable or not asked; empty otherwise."""
    capture_id: str | None
    """What was answered now; None where nothing was asked."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLink:
    """An address that an account gives as its owner's."""

    url: RawText
    verified: bool
    """Whether the service itself saw that the address links back (Mastodon's `verified_at`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an account says of its owner, for attribution: facts as the service states them, judged by people only."""

    handle: RawText
    name: RawText
    place: RawText
    emails: tuple[RawText, ...] = ()
    links: tuple[ProfileLink, ...] = ()
    confirmed: bool = False
    """Whether handle and account name each other (DID and handle, WebFinger and actor)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One passage a source found: a post, a page, a search result. The investigator's side only."""

    capture_id: str
    text: RawText
    locator: RawText
    """Where it stands (URL or record address): as confidential as the words, since it names the account."""
    author: RawText
    """The account or byline the source gives; empty where it gives none."""
    posted_at: datetime | None
    """As the source states it; None where it states none. An undated item cannot be released (REQ-FCRA-2)."""
    engagement: Engagement
    profile: Profile | None = None
    """Of the account it stands under, where the source gives one."""
    platform: str
    """A class of source from a closed list: `social_post`, `profile`, `web_page`, `search_result`, `wiki_edit`,
    `archived_page`, `feed_entry`, `repository`, `registration`, `court_record`, `imported`."""
