"""A report as canonical JSON (RFC 8785), and back: the form in which the released store files it."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import Any

import rfc8785

from vetting.release import (
    REPORT_SCHEMA,
    FilterRecord,
    Report,
    ReportedSearch,
    SanitizedFinding,
    SanitizedText,
    Status,
)


def report_bytes(report: Report) -> bytes:
    """The same report, the same bytes. Raises ValueError where a text is no Unicode text."""
    document = _plain(report)
    document["schema"] = REPORT_SCHEMA
    document["released_on"] = report.released_on.isoformat()
    document["searches"] = [_plain(search) for search in report.searches]
    document["findings"] = [_finding_document(finding) for finding in report.findings]
    return rfc8785.dumps(document)


def report_from(content: bytes) -> Report:
    """The report that `report_bytes` wrote. Raises ValueError, KeyError or TypeError on anything else."""
    d: dict[str, Any] = json.loads(content)
    if d.pop("schema") != REPORT_SCHEMA:
        raise ValueError("schema")
    d["released_on"] = date.fromisoformat(d["released_on"])
    d["searches"] = tuple(ReportedSearch(**search) for search in d["searches"])
    d["findings"] = tuple(_finding(finding) for finding in d["findings"])
    return Report(**d)


def _plain(fact: Report | ReportedSearch | SanitizedFinding) -> dict[str, Any]:
    return {field.name: getattr(fact, field.name) for field in fields(fact)}


def _finding_document(finding: SanitizedFinding) -> dict[str, Any]:
    quotation = finding.quotation
    return _plain(finding) | {
        "status": finding.status.value,
        "quotation": quotation and {"words": quotation.words, "filter_record": quotation.filter_record},
    }


def _finding(d: dict[str, Any]) -> SanitizedFinding:
    q = d["quotation"]
    d["quotation"] = SanitizedText(q["words"], FilterRecord(q["filter_record"])) if q else None
    d["status"] = Status(d["status"])
    return SanitizedFinding(**d)
