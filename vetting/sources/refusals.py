"""Tells an answer from a refusal: status codes, challenge pages and login pages are never content (REQ-LAW-2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from vetting.sources.interface import Reason
from vetting.sources.page_text import PageFacts, is_html, moment, page_facts

_BY_STATUS: Final = {
    202: Reason.UNREADABLE_ANSWER,  # accepted and not yet done (RFC 9110, 15.3.3): no answer, and no empty one
    401: Reason.HTTP_401,
    403: Reason.HTTP_403,
    407: Reason.HTTP_403,
    429: Reason.HTTP_429,
    451: Reason.HTTP_451,
}
_FOR_THE_SOURCE: Final = frozenset({400, 404, 410})
"""Statuses whose meaning depends on the source: "no such account" is 404 here and 400 there."""

_CHALLENGE_TITLES: Final = re.compile(
    r"^\s*(just a moment|attention required|checking your browser|ddos protection|security check|"
    r"are you (a )?(human|robot)|verify(ing)? (that )?you are (a )?human|human verification|"
    r"one more step|access denied|pardon our interruption|robot check|captcha)",
    re.IGNORECASE,
)
_CHALLENGE_WORDS: Final = re.compile(
    r"verify (that )?you('| a)re (a )?human|are you a robot|not a robot|complete the (security check|captcha)|"
    r"unusual traffic from your|enable javascript and cookies to continue|checking your browser before",
    re.IGNORECASE,
)
_CHALLENGE_MARKS: Final = ("_cf_chl_opt", "cf-challenge-running", "cf-turnstile", "g-recaptcha", "h-captcha")
"""The first is Cloudflare's challenge page; its script address alone is on ordinary pages too."""
_LOGIN_TITLES: Final = re.compile(r"^\s*(log ?in|sign ?in|please (log|sign) ?in|login required)\b", re.IGNORECASE)
_LOGIN_WORDS: Final = re.compile(
    r"(you must|please|you need to) (be )?(log(ged)?|sign(ed)?)[ -]?in (to|before|first)", re.IGNORECASE
)
_LOGIN_PATHS: Final = re.compile(r"/(log-?in|sign-?in|accounts/login|users/sign_in|auth)(/|$|\.)", re.IGNORECASE)
_LOGIN_HOSTS: Final = re.compile(r"(login|signin|sign-in|sso|auth|accounts)\.", re.IGNORECASE)
_WAF_HEADERS: Final = {"cf-mitigated": {"challenge"}, "x-amzn-waf-action": {"challenge", "captcha"}}
"""Cloudflare and AWS say in a header that this is no answer; SiteGround has one of its own for that."""
_WAF_MARK: Final = "sg-captcha"
_MISSING: Final = re.compile(
    r"^\W*(error\W+)?404\b|\b(page|user|member|account|profile)\b[^.!?]{0,40}"
    r"\b(not (be )?found|(do|does|did)(n['\u2019]t| not) exist|no longer exists?)\b",
    re.IGNORECASE,
)
_SHORT: Final = 800
"""Characters of visible text below which a page is nothing but its form: an article about CAPTCHAs is longer."""
_NOTHING_ELSE: Final = 300
"""Below this a CAPTCHA is all there is; above it, it may guard a contact form."""


def refusal(status: int, headers: Mapping[str, str], body: bytes, url: str) -> Reason | None:
    """Why this answer is none, or None where it is one (or where only the source can tell)."""
    content_type = headers.get("content-type", "")
    if headers_say_challenge(headers):
        return Reason.CHALLENGE_PAGE
    if is_html(content_type, body):
        page = _html_refusal(status, page_facts(body, content_type), url)
        if page is not None:
            return page
    if status == 403 and headers.get("x-ratelimit-remaining", "").strip() == "0":
        return Reason.HTTP_429  # GitHub says so: the pause is over at x-ratelimit-reset
    return _BY_STATUS.get(status) or _by_class(status)


def headers_say_challenge(headers: Mapping[str, str]) -> bool:
    """Whether a firewall says by itself that this is no answer, whatever came with it."""
    return _WAF_MARK in headers or any(headers.get(name, "").lower() in said for name, said in _WAF_HEADERS.items())


def _html_refusal(status: int, page: PageFacts, url: str) -> Reason | None:
    if status == 202 and len(page.words) < _NOTHING_ELSE:
        return Reason.CHALLENGE_PAGE  # how firewalls answer while a browser is made to prove itself
    return page_refusal(page, url)


def _by_class(status: int) -> Reason | None:
    if 200 <= status < 300 or status in _FOR_THE_SOURCE:
        return None
    return Reason.HTTP_5XX if status >= 500 else Reason.HTTP_4XX


def page_refusal(page: PageFacts, url: str) -> Reason | None:
    """Why a page is no content, or None where it is: a challenge or a form to sign in."""
    length = len(page.words)
    if length < _SHORT and (_CHALLENGE_TITLES.match(page.title) or _CHALLENGE_WORDS.search(page.words)):
        return Reason.CHALLENGE_PAGE
    if length < _NOTHING_ELSE and any(mark in page.markup for mark in _CHALLENGE_MARKS):
        return Reason.CHALLENGE_PAGE
    titled = bool(_LOGIN_TITLES.match(page.title))
    worded = length < _SHORT and bool(_LOGIN_WORDS.search(page.words))
    asks = page.password_fields > 0
    at_login = bool(_LOGIN_PATHS.search(_parts(url).path))
    if (asks and (titled or worded or at_login)) or (titled and worded):
        return Reason.LOGIN_PAGE
    return None


def leads_to_login(url: str) -> bool:
    """Whether an address is one at which people sign in: a redirect to it says that the page is not for visitors."""
    where = _parts(url)
    return bool(_LOGIN_PATHS.search(where.path) or _LOGIN_HOSTS.match(where.hostname or ""))


def _parts(url: str) -> SplitResult:
    """The parts of an address; none of one that an archive states and nobody could ask for (`http://[::1/`)."""
    try:
        parts = urlsplit(url)
        _ = parts.hostname
    except ValueError:
        return urlsplit("")
    return parts


def says_missing(page: PageFacts) -> bool:
    """Whether a page that came with a status of success says that there is none: a "soft 404"."""
    length = len(page.words)
    titled = length < _SHORT and _MISSING.search(page.title) is not None
    return titled or (length < _NOTHING_ELSE and _MISSING.search(page.words) is not None)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date (RFC 9110 section 10.2.3); None where unusable.

    Without one, the end of a rate limit that is used up: X-RateLimit-Reset, in seconds since 1970 or as a date.
    """
    value = headers.get("retry-after", "").strip()
    if not value and headers.get("x-ratelimit-remaining", "").strip() == "0":
        return _left(_reset(headers.get("x-ratelimit-reset", "").strip()), now)
    if value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _left(until if until.tzinfo else until.replace(tzinfo=UTC), now)


def _reset(value: str) -> datetime | None:
    if value.isdecimal() and len(value) < 12:
        return datetime.fromtimestamp(int(value), tz=UTC)
    return moment(value)


def _left(until: datetime | None, now: datetime) -> float | None:
    return None if until is None else max(0.0, (until - now).total_seconds())
