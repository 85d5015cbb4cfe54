"""Findings and what two reviewers and the filter said of them, as the case files keep them."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from sqlalchemy import Row, Table, func, select

from vetting.attribution import Attribution, Level, Link
from vetting.evidence import Engagement, RawText, RepeatedCapture, Standing
from vetting.finding import Finding
from vetting.marking import Mark, MarkAct, MarkReason
from vetting.records import case_file_tables as t
from vetting.records import sealed_facts
from vetting.records.failures import intact
from vetting.records.rows import FilterRecordRow
from vetting.records.sealed_unit import SealedUnit
from vetting.validation import Element, State, Validation


class FindingUnit(SealedUnit):
    """Adding what is there already is refused with `already_recorded`; reading needs the vault key."""

    @cached_property
    def _case_numbers(self) -> dict[str, str]:
        """By finding, as far as asked for: a finding never moves to another case."""
        return {}

    # ------------------------------------------------------------------------------------ findings and review

    def add_finding(self, finding: Finding, salt: bytes) -> None:
        """A proposed finding, with the salt of its commitment in the log."""
        content = sealed_facts.finding_bytes(finding, salt)
        self._add(
            t.findings,
            id=finding.id,
            case_number=finding.case_number,
            search_key=finding.search_key,
            capture_id=finding.capture_id,
            code=finding.code,
            engagement=finding.engagement.value,
            platform=finding.platform,
            found_at=finding.found_at,
            sealed=self._seal(content, finding.case_number, finding.id, "finding"),
        )

    def findings(self, case_number: str) -> tuple[Finding, ...]:
        """Those of the case, in the order of recording. Needs the vault key."""
        return tuple(self._finding(row)[0] for row in self._all(t.findings, case_number=case_number))

    def finding(self, id_: str) -> Finding:
        """Refuses an unknown finding. Needs the vault key."""
        return self._finding(self._one(t.findings, "id", id_, "finding"))[0]

    def salt(self, finding_id: str) -> bytes:
        """Of the finding's commitment. Needs the vault key."""
        return self._finding(self._one(t.findings, "id", finding_id, "finding"))[1]

    def add_attribution(self, attribution: Attribution) -> None:
        """A reviewer's answer; a later one supersedes it and both are kept."""
        self._add_reviewed(
            t.attributions,
            attribution,
            level=attribution.level.value,
            links=json.dumps([link.value for link in attribution.links]),
            engagement=attribution.engagement.value if attribution.engagement else None,
        )

    @intact("attribution")
    def attribution(self, finding_id: str) -> Attribution | None:
        """The latest; None while there is none. Needs the vault key."""
        answers = self._all(t.attributions, finding_id=finding_id)
        if not answers:
            return None
        row = answers[-1]
        return Attribution(
            finding_id=finding_id,
            level=Level(row.level),
            links=tuple(Link(link) for link in json.loads(row.links)),
            note=self._note(row, "attributions"),
            reviewer=row.reviewer,
            at=row.at,
            engagement=Engagement(row.engagement) if row.engagement is not None else None,
        )

    def add_validation(self, validation: Validation) -> None:
        """One transition of a finding; what it follows must have been read in the same transaction."""
        self._add_reviewed(
            t.validations,
            validation,
            state=validation.state.value,
            element=validation.element.value,
            severity=validation.severity,
            quote=validation.quote,
        )

    @intact("validation")
    def validations(self, finding_id: str) -> tuple[Validation, ...]:
        """All transitions, in order. Needs the vault key."""
        return tuple(
            Validation(
                finding_id=finding_id,
                state=State(row.state),
                element=Element(row.element),
                severity=row.severity,
                quote=row.quote,
                note=self._note(row, "validations"),
                reviewer=row.reviewer,
                at=row.at,
            )
            for row in self._all(t.validations, finding_id=finding_id)
        )

    def add_mark(self, mark: Mark) -> None:
        """A reviewer's mark; its ordinal comes from the earlier ones, read in the same transaction."""
        case_number, record = self._case_of(mark.finding_id), f"{mark.finding_id}.{mark.ordinal}"
        self._add(
            t.marks,
            finding_id=mark.finding_id,
            ordinal=mark.ordinal,
            act=mark.act.value,
            reason=mark.reason.value,
            withdraws=mark.withdraws,
            reviewer=mark.reviewer,
            at=mark.at,
            sealed=self._seal(sealed_facts.mark_bytes(mark), case_number, record, "marks"),
        )

    @intact("mark")
    def marks(self, finding_id: str) -> tuple[Mark, ...]:
        """All of the finding, those taken back too, in order. Needs the vault key."""
        return tuple(self._mark(row) for row in self._all(t.marks, finding_id=finding_id))

    def add_repeated_capture(self, repeated: RepeatedCapture) -> int:
        """What became of the finding's source; its ordinal, from the earlier ones read in the same transaction."""
        ordinal = len(self._all(t.repeated_captures, finding_id=repeated.finding_id)) + 1
        self._add(
            t.repeated_captures,
            finding_id=repeated.finding_id,
            ordinal=ordinal,
            state=repeated.standing.value,
            reason=repeated.reason,
            capture_id=repeated.capture_id,
            at=repeated.at,
        )
        return ordinal

    @intact("repeated capture")
    def repeated_capture(self, finding_id: str) -> RepeatedCapture | None:
        """The latest; None while the finding's source was not asked once more."""
        rows = self._all(t.repeated_captures, finding_id=finding_id)
        if not rows:
            return None
        row = rows[-1]
        return RepeatedCapture(
            finding_id=finding_id,
            standing=Standing(row.state),
            reason=row.reason,
            capture_id=row.capture_id,
            at=row.at,
        )

    def add_filter_record(self, record: FilterRecordRow) -> None:
        """One decision of the filter."""
        case_number = self._case_of(record.finding_id)
        content = sealed_facts.note_bytes(record.detail)
        self._add(
            t.filter_records,
            id=record.id,
            finding_id=record.finding_id,
            filter_version=record.filter_version,
            action=record.action,
            reason=record.reason,
            at=record.at,
            sealed=self._seal(content, case_number, record.id, "filter_records"),
        )

    @intact("filter record")
    def filter_records(self, case_number: str) -> tuple[FilterRecordRow, ...]:
        """Those of the case's findings, in the order of recording. Needs the vault key."""
        of_case = select(t.findings.c.id).where(t.findings.c.case_number == case_number)
        query = select(t.filter_records).where(t.filter_records.c.finding_id.in_(of_case))
        rows = self._connection.execute(query.order_by(t.filter_records.c.sequence)).all()
        return tuple(
            FilterRecordRow(
                id=row.id,
                finding_id=row.finding_id,
                filter_version=row.filter_version,
                action=row.action,
                reason=row.reason,
                at=row.at,
                detail=sealed_facts.note_from(self._open(row.sealed, case_number, row.id, "filter_records")),
            )
            for row in rows
        )

    def _add_reviewed(self, table: Table, fact: Attribution | Validation, **values: object) -> None:
        """A reviewer's fact under the next ordinal of its finding, its note sealed under that ordinal."""
        id_ = fact.finding_id
        case_number = self._case_of(id_)
        last = self._connection.scalar(select(func.max(table.c.ordinal)).where(table.c.finding_id == id_))
        ordinal = (last or 0) + 1
        note = self._seal(sealed_facts.note_bytes(fact.note), case_number, f"{id_}.{ordinal}", table.name)
        common = {"finding_id": id_, "ordinal": ordinal, "reviewer": fact.reviewer, "at": fact.at}
        self._add(table, **common, **values, sealed=note)

    def _mark(self, row: Row[Any]) -> Mark:
        record = f"{row.finding_id}.{row.ordinal}"
        said = sealed_facts.mark_from(self._open(row.sealed, self._case_of(row.finding_id), record, "marks"))
        return Mark(
            finding_id=row.finding_id,
            ordinal=row.ordinal,
            act=MarkAct(row.act),
            reason=MarkReason(row.reason),
            start=said.start,
            end=said.end,
            protected_class=said.protected_class,
            withdraws=row.withdraws,
            note=said.note,
            reviewer=row.reviewer,
            at=row.at,
        )

    def _note(self, row: Row[Any], kind: str) -> RawText:
        case_number = self._case_of(row.finding_id)
        return sealed_facts.note_from(self._open(row.sealed, case_number, f"{row.finding_id}.{row.ordinal}", kind))

    def _case_of(self, finding_id: str) -> str:
        if finding_id not in self._case_numbers:
            row = self._one(t.findings, "id", finding_id, "finding")
            self._case_numbers[finding_id] = row.case_number
        return self._case_numbers[finding_id]

    @intact("finding")
    def _finding(self, row: Row[Any]) -> tuple[Finding, bytes]:
        content = self._open(row.sealed, row.case_number, row.id, "finding")
        confidential = sealed_facts.finding_from(content)
        finding = Finding(
            id=row.id,
            case_number=row.case_number,
            search_key=row.search_key,
            capture_id=row.capture_id,
            code=row.code,
            passage=confidential.passage,
            locator=confidential.locator,
            author=confidential.author,
            posted_at=confidential.posted_at,
            engagement=Engagement(row.engagement),
            platform=row.platform,
            cues=confidential.cues,
            found_at=row.found_at,
            signals=confidential.signals,
        )
        return finding, confidential.salt
