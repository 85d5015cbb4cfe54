"""Asks once more, through the same door, for what a finding stands on: before a report is released (REQ-EV-3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Final

import httpx

from vetting.evidence import Capture, RawText
from vetting.search import Search
from vetting.sources.captured_answer import CapturedAnswer, NotAnsweredError, captured_answer
from vetting.sources.conduct import internet_of
from vetting.sources.courtesy import PER_MINUTE, Courtesy
from vetting.sources.interface import LooksFirst, NotSearchedError, Reason, Source
from vetting.sources.internet import Internet, Response
from vetting.sources.page_text import MAX_TEXT_BYTES, decoded_text, html_text, json_sentences, media_type, raw_text
from vetting.sources.warc_writer import FirstCapture

KEY_NEEDED: Final = "key_needed"
NOTHING_CAPTURED: Final = "nothing_captured"
_REVISIT: Final = b"WARC/1.1\r\nWARC-Type: revisit\r\n"
_GONE: Final = frozenset({404, 410})
_GONE_CODES: Final = frozenset(
    {"RepoNotFound", "RepoDeactivated", "RepoTakendown", "RepoSuspended", "RecordNotFound", "AccountTakedown"}
)
"""What AT Protocol servers answer with status 400 (com.atproto.repo, com.atproto.sync lexicons)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsOn:
    """The answer that a finding stands on, as far as it is needed to ask for it once more."""

    first: FirstCapture
    accept: str = field(repr=False)
    for_people: bool
    """By which door it was asked for."""
    text: RawText
    """What can be read of it, by the same means as of the new answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAgain:
    """What came of asking once more. `reason` is a code where nothing came that could be compared, else empty."""

    reason: str = ""
    captures: tuple[Capture, ...] = ()
    same_payload: bool = False
    gone: bool = False
    before: RawText = field(default_factory=lambda: RawText(""))
    """The text of the first answer, and of this one."""
    now: RawText = field(default_factory=lambda: RawText(""))

    @property
    def capture_id(self) -> str | None:
        """The exchange that decided: the last one, behind all redirects."""
        return self.captures[-1].id if self.captures else None


class NotAskedError(Exception):
    """What is not asked for a second time. Carries a code."""


def stands_on(warc: bytes) -> StandsOn:
    """What a capture of ours holds. Raises NotAskedError for one that was made with the department's key, and for one
    without an answer: it failed, or what it held is withheld at the person's request.
    """
    try:
        captured = captured_answer(warc)
    except NotAnsweredError:
        raise NotAskedError(NOTHING_CAPTURED) from None
    if captured.with_key:
        raise NotAskedError(KEY_NEEDED)
    response = captured.record
    return StandsOn(
        first=FirstCapture(
            record_id=response.headers.get("warc-record-id", ""),
            url=response.url,
            at=response.recorded_at,
            payload_sha256=sha256(captured.answer.body).hexdigest(),
        ),
        accept=captured.accept,
        for_people=captured.for_people,
        text=_recorded_text(captured),
    )


def ask_again(
    source: Source,
    search: Search,
    before: StandsOn,
    transport: httpx.BaseTransport,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    configuration: str = "",
    *,
    courtesy: Courtesy | None = None,
    requests_per_minute: int = PER_MINUTE,
) -> AskedAgain:
    """The same address, asked once, as the same source and with what was frozen for `search`: languages, time limit.

    A payload that is the first one becomes a `revisit` record. A source that must look elsewhere first does so, and
    nothing more is asked where an account's owner has opted out since. Never raises for what the internet does, and
    never tries twice: a release waits for it.
    """
    internet = internet_of(
        source,
        transport,
        clock,
        new_id,
        search=search,
        configuration=configuration,
        first=before.first,
        courtesy=courtesy,
        requests_per_minute=requests_per_minute,
    )
    door = internet.page if before.for_people else internet.get
    address = before.first.url
    ask = partial(door, address, accept=before.accept)
    try:
        response = source.ask_again(search, address, internet, ask) if isinstance(source, LooksFirst) else ask()
        return _compared(before, response, internet)
    except NotSearchedError as stopped:
        reason = stopped.reason
    except Exception:  # noqa: BLE001  # a defect met over hostile text may quote it, and must not travel
        reason = Reason.SOURCE_DEFECT
    return AskedAgain(reason=reason.value, captures=internet.captures())


def _compared(before: StandsOn, response: Response | None, internet: Internet) -> AskedAgain:
    captures = internet.captures()
    if response is None or _is_gone(response):
        return AskedAgain(captures=captures, gone=True)
    if not response.ok:
        return AskedAgain(reason=Reason.HTTP_4XX.value, captures=captures)
    return AskedAgain(
        captures=captures,
        same_payload=captures[-1].warc.startswith(_REVISIT),
        before=before.text,
        now=_text(response.body, response.content_type),
    )


def _is_gone(response: Response) -> bool:
    if response.status in _GONE:
        return True
    said: object = None
    if response.status == 400:
        with suppress(ValueError, RecursionError):
            said = json.loads(response.body[:MAX_TEXT_BYTES])
    return isinstance(said, dict) and said.get("error") in _GONE_CODES


def _recorded_text(captured: CapturedAnswer) -> RawText:
    """Empty where it cannot be read: the new answer is then compared by its payload only."""
    with suppress(Exception):
        return _text(captured.body(), captured.content_type)
    return RawText("")


def _text(body: bytes, content_type: str) -> RawText:
    """All words of an answer, with and without mark-up: interfaces hand on posts in JSON, and HTML inside JSON."""
    if media_type(content_type).endswith("json"):
        plain = json_sentences(body, content_type)
    else:
        plain = decoded_text(body[:MAX_TEXT_BYTES], content_type)
    texts = [plain]
    with suppress(NotSearchedError):
        texts.append(html_text(plain[:MAX_TEXT_BYTES]))
        if "&lt;" in plain:  # a feed holds its entries' HTML as text
            texts.append(html_text(texts[-1]))
    return raw_text("\n".join(texts))
