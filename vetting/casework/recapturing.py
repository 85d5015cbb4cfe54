"""Before a release, each source that a reported finding stands on is asked once more: unchanged, changed or gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final

from vetting.casework.desk import Body, Desk
from vetting.casework.releasing import REPORTABLE, ready
from vetting.casework.reviewing import Reviewed
from vetting.casework.sealing import seal_captures
from vetting.casework.searching import Progress
from vetting.errors import VettingError
from vetting.evidence import RawText, RepeatedCapture, Standing
from vetting.finding import Finding
from vetting.log.event import EventType
from vetting.records.case_files import CaseFileUnit
from vetting.search import Search
from vetting.sources.asking_again import AskedAgain, NotAskedError, StandsOn, stands_on
from vetting.sources.interface import Reason

Ask = Callable[[Search, StandsOn], AskedAgain]
"""Asks once more as the source of that search, on the internet the case may use. Refuses one that may not be asked."""

FRESH: Final = timedelta(hours=24)
"""A release that was stopped and is made again does not ask again within a day."""
IMPORTED: Final = "imported"


def recapture(desk: Desk, number: str, ask: Ask) -> tuple[RepeatedCapture, ...]:
    """Asks once more for what each finding that is about to be reported stands on; what is known of each then.

    Seals every exchange, and notes the fact beside the finding and in the log. Refuses what a release refuses before
    its gate. Whatever the internet does is a fact and no error: a release never fails because of it.
    """
    state, findings = ready(desk, number)
    reportable = [item for item in findings if item.state in REPORTABLE and item.level.releasable]
    by_capture: dict[str, list[Finding]] = defaultdict(list)
    for finding in _due(desk, reportable):
        by_capture[finding.capture_id].append(finding)
    for capture_id, waiting in by_capture.items():
        _repeat(desk, state, capture_id, waiting, ask)
    return standings(desk, [item.finding.id for item in reportable])


def standings(desk: Desk, findings: Iterable[str]) -> tuple[RepeatedCapture, ...]:
    """The latest of each of these findings; nothing for one whose source was not asked once more."""
    with desk.case_files.reading() as view:
        latest = [view.repeated_capture(finding) for finding in findings]
    return tuple(repeated for repeated in latest if repeated is not None)


def _due(desk: Desk, reportable: Sequence[Reviewed]) -> list[Finding]:
    now = desk.clock()
    asked = {one.finding_id: one.at for one in standings(desk, [item.finding.id for item in reportable])}
    return [i.finding for i in reportable if i.finding.id not in asked or now - asked[i.finding.id] >= FRESH]


def _repeat(desk: Desk, state: Progress, capture_id: str, findings: Sequence[Finding], ask: Ask) -> None:
    """Asks for one capture, and notes what it means for each finding that stands on it, in one transaction."""
    key = findings[0].search_key
    reason, answer = _asked(desk, state, capture_id, key, ask)
    with desk.act() as unit:
        if answer is not None:
            seal_captures(desk, unit, state.case, key, answer.captures)
        for finding in findings:
            if answer is None:
                said = _said(desk, finding, Standing.NOT_ASKED, reason, None)
            else:
                said = _said(desk, finding, *_standing(finding.passage, answer), answer.capture_id)
            _note(desk, unit, state, said)


def _asked(desk: Desk, state: Progress, capture_id: str, key: str, ask: Ask) -> tuple[str, AskedAgain | None]:
    """The answer, or the code of why nobody was asked: nothing is asked in place of an investigator's browser."""
    search = next((search for search in state.planned if search.key == key), None)
    if search is None:
        return IMPORTED, None
    with desk.case_files.reading() as view:
        warc = view.open_capture(capture_id)
    try:
        return "", ask(search, stands_on(warc))
    except NotAskedError as refused:
        return str(refused), None
    except VettingError as error:  # terms that lapsed, other connectors, a recording that is not there any more
        return error.code, None


def _standing(passage: RawText, answer: AskedAgain) -> tuple[Standing, str]:
    if answer.reason:
        return Standing.NOT_REACHABLE, answer.reason
    if answer.gone:
        return Standing.GONE, ""
    if answer.same_payload or _stands(passage, answer.now):
        return Standing.UNCHANGED, ""
    if not _stands(passage, answer.before):  # put together from several fields: their absence would say nothing
        return Standing.NOT_REACHABLE, Reason.INCONCLUSIVE.value
    return Standing.CHANGED, ""


def _stands(passage: RawText, text: RawText) -> bool:
    """Whether every line of the passage stands in the text, however either is wrapped."""
    there = " ".join(text.reveal().split())
    lines = [" ".join(line.split()) for line in passage.reveal().splitlines()]
    return any(lines) and all(line in there for line in lines)


def _said(desk: Desk, finding: Finding, standing: Standing, reason: str, capture_id: str | None) -> RepeatedCapture:
    return RepeatedCapture(
        finding_id=finding.id, standing=standing, reason=reason, capture_id=capture_id, at=desk.clock()
    )


def _note(desk: Desk, unit: CaseFileUnit, state: Progress, repeated: RepeatedCapture) -> None:
    ordinal = unit.add_repeated_capture(repeated)
    body: Body = {
        "finding": repeated.finding_id,
        "state": repeated.standing.value,
        **({"reason": repeated.reason} if repeated.reason else {}),
        **({"capture": repeated.capture_id} if repeated.capture_id else {}),
    }
    key = f"{repeated.finding_id}:{ordinal}"
    case = state.case
    unit.post(desk.event(EventType.CAPTURE_REPEATED, key, body, position=case.position, case=case.number))
