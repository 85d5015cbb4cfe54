"""The one way out: GET without cookies or credentials, every exchange kept as a capture, failures as reason codes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import httpx

from vetting.evidence import Capture
from vetting.sources.capture_note import date_difference, milliseconds
from vetting.sources.courtesy import LEAST_SECONDS, LONGEST_WAIT_SECONDS, Courtesy
from vetting.sources.credential import Credential, carried, strongest
from vetting.sources.decoding import DecodingError, decoded
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.receiving import Received, receive
from vetting.sources.refusals import headers_say_challenge, leads_to_login, refusal, retry_after
from vetting.sources.robots import MAX_ROBOTS_REDIRECTS, Rules, asks_not_to_be_kept, rules_of
from vetting.sources.warc_writer import (
    Exchange,
    FirstCapture,
    answered_warc,
    capture_from,
    failed_warc,
    note_warc,
    resource_warc,
    withheld_warc,
)

MAX_REDIRECTS: Final = 5
MAX_BODY_BYTES: Final = 50 * 1024 * 1024
TIMEOUT_SECONDS: Final = 20.0
ANY: Final = "*/*"
JSON: Final = "application/json"
HTML: Final = "text/html,application/xhtml+xml,text/plain;q=0.8"

PLAIN: Final = "text/plain"

CONTENT_WITHHELD: Final = "content-withheld"
"""The field of a capture that says why it holds a status without what came with it."""
_NOTHING_KEPT: Final = frozenset({Reason.CHALLENGE_PAGE, Reason.LOGIN_PAGE, Reason.NOINDEX})
"""What a server shows instead of an answer, or asks not to be kept: the request and the reason are, and no content."""
_ASKS_FOR_REST: Final = frozenset({429, 503})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECTIONS = ("connection", "http11", "http2", "proxy", "socks")
_SILENCED = ("httpx", *(f"httpcore.{part}" for part in _CONNECTIONS), "protego._protego", "protego._ruleset")


def _silent(_record: logging.LogRecord) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """The department's own key to an official interface, sent as one header to the host it belongs to and no other."""

    header: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered, decoded and in memory only."""

    url: str
    status: int
    headers: Mapping[str, str]
    """By lower-case name; the last one wins where a name is repeated."""
    body: bytes
    """After Content-Encoding; the capture holds it as received."""
    capture_id: str
    robots_tags: tuple[str, ...] = ()
    """Each X-Robots-Tag header as it stands: one may address one program and the next all."""
    unread: Reason | None = None
    """Why its body could not be decoded; it is empty then. None where it could be."""
    untold: Reason | None = None
    """Why its capture holds a page's status and nothing that came with it. None where it holds everything."""

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The Content-Type header, or an empty string."""
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of the internet one request may take."""

    max_body_bytes: int = MAX_BODY_BYTES
    """Of an answer, before and after its Content-Encoding."""
    timeout_seconds: float = TIMEOUT_SECONDS
    """For connecting, and for each wait for more bytes."""
    seconds_between: float = LEAST_SECONDS
    """The least pause between two requests to one host, where there is a courtesy."""


LIMITS: Final = Limits()
ENGLISH: Final = ("en",)


class Internet:
    """The internet as one search may see it: through `transport` (live or recorded), and remembered.

    GET only. No cookie jar exists, no Authorization header, no proxy, no environment setting is read: requests are
    handed to the transport directly. With a `courtesy` each request waits for its turn.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        user_agent: str,
        limits: Limits = LIMITS,
        courtesy: Courtesy | None = None,
        configuration: str = "",
        first: FirstCapture | None = None,
        languages: Sequence[str] = ENGLISH,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._new_id = new_id
        self._user_agent = user_agent
        self._languages = ", ".join(languages)  # the same environment for every candidate (U3)
        self._limits = limits
        self._courtesy = courtesy
        self._robots: dict[tuple[str, bytes], Rules | Reason] = {}
        self._configuration = configuration
        self._first = first
        self._clocks: dict[str, float] = {}
        self._captures: dict[str, tuple[Exchange, Capture]] = {}
        self._credentials: set[Credential] = set()
        self.unpaced = False
        """Whether a request was not sent because its rate limit could not be asked for: no search is whole then."""
        for name in _SILENCED:  # these loggers write URLs, and a URL holds the candidate's name
            logging.getLogger(name).addFilter(_silent)  # adding the same filter twice is no change

    def captures(self) -> tuple[Capture, ...]:
        """Every exchange so far, in the order of the requests, failed ones included."""
        return tuple(capture for _, capture in self._captures.values())

    def clock_differences(self) -> tuple[float, ...]:
        """Seconds by which each server's clock was ahead of ours at its last answer; one for each that stated a date.

        None of them is of a recording: whether an answer came from a server is told by its address.
        """
        return tuple(self._clocks.values())

    def credential(self) -> Credential:
        """The strongest credential that any request so far carried."""
        return strongest(self._credentials)

    def withhold(self, capture_ids: Sequence[str], reason: Reason = Reason.WITHHELD_AT_USERS_REQUEST) -> None:
        """Forgets what was answered, and keeps that it was asked: the record stays, its content is gone."""
        for capture_id in capture_ids:
            exchange, _ = self._captures[capture_id]
            self._captures[capture_id] = (exchange, capture_from(exchange, withheld_warc(exchange, reason.value)))

    def begin_attempt(self) -> None:
        """Before another attempt: a robots.txt that could not be read may be asked for once more."""
        self._robots = {site: known for site, known in self._robots.items() if isinstance(known, Rules)}

    def add(self, url: str, media_type: str, block: bytes, note: Mapping[str, str]) -> None:
        """Keeps what was made of an answer (a picture of a page) as a capture beside the exchanges."""
        exchange = Exchange(capture_id=self._new_id(), url=url, at=self._clock(), request_headers=())
        self._keep(exchange, resource_warc(exchange, media_type, block, note))

    def note(self, url: str, note: Mapping[str, str]) -> None:
        """Keeps what is known of an address, in codes, where nothing could be made of it."""
        exchange = Exchange(capture_id=self._new_id(), url=url, at=self._clock(), request_headers=())
        self._keep(exchange, note_warc(exchange, note))

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        accept: str = ANY,
        key: ApiKey | None = None,
        within: str = "",
    ) -> Response:
        """The answer of an interface at `url`, redirects followed, each hop captured.

        Returns 2xx, 400, 404 and 410; raises NotSearchedError for everything that is a refusal or a failure. A `key`
        is not handed on to another host, and the capture holds its header without its value. A redirect to what does
        not begin with `within` is refused with ADDRESS_REFUSED.
        """
        return self._followed(_target(url, params), accept, key, within=within)

    def page(self, url: str, *, accept: str = HTML) -> Response:
        """A page made for people, as a visitor sees it who is not logged in. Raises as `get` does.

        Each hop obeys the robots.txt of its site, which is asked for once and kept as evidence. A page that asks not to
        be kept (`noindex`, `none`, `noarchive`) is refused with NOINDEX, and its content is withheld from the capture.
        Of one that asks for that and is no success (2xx), and of one that does not decode, the status alone is kept.
        """
        return self._followed(_target(url, None), accept, None, for_people=True)

    def _followed(
        self, target: httpx.URL, accept: str, key: ApiKey | None, *, for_people: bool = False, within: str = ""
    ) -> Response:
        owner = (target.scheme, target.netloc)
        for _ in range(MAX_REDIRECTS + 1):
            pause = self._permitted(target) if for_people else None
            mine = key if (target.scheme, target.netloc) == owner else None
            response = self._exchange(target, accept, mine, pause)
            following = self._following(response, target)
            if following is None:
                return self._judged(response)
            if not str(following).startswith(within):
                raise NotSearchedError(Reason.ADDRESS_REFUSED)
            target = following
        raise NotSearchedError(Reason.TOO_MANY_REDIRECTS)

    def _following(self, response: Response, target: httpx.URL) -> httpx.URL | None:
        """Where the answer leads, if anywhere. Raises NotSearchedError where that is a form to sign in."""
        location = response.headers.get("location", "")
        if response.status not in _REDIRECTS or not location:
            return None
        following = _target(location, None, base=target)
        if leads_to_login(str(following)) and not leads_to_login(str(target)):
            self.withhold([response.capture_id], Reason.LOGIN_PAGE)
            raise NotSearchedError(Reason.LOGIN_PAGE)
        return following

    def _permitted(self, target: httpx.URL) -> float:
        """The least pause, in seconds, that the site's robots.txt asks for.

        Raises NotSearchedError where the page may not be asked for: with ROBOTS_DISALLOWED, also where the pause is
        longer than a run waits; with the reason of the failure where there is no telling (RFC 9309, 2.3.1.4).
        """
        site = (target.scheme, target.netloc)
        if site not in self._robots:
            try:
                self._robots[site] = self._rules(target.copy_with(path="/robots.txt", query=None))
            except NotSearchedError as stopped:
                self._robots[site] = stopped.reason
        rules = self._robots[site]
        if isinstance(rules, Reason):
            raise NotSearchedError(rules)
        if not rules.allows(str(target)) or rules.pause > LONGEST_WAIT_SECONDS:
            raise NotSearchedError(Reason.ROBOTS_DISALLOWED)
        return rules.pause

    def _rules(self, target: httpx.URL) -> Rules:
        """A robots.txt, up to five redirects away. 4xx says that there is none (RFC 9309, 2.3.1.3), except for 429."""
        for _ in range(MAX_ROBOTS_REDIRECTS + 1):
            response = self._exchange(target, PLAIN)
            following = self._following(response, target)
            if following is None:
                reason = refusal(response.status, response.headers, response.body, response.url)
                known = response.unread is None and response.status != 429 and reason not in _NOTHING_KEPT
                return Rules() if known and 400 <= response.status < 500 else rules_of(self._judged(response).body)
            target = following
        raise NotSearchedError(Reason.TOO_MANY_REDIRECTS)

    def _judged(self, response: Response) -> Response:
        reason = refusal(response.status, response.headers, response.body, response.url)
        if response.ok and response.untold is Reason.NOINDEX:
            reason = reason or Reason.NOINDEX
        reason = reason or response.unread
        if reason is None:
            return response
        if reason in _NOTHING_KEPT or reason is response.untold:
            self.withhold([response.capture_id], reason)
        wait = retry_after(response.headers, self._clock())
        if wait is not None and self._courtesy is not None and response.status in _ASKS_FOR_REST:
            self._courtesy.leave_alone(httpx.URL(response.url).host, wait, reason)
        raise NotSearchedError(reason, retry_after=wait)

    def _await_turn(self, host: str, pause: float) -> None:
        if self._courtesy is None:
            return
        try:
            self._courtesy.await_turn(host, max(self._limits.seconds_between, pause))
        except NotSearchedError as stopped:
            self.unpaced = self.unpaced or stopped.reason is Reason.PACE_UNKNOWN
            raise

    def _exchange(self, url: httpx.URL, accept: str, key: ApiKey | None = None, pause: float | None = None) -> Response:
        """One request and its capture. `pause`, in seconds, is what robots.txt asks for of those who ask for pages."""
        self._await_turn(url.host, pause or 0.0)
        request = self._request(url, accept)
        exchange = Exchange(
            capture_id=self._new_id(),
            url=str(url),
            at=self._clock(),
            request_headers=_shown(request, key),
            configuration=self._configuration,
        )
        if key is not None:
            request.headers[key.header] = key.value
        self._credentials.add(carried(request, key.header if key else ""))
        received = receive(self._transport, request, self._limits.max_body_bytes)
        exchange = replace(exchange, took_ms=milliseconds(exchange.at, self._clock()))
        if isinstance(received, Reason):
            self._keep(exchange, failed_warc(exchange, received.value))
            raise NotSearchedError(received)
        self._compare_clocks(exchange, received)
        response = self._readable(exchange, received)
        if pause is not None:
            response = replace(response, untold=_untold(response))
        self._keep_answer(exchange, received, response.untold)
        return response

    def _keep_answer(self, exchange: Exchange, received: Received, untold: Reason | None) -> None:
        kept = received.without_content() if untold is not None else received
        warc = answered_warc(exchange, kept.response, kept.body, kept.server, self._first)
        if untold is not None:
            aside = replace(exchange, capture_id=f"{exchange.capture_id}/{CONTENT_WITHHELD}")
            warc += note_warc(aside, {CONTENT_WITHHELD: untold.value})
        self._keep(exchange, warc)

    def _compare_clocks(self, exchange: Exchange, received: Received) -> None:
        if received.server:
            ahead = date_difference(received.response.headers.raw, exchange.at, exchange.took_ms or 0)
            if ahead is not None:
                self._clocks[httpx.URL(exchange.url).host] = ahead

    def _readable(self, exchange: Exchange, received: Received) -> Response:
        headers = received.headers()
        plain, unread = b"", None
        try:
            plain = decoded(received.body, headers.get("content-encoding", ""), self._limits.max_body_bytes)
        except DecodingError as error:
            unread = error.reason
        return Response(
            url=exchange.url,
            status=received.response.status_code,
            headers=headers,
            body=plain,
            capture_id=exchange.capture_id,
            robots_tags=received.robots_tags(),
            unread=unread,
        )

    def _request(self, url: httpx.URL, accept: str) -> httpx.Request:
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.timeout_seconds)
        headers = {
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Language": self._languages,
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }
        return httpx.Request("GET", url, headers=headers, extensions={"timeout": timeouts})

    def _keep(self, exchange: Exchange, warc: bytes) -> None:
        self._captures[exchange.capture_id] = (exchange, capture_from(exchange, warc))


def _untold(page: Response) -> Reason | None:
    """Why nothing that came with a page's status may be kept: it is a firewall's, it asks for that, or none can judge.

    A page that is not there may ask for it too, and so may one that only leads on.
    """
    if headers_say_challenge(page.headers):
        return Reason.CHALLENGE_PAGE
    return Reason.NOINDEX if asks_not_to_be_kept(page.robots_tags, page.body, page.content_type) else page.unread


def _shown(request: httpx.Request, key: ApiKey | None) -> tuple[tuple[bytes, bytes], ...]:
    """The request's headers as the capture keeps them: that a key was sent, and not which."""
    shown = tuple(request.headers.raw)
    return shown if key is None else (*shown, (key.header.encode("ascii"), b"[redacted]"))


def _target(url: str, params: Mapping[str, str] | None, base: httpx.URL | None = None) -> httpx.URL:
    """The address to ask. Raises NotSearchedError for what is no http(s) URL, or holds a user name or password."""
    target: httpx.URL | None = None
    try:
        target = (base.join(url) if base is not None else httpx.URL(url)).copy_with(fragment=None)
        if params:
            target = target.copy_merge_params(dict(params))
    except (httpx.InvalidURL, ValueError, TypeError):
        target = None  # the error's text quotes the address
    if target is None or target.scheme not in {"http", "https"} or not target.host or target.userinfo:
        raise NotSearchedError(Reason.ADDRESS_REFUSED)
    return target
