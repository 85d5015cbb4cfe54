"""What a source is, what it may answer, and the closed list of reasons an outcome carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from vetting.evidence import Hit
from vetting.protocol import Technique
from vetting.search import Outcome, Search

if TYPE_CHECKING:
    from vetting.sources.internet import Internet, Response


class Reason(StrEnum):
    """Why a search ended as it did. Each reason belongs to exactly one outcome: see `OUTCOMES`."""

    FOUND = "found"
    PARTLY_READ = "partly_read"  # the search ran in full; some of the pages it pointed to could not be read

    NOTHING_FOUND = "nothing_found"
    ACCOUNT_NOT_FOUND = "account_not_found"
    ACCOUNT_DEACTIVATED = "account_deactivated"

    NONE_DISCLOSED = "none_disclosed"

    HTTP_401 = "http_401"
    HTTP_403 = "http_403"
    HTTP_429 = "http_429"
    HTTP_451 = "http_451"
    CHALLENGE_PAGE = "challenge_page"
    LOGIN_PAGE = "login_page"
    ENGINE_BLOCKED = "engine_blocked"
    API_REFUSED = "api_refused"
    WITHHELD_AT_USERS_REQUEST = "withheld_at_users_request"
    ADDRESS_REFUSED = "address_refused"  # our own egress guard: not a public address
    ROBOTS_DISALLOWED = "robots_disallowed"  # robots.txt forbids it; one that could not be read is the failure it was
    NOINDEX = "noindex"  # the page asks search engines not to keep it
    NOT_PUBLICLY_AVAILABLE = "not_publicly_available"  # no door is open to a visitor who is not logged in

    TIMEOUT = "timeout"
    DNS = "dns"
    TLS = "tls"
    CONNECT_REFUSED = "connect_refused"
    CONNECTION_BROKEN = "connection_broken"
    PROTOCOL_ERROR = "protocol_error"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    UNREADABLE_ANSWER = "unreadable_answer"
    ENGINE_UNRESPONSIVE = "engine_unresponsive"
    API_ERROR = "api_error"
    HANDLE_NOT_CONFIRMED = "handle_not_confirmed"
    ANCHOR_UNUSABLE = "anchor_unusable"
    INCONCLUSIVE = "inconclusive"  # the site answers alike for accounts that exist and that do not
    PACE_UNKNOWN = "pace_unknown"  # the rate limit could not be asked for, so nothing was sent
    NOT_RECORDED = "not_recorded"
    SOURCE_DEFECT = "source_defect"  # our own code did not cope; never "nothing found"

    @property
    def outcome(self) -> Outcome:
        """The outcome this reason stands for."""
        return OUTCOMES[self]

    @property
    def worth_retrying(self) -> bool:
        """Whether another attempt may answer differently: nothing that was decided, only what failed on the way."""
        return self in _TRANSIENT


_COMPLETED = {Reason.FOUND, Reason.PARTLY_READ}
_NO_RESULTS = {Reason.NOTHING_FOUND, Reason.ACCOUNT_NOT_FOUND, Reason.ACCOUNT_DEACTIVATED}
_BLOCKED = {
    Reason.HTTP_401,
    Reason.HTTP_403,
    Reason.HTTP_429,
    Reason.HTTP_451,
    Reason.CHALLENGE_PAGE,
    Reason.LOGIN_PAGE,
    Reason.ENGINE_BLOCKED,
    Reason.API_REFUSED,
    Reason.WITHHELD_AT_USERS_REQUEST,
    Reason.ADDRESS_REFUSED,
    Reason.ROBOTS_DISALLOWED,
    Reason.NOINDEX,
    Reason.NOT_PUBLICLY_AVAILABLE,
}
_TRANSIENT = {
    Reason.HTTP_429,
    Reason.TIMEOUT,
    Reason.DNS,
    Reason.CONNECT_REFUSED,
    Reason.CONNECTION_BROKEN,
    Reason.PROTOCOL_ERROR,
    Reason.HTTP_5XX,
    Reason.UNREADABLE_ANSWER,
    Reason.ENGINE_UNRESPONSIVE,
    Reason.API_ERROR,
}


def _outcome(reason: Reason) -> Outcome:
    if reason in _COMPLETED:
        return Outcome.COMPLETED
    if reason in _NO_RESULTS:
        return Outcome.NO_RESULTS
    if reason in _BLOCKED:
        return Outcome.BLOCKED
    return Outcome.NOT_APPLICABLE if reason is Reason.NONE_DISCLOSED else Outcome.UNAVAILABLE


OUTCOMES: Mapping[Reason, Outcome] = MappingProxyType({reason: _outcome(reason) for reason in Reason})
"""The one outcome of each reason. Whatever is not named above is `unavailable`, never "nothing found" (U5)."""


class NotSearchedError(Exception):
    """The search, or one page of it, was not made. Carries a reason code and never a word of what the internet said."""

    def __init__(self, reason: Reason, *, retry_after: float | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after = retry_after
        """Seconds the server asked us to wait; None where it did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a source found. Hits exist for a completed search only: nobody is judged by half a search."""

    reason: Reason
    hits: tuple[Hit, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.hits) is not (self.outcome is Outcome.COMPLETED):
            raise ValueError("an answer holds hits exactly where the search was completed")

    @property
    def outcome(self) -> Outcome:
        """The outcome of the reason."""
        return self.reason.outcome


def answered(hits: Sequence[Hit], *, partly: bool = False) -> Answer:
    """The answer of a search that ran to its end; `partly` where a page it pointed to could not be read."""
    if not hits:
        return Answer(reason=Reason.NOTHING_FOUND)
    return Answer(reason=Reason.PARTLY_READ if partly else Reason.FOUND, hits=tuple(hits))


class Source(Protocol):
    """One public door. `search` asks through `internet` alone and raises nothing but NotSearchedError."""

    @property
    def name(self) -> str:
        """As the protocol and config/sources.toml name it."""

    @property
    def technique(self) -> Technique:
        """The one lawful technique it works by (REQ-LAW-1)."""

    @property
    def user_agent(self) -> str:
        """Who we say we are, with an address a site owner can write to (REQ-LAW-4)."""

    def search(self, search: Search, internet: Internet) -> Answer:
        """Runs one planned search within the limits of its step."""


@runtime_checkable
class LooksFirst(Protocol):
    """A source for which one address alone does not say whether what was found there is still shown to everybody."""

    def ask_again(
        self, search: Search, address: str, internet: Internet, ask: Callable[[], Response]
    ) -> Response | None:
        """What `address` answers, by `ask`, once what the source looks at before any reading was looked at again.

        None where the service says that what was there is gone. Raises NotSearchedError where the account's owner does
        not show it to visitors any more, before `address` is asked, and where there is no telling.
        """
