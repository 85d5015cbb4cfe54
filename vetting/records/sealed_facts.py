"""The confidential part of each fact as JSON bytes for sealing, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.evidence import RawText
from vetting.finding import Finding
from vetting.marking import Mark
from vetting.signals import Signal


def _bytes(document: Mapping[str, object]) -> bytes:
    # ASCII with escapes: hostile text may hold lone surrogates, which UTF-8 does not carry.
    return json.dumps(document, ensure_ascii=True).encode("ascii")


def _document(content: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(content)
    return document


def candidate_bytes(candidate: Candidate) -> bytes:
    """All of it: a candidate has no part that may stand in clear."""
    return _bytes(
        {
            "full_name": candidate.full_name,
            "town": candidate.town,
            "identifiers": [[i.kind.value, i.value] for i in candidate.identifiers],
            "other_names": list(candidate.other_names),
        }
    )


def candidate_from(content: bytes) -> Candidate:
    """The candidate that `candidate_bytes` wrote."""
    d = _document(content)
    return Candidate(
        full_name=d["full_name"],
        town=d["town"],
        identifiers=tuple(Identifier(kind=IdentifierKind(k), value=v) for k, v in d["identifiers"]),
        other_names=tuple(d["other_names"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFinding:
    """The part of a finding that names an account, quotes it, dates it, or says which words were met."""

    passage: RawText
    locator: RawText
    author: RawText
    posted_at: datetime | None
    cues: tuple[str, ...]
    salt: bytes
    """Of the commitment in the log: short passages could be guessed without it."""
    signals: tuple[Signal, ...]
    """They say something about a person: where they live, which account is theirs."""


def finding_bytes(finding: Finding, salt: bytes) -> bytes:
    """The confidential part of a finding, with the salt of its commitment."""
    return _bytes(
        {
            "passage": finding.passage.reveal(),
            "locator": finding.locator.reveal(),
            "author": finding.author.reveal(),
            "posted_at": finding.posted_at.isoformat() if finding.posted_at else None,
            "cues": list(finding.cues),
            "salt": salt.hex(),
            "signals": [signal.value for signal in finding.signals],
        }
    )


def finding_from(content: bytes) -> SealedFinding:
    """What `finding_bytes` wrote."""
    d = _document(content)
    return SealedFinding(
        passage=RawText(d["passage"]),
        locator=RawText(d["locator"]),
        author=RawText(d["author"]),
        posted_at=datetime.fromisoformat(d["posted_at"]) if d["posted_at"] else None,
        cues=tuple(d["cues"]),
        salt=bytes.fromhex(d["salt"]),
        signals=tuple(Signal(code) for code in d.get("signals", [])),  # findings of before have none
    )


def note_bytes(note: RawText) -> bytes:
    """A reviewer's or the filter's words, which may quote."""
    return _bytes({"note": note.reveal()})


def note_from(content: bytes) -> RawText:
    """The words that `note_bytes` wrote."""
    return RawText(_document(content)["note"])


def mark_bytes(mark: Mark) -> bytes:
    """Where a mark stands, what the words could reveal, and the reviewer's sentence."""
    return _bytes({"start": mark.start, "end": mark.end, "class": mark.protected_class, "note": mark.note.reveal()})


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedMark:
    """The part of a mark that points at words or speaks of them."""

    start: int
    end: int
    protected_class: str
    note: RawText


def mark_from(content: bytes) -> SealedMark:
    """What `mark_bytes` wrote."""
    d = _document(content)
    return SealedMark(start=d["start"], end=d["end"], protected_class=d["class"], note=RawText(d["note"]))
