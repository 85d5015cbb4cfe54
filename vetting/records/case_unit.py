"""Positions, cases, searches and captures as the case files keep them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from vetting.candidate import Authorization, Candidate
from vetting.errors import bad_input, refused
from vetting.evidence import Capture
from vetting.protocol import from_document
from vetting.records import case_file_tables as t
from vetting.records import sealed_facts
from vetting.records.failures import altered, intact
from vetting.records.rows import CaptureRecord, CaseRecord, PositionRecord
from vetting.records.sealed_unit import SealedUnit
from vetting.search import Outcome, SearchResult


class CaseUnit(SealedUnit):
    """Adding what is there already is refused with `already_recorded`."""

    # ---------------------------------------------------------------------------------- positions and cases

    def add_position(self, position: PositionRecord) -> None:
        """Opens a position: from now on its protocol is frozen."""
        self._add(
            t.positions,
            id=position.id,
            title=position.title,
            protocol=json.dumps(position.protocol.document()),
            protocol_digest=position.protocol.digest(),
            deciders=json.dumps(sorted(position.deciders)),
            jurisdiction=position.jurisdiction,
            practice=position.practice,
            opened_by=position.opened_by,
            opened_at=position.opened_at,
        )

    def position(self, id_: str) -> PositionRecord:
        """Refuses an unknown position, and one whose protocol is no longer the one that was frozen."""
        return _position(self._one(t.positions, "id", id_, "position"))

    def positions(self) -> tuple[PositionRecord, ...]:
        """All, in the order of opening."""
        return tuple(_position(row) for row in self._all(t.positions))

    def add_attestation(self, position: str, person: str, at: datetime) -> None:
        """Notes that the person signed to have no conflict of interest in this position."""
        self._add(t.attestations, position=position, person=person, at=at)

    def attested(self, position: str, person: str) -> bool:
        """Whether that was signed."""
        return bool(self._all(t.attestations, position=position, person=person))

    def add_case(self, case: CaseRecord, candidate: Candidate, case_secret: bytes) -> None:
        """Opens a case. The candidate, and the secret that salts the case's commitments, are sealed."""
        self._add(
            t.cases,
            number=case.number,
            position=case.position,
            form_sha256=case.authorization.form_sha256,
            signed_at=case.authorization.signed_at,
            expires_at=case.authorization.expires_at,
            opened_by=case.opened_by,
            opened_at=case.opened_at,
            practice=case.practice,
        )
        content = sealed_facts.candidate_bytes(candidate)
        self._add(
            t.candidates,
            case_number=case.number,
            sealed=self._seal(content, case.number, case.number, "candidate"),
            secret=self._seal(case_secret, case.number, case.number, "case_secret"),
        )

    def add_authorization(self, number: str, authorization: Authorization) -> int:
        """What the candidate signed anew; its ordinal, 2 for the first renewal. It counts from now on."""
        ordinal = len(self._all(t.authorizations, case_number=number)) + 2
        self._add(
            t.authorizations,
            case_number=number,
            ordinal=ordinal,
            form_sha256=authorization.form_sha256,
            signed_at=authorization.signed_at,
            expires_at=authorization.expires_at,
        )
        return ordinal

    def case(self, number: str) -> CaseRecord:
        """With the latest authorization. Refuses an unknown case."""
        return self._case(self._one(t.cases, "number", number, "case"))

    def cases(self, position: str) -> tuple[CaseRecord, ...]:
        """Those of the position, in the order of opening."""
        return tuple(self._case(row) for row in self._all(t.cases, position=position))

    def _case(self, row: Row[Any]) -> CaseRecord:
        signed = [row, *self._all(t.authorizations, case_number=row.number)][-1]
        return CaseRecord(
            number=row.number,
            position=row.position,
            authorization=Authorization(
                form_sha256=signed.form_sha256, signed_at=signed.signed_at, expires_at=signed.expires_at
            ),
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            practice=row.practice,
        )

    def case_secret(self, number: str) -> bytes:
        """What the salts of the case's commitments come from. Needs the vault key."""
        row = self._one(t.candidates, "case_number", number, "case")
        return self._open(row.secret, number, number, "case_secret")

    def candidate(self, number: str) -> Candidate:
        """Who is behind the case number. Needs the vault key."""
        row = self._one(t.candidates, "case_number", number, "case")
        return sealed_facts.candidate_from(self._open(row.sealed, number, number, "candidate"))

    # -------------------------------------------------------------------------------- searches and captures

    def add_result(self, case_number: str, result: SearchResult) -> None:
        """What came of one search. Refuses a second result of a search, so that a rerun doubles nothing."""
        self._add(t.results, case_number=case_number, **_result_values(result))

    def add_repeat(self, case_number: str, result: SearchResult) -> int:
        """What came of a search that was run again; its ordinal, 2 for the first repeat.

        Refuses one whose last result is anything but unavailable: what was decided or found is not asked for again.
        """
        earlier = self.results_of(case_number, result.key)
        if not earlier or earlier[-1].outcome is not Outcome.UNAVAILABLE:
            raise refused(
                "not_repeatable",
                "Only a search whose source was unavailable is run again.",
                "Go on with the outcome that is recorded.",
            )
        ordinal = len(earlier) + 1
        self._add(t.repeats, case_number=case_number, ordinal=ordinal, **_result_values(result))
        return ordinal

    def results(self, case_number: str) -> tuple[SearchResult, ...]:
        """The latest of each search, in the order in which the searches were first recorded."""
        latest = {row.key: _result(row) for row in self._all(t.results, case_number=case_number)}
        latest.update({row.key: _result(row) for row in self._all(t.repeats, case_number=case_number)})
        return tuple(latest.values())

    def results_of(self, case_number: str, key: str) -> tuple[SearchResult, ...]:
        """Every result of one search, the first and those of its repeats."""
        return tuple(
            _result(row)
            for table in (t.results, t.repeats)
            for row in self._all(table, case_number=case_number, key=key)
        )

    def add_capture(self, case_number: str, key: str, capture: Capture) -> None:
        """Seals and keeps one exchange. Refuses one whose digest is not that of its bytes."""
        if hashlib.sha256(capture.warc).hexdigest() != capture.sha256:
            raise bad_input(
                "capture_digest", "A capture does not have the digest it was given with.", "Capture it again."
            )
        self._add(
            t.captures,
            id=capture.id,
            case_number=case_number,
            key=key,
            captured_at=capture.captured_at,
            sha256=capture.sha256,
            media_type=capture.media_type,
            sealed=self._seal(capture.warc, case_number, capture.id, "capture"),
        )

    def captures(self, case_number: str) -> tuple[CaptureRecord, ...]:
        """Without their content, in the order of recording."""
        return tuple(_capture(row) for row in self._all(t.captures, case_number=case_number))

    def open_capture(self, capture_id: str) -> bytes:
        """The WARC bytes as captured. Needs the vault key; refuses bytes without the recorded digest."""
        row = self._one(t.captures, "id", capture_id, "capture")
        warc = self._open(row.sealed, row.case_number, capture_id, "capture")
        if hashlib.sha256(warc).hexdigest() != row.sha256:
            raise altered("capture")
        return warc


@intact("position")
def _position(row: Row[Any]) -> PositionRecord:
    protocol = from_document(json.loads(row.protocol))
    if protocol.digest() != row.protocol_digest:
        raise altered("position")
    return PositionRecord(
        id=row.id,
        title=row.title,
        protocol=protocol,
        deciders=frozenset(json.loads(row.deciders)),
        jurisdiction=row.jurisdiction,
        practice=row.practice,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
    )


def _capture(row: Row[Any]) -> CaptureRecord:
    return CaptureRecord(
        id=row.id,
        case_number=row.case_number,
        key=row.key,
        captured_at=row.captured_at,
        sha256=row.sha256,
        media_type=row.media_type,
    )


def _result_values(result: SearchResult) -> dict[str, object]:
    return {
        "key": result.key,
        "outcome": result.outcome.value,
        "reason": result.reason,
        "started_at": result.started_at,
        "ended_at": result.ended_at,
        "attempts": result.attempts,
        "hits": result.hits,
        "captures": result.captures,
    }


@intact("search result")
def _result(row: Row[Any]) -> SearchResult:
    return SearchResult(
        key=row.key,
        outcome=Outcome(row.outcome),
        reason=row.reason,
        started_at=row.started_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        hits=row.hits,
        captures=row.captures,
    )
