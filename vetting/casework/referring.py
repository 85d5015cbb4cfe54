"""The one way out of the house: a break-glass referral of an imminent threat to life, and nothing comes back.

The powers of criminal investigation (policy IV.B.1 and V) are out of reach here by design: no undercover account, no
preservation order, no portal for law enforcement. Another unit has them, and this tells it what to ask for. No status
and no answer is kept, and the referral changes nothing in the case: it is judged as if it had not been made (U6).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from vetting.candidate import IdentifierKind
from vetting.casework.desk import Body, Desk, commit
from vetting.casework.referral_sheet import NamedCapture, SheetFacts, Threat, load_platform, sheet
from vetting.casework.searching import progress
from vetting.errors import not_found, refused
from vetting.evidence import RawText
from vetting.finding import Finding
from vetting.log.event import EventType
from vetting.records.rows import CaseRecord
from vetting.roles import Permission
from vetting.search import Search
from vetting.settings import ReceivingUnit

_OF_PEOPLE: Final = frozenset({IdentifierKind.FULL_NAME, IdentifierKind.NAME_AND_TOWN, IdentifierKind.EMAIL})
"""Anchors that name the candidate and not an account: they stay out of the sheet."""
_SERVER: Final = re.compile(rb"^WARC-IP-Address: ([0-9A-Fa-f.:]{2,45})\r?$", re.MULTILINE)
_TARGET: Final = re.compile(rb"^WARC-Target-URI: (\S+)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A sheet that was composed and not yet recorded."""

    id: str
    case: CaseRecord
    finding_id: str
    threat: Threat
    platform: str
    captures: int
    text: RawText
    """The whole sheet: it names an account, so it is confidential until it is handed over."""


def compose(desk: Desk, number: str, finding_id: str, platform: str, threat: Threat) -> Referral:
    """The sheet for one finding of the case. Records nothing.

    Refuses whoever is no investigator or decides on the position, an unknown finding or platform, and a department
    that named no receiving unit.
    """
    state = progress(desk, number)
    desk.permit(Permission.REFER_THREAT, position=state.case.position, searcher=True)
    at, to = load_platform(desk.settings.config, platform), _unit(desk)
    finding = _finding(desk, number, finding_id)
    evidence, warc = _evidence(desk, number, finding)
    target = _match(_TARGET, warc)
    address = finding.locator.reveal() or target
    id_ = f"RF-{desk.new_id().upper()}"
    facts = SheetFacts(
        reference=id_,
        made_at=desk.clock(),
        department=desk.settings.department.name,
        person=desk.person.id,
        unit=to.unit,
        contact=to.contact,
        threat=threat,
        platform=at,
        account=_account(finding, state.planned),
        address=RawText(address),
        posted_at=finding.posted_at,
        host=RawText(_host(address) or _host(target)),
        server=_match(_SERVER, warc),
        evidence=evidence,
    )
    return Referral(
        id=id_,
        case=state.case,
        finding_id=finding.id,
        threat=threat,
        platform=platform,
        captures=len(evidence),
        text=RawText(sheet(facts)),
    )


def record(desk: Desk, referral: Referral) -> None:
    """Logs that the referral is made, before its sheet is written, so that nothing leaves unnoted.

    The log holds commitments only: a kind of threat can tell a protected class, and the case number stands on a report.
    """
    case, id_ = referral.case, referral.id
    with desk.act() as unit:
        secret = unit.case_secret(case.number)
        kind = f"{referral.threat.value}\n{referral.platform}"
        body: Body = {
            "referral": id_,
            "captures": referral.captures,
            "finding": commit(secret, f"{id_}/finding", referral.finding_id.encode()),
            "kind": commit(secret, f"{id_}/kind", kind.encode()),
            "sheet": commit(secret, f"{id_}/sheet", referral.text.reveal().encode()),
        }
        unit.post(desk.event(EventType.REFERRAL_MADE, id_, body, position=case.position, case=case.number))


def _unit(desk: Desk) -> ReceivingUnit:
    to = desk.settings.department.referral
    if not (to.unit and to.contact):
        raise refused(
            "no_referral_unit",
            "The department has named no unit that takes referrals.",
            "Enter unit and contact under [referral] in config/department.toml. In danger call 911.",
        )
    return to


def _account(finding: Finding, planned: Sequence[Search]) -> RawText:
    """The account as the source named it, and as it was searched for."""
    searched = [s.query for s in planned if s.key == finding.search_key and s.step.anchor not in _OF_PEOPLE]
    return RawText(" ".join(dict.fromkeys(filter(None, (finding.author.reveal(), *searched)))))


def _finding(desk: Desk, number: str, finding_id: str) -> Finding:
    with desk.case_files.reading() as unit:
        for finding in unit.findings(number):
            if finding.id == finding_id:
                return finding
    raise not_found("finding_unknown", f"Case {number} has no finding of that id.", f"See: vetting review {number}.")


def _evidence(desk: Desk, number: str, finding: Finding) -> tuple[tuple[NamedCapture, ...], bytes]:
    """The captures of the search that brought the finding, and the bytes of the one that holds it."""
    with desk.case_files.reading() as unit:
        captures = [capture for capture in unit.captures(number) if capture.key == finding.search_key]
        warc = unit.open_capture(finding.capture_id)
    named = tuple(
        NamedCapture(
            capture_id=capture.id,
            sha256=capture.sha256,
            captured_at=capture.captured_at,
            holds_the_words=capture.id == finding.capture_id,
        )
        for capture in captures
    )
    return named, warc


def _match(pattern: re.Pattern[bytes], warc: bytes) -> str:
    found = pattern.search(warc)
    return found[1].decode("utf-8", "replace") if found else ""


def _host(address: str) -> str:
    """Empty for what names no host of the web: `at://did:plc:...` names an account; its server is in the capture."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""
