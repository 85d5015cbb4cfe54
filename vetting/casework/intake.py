"""Opening positions and cases: the protocol before the first candidate, and no case without authorization."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vetting.candidate import Authorization, Candidate
from vetting.casework.candidate_file import check_authorization
from vetting.casework.desk import Body, Desk, commit
from vetting.casework.disclosed import check_disclosed, same_candidate
from vetting.errors import bad_input, refused
from vetting.log.event import EventType
from vetting.protocol import SearchProtocol
from vetting.records.case_files import CaseFileUnit
from vetting.records.rows import CaseRecord, PositionRecord
from vetting.roles import Permission, Person, Role, check_searcher
from vetting.search import plan_digest

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{2,39}")


def open_position(
    desk: Desk, position: str, protocol: SearchProtocol, decision_makers: Sequence[Person], *, practice: bool
) -> PositionRecord:
    """Opens a position and freezes its protocol. The digest is in the log before any candidate can be enrolled (U1).

    Refuses: a name that is no slug, a position that exists, no decision maker, somebody named as one who is none, an
    opener who decides on it, and a real position in the demo's data folder, which the next demo empties.
    """
    desk.permit(Permission.OPEN_POSITION)
    deciders = sorted(person.id for person in decision_makers)
    for person in decision_makers:
        if Role.DECISION_MAKER not in person.roles:
            raise refused("no_decider_role", f"{person.id} is no decision maker.", "Name a person who holds that role.")
    if desk.settings.of_demo and not practice:
        raise refused(
            "demo_folder",
            "This is the demo's data folder, and the next demo empties it.",
            "Open a real position in a data folder of your own (VETTING_HOME), and here one for practice only.",
        )
    _refuse_unfit(desk, position, protocol, deciders)
    record = PositionRecord(
        id=position,
        title=protocol.title,
        protocol=protocol,
        deciders=frozenset(deciders),
        jurisdiction=protocol.jurisdiction,
        practice=practice,
        opened_by=desk.person.id,
        opened_at=desk.clock(),
    )
    frozen: Body = {"digest": protocol.digest(), "document": protocol.document()}
    open_to: Body = {"practice": practice, "deciders": deciders, "protocol": protocol.digest()}
    with desk.act() as unit:
        unit.add_position(record)
        unit.post(desk.event(EventType.PROTOCOL_FROZEN, position, frozen, position=position))
        unit.post(desk.event(EventType.POSITION_OPENED, position, open_to, position=position))
    return record


def _refuse_unfit(desk: Desk, position: str, protocol: SearchProtocol, deciders: Sequence[str]) -> None:
    if not _SLUG.fullmatch(position):
        raise bad_input(
            "position_name", "A position is named by 3 to 40 of a-z, 0-9 and hyphen.", "E.g. patrol-officer-2026."
        )
    if not deciders:
        raise bad_input("no_decider", "A position needs a decision maker.", "Name one with --decision-maker.")
    ours = desk.settings.department.jurisdiction
    if protocol.jurisdiction != ours:
        raise refused(
            "other_jurisdiction",
            f"The protocol is for {protocol.jurisdiction}, the department is in {ours}.",
            "Use a protocol of your jurisdiction, or correct config/department.toml.",
        )
    with desk.case_files.reading() as unit:
        if position in {record.id for record in unit.positions()}:
            raise refused(
                "position_exists",
                f"Position {position} is open already.",
                f"Look at it with: vetting position show {position}. Another position needs another name.",
            )
    check_searcher(desk.person, frozenset(deciders), desk.clock(), attested=True)


def attest(desk: Desk, position: str) -> None:
    """Records that the person has no conflict of interest in this position (REQ-POL-5).

    Refuses, and logs the refusal, whoever decides on the position, and whoever is not cleared to search.
    """
    desk.permit(Permission.OPEN_CASE_FILES, position=position, searcher=True, attesting=True)
    with desk.act() as unit:
        if not unit.attested(unit.position(position).id, desk.person.id):
            unit.add_attestation(position, desk.person.id, desk.clock())
            key = f"{position}:{desk.person.id}"
            unit.post(desk.event(EventType.ATTESTATION_RECORDED, key, {"no_conflict": True}, position=position))


def may_request_handles(desk: Desk, position: str) -> bool:
    """Whether candidates for this position may be asked for accounts and addresses, as it was frozen with the position.

    Refuses where the department says otherwise by now: some candidates would be asked and others not.
    """
    now = desk.settings.department.may_request_handles
    with desk.case_files.reading() as unit:
        frozen = unit.position(position).protocol.may_request_handles
    if frozen not in {None, now}:
        raise refused(
            "handles_changed",
            "Whether account names may be asked for changed in config/department.toml since the position was opened.",
            "Restore it, or open the position anew and enrol every candidate again.",
        )
    return now


def open_case(
    desk: Desk, position: str, candidate: Candidate, authorization: Authorization, case_secret: bytes
) -> CaseRecord:
    """Enrols a candidate under an opaque case number.

    Refuses: a person who may not search here, an authorization not in force, a name or identifier that is more than
    one, and a candidate who is enrolled in this position already (one candidate is searched once). `case_secret` is 32
    random bytes, sealed with the candidate; every commitment of the case is salted from it.
    """
    desk.permit(Permission.OPEN_CASE, position=position, searcher=True)
    check_authorization(authorization, desk.clock())
    check_disclosed(candidate, desk.settings.department.names)
    with desk.case_files.reading() as unit:
        opened = unit.position(position)
    number = f"C-{desk.new_id()[:8].upper()}"
    case = CaseRecord(
        number=number,
        position=position,
        authorization=authorization,
        opened_by=desk.person.id,
        opened_at=desk.clock(),
        practice=opened.practice,
    )
    enrolled: Body = {
        "protocol": opened.protocol.digest(),
        "disclosed": {kind.value: count for kind, count in candidate.disclosed().items()},
        "candidate": commit(case_secret, "candidate", candidate.canonical()),
        "plan": plan_digest(opened.protocol, candidate.disclosed()),
    }
    signed = _signed(case_secret, authorization)
    with desk.act() as unit:
        _refuse_enrolled(unit, position, candidate)
        unit.add_case(case, candidate, case_secret)
        post = (EventType.CANDIDATE_ENROLLED, enrolled), (EventType.AUTHORIZATION_RECORDED, signed)
        for kind, body in post:
            unit.post(desk.event(kind, number, body, position=position, case=number))
    return case


def renew_authorization(desk: Desk, number: str, candidate: Candidate, authorization: Authorization) -> None:
    """Records what the candidate signed anew, after the first authorization ran out.

    Refuses a person who may not search here, an authorization not in force, and a file of another candidate or with
    other identifiers: what is searched for stays what the case was opened with.
    """
    with desk.case_files.reading() as view:
        position = view.case(number).position
    desk.permit(Permission.OPEN_CASE, position=position, searcher=True)
    check_authorization(authorization, desk.clock())
    with desk.act() as unit:
        if unit.candidate(number).canonical() != candidate.canonical():
            raise refused(
                "candidate_differs",
                f"The file does not describe the candidate as case {number} was opened.",
                "Give the file the case was opened with, and change its authorization only.",
            )
        if unit.case(number).authorization == authorization:
            raise refused(
                "authorization_recorded",
                f"This authorization of case {number} is recorded already.",
                f"Go on with: vetting run {number}. A new authorization needs the form that was signed anew.",
            )
        ordinal = unit.add_authorization(number, authorization)
        signed = _signed(unit.case_secret(number), authorization)
        kind = EventType.AUTHORIZATION_RECORDED
        unit.post(desk.event(kind, f"{number}:{ordinal}", signed, position=position, case=number))


def _signed(case_secret: bytes, authorization: Authorization) -> Body:
    return {
        "form": commit(case_secret, "form", bytes.fromhex(authorization.form_sha256)),
        "signed_on": authorization.signed_at.date().isoformat(),
        "expires_on": authorization.expires_at.date().isoformat(),
    }


def _refuse_enrolled(unit: CaseFileUnit, position: str, candidate: Candidate) -> None:
    """Inside the writer's transaction, so that two desks cannot enrol the same candidate at the same moment."""
    for case in unit.cases(position):
        if same_candidate(candidate, unit.candidate(case.number)):
            raise refused(
                "candidate_enrolled",
                f"A candidate of this name and town, or with one of these accounts, is enrolled as {case.number}.",
                "Go on with that case; another person of the same name needs a middle name or a suffix in full_name.",
            )
