"""What may be said in the log: the closed list of event types, one event, and one entry read back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from vetting.log.errors import EntryError, EventError
from vetting.log.profile import Json, JsonInput, at_a_glance, checked, decode, is_token

SCHEMA = "vetting.event/1"
MAX_ENTRY_BYTES = 65_535
"""An entry's length fits the two bytes that C2SP tlog-tiles gives it."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class EventType(StrEnum):
    """Everything that can happen. The list is closed: a new kind of act needs a new line and a reason."""

    PERSON_ADDED = "person.added"
    PERSON_CLEARED = "person.cleared"
    PERSON_SIGN_IN_RESET = "person.sign_in_reset"
    POSITION_OPENED = "position.opened"
    PROTOCOL_FROZEN = "protocol.frozen"
    CANDIDATE_ENROLLED = "candidate.enrolled"
    AUTHORIZATION_RECORDED = "authorization.recorded"
    ATTESTATION_RECORDED = "attestation.recorded"
    ENVIRONMENT_RECORDED = "environment.recorded"
    SEARCH_PLANNED = "search.planned"
    SEARCH_EXECUTED = "search.executed"
    SEARCH_BLOCKED = "search.blocked"
    SEARCH_UNAVAILABLE = "search.unavailable"
    CAPTURE_SEALED = "capture.sealed"
    CAPTURE_REPEATED = "capture.repeated"
    EVIDENCE_IMPORTED = "evidence.imported"
    EVIDENCE_EXPORTED = "evidence.exported"
    FINDING_RECORDED = "finding.recorded"
    ATTRIBUTION_RECORDED = "attribution.recorded"
    VALIDATION_RECORDED = "validation.recorded"
    FILTER_APPLIED = "filter.applied"
    FILTER_MARKED = "filter.marked"
    REPORT_RELEASED = "report.released"
    REPORT_OPENED = "report.opened"
    RESPONSE_RECORDED = "response.recorded"
    DETERMINATION_RECORDED = "determination.recorded"
    DEVIATION_REQUESTED = "deviation.requested"
    DEVIATION_APPROVED = "deviation.approved"
    DEVIATION_REFUSED = "deviation.refused"
    REFERRAL_MADE = "referral.made"
    ACCESS_REFUSED = "access.refused"
    RETENTION_DISPOSED = "retention.disposed"
    AUDIT_PERFORMED = "audit.performed"
    LOG_EXPORTED = "log.exported"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    CLOCK_SKEW = "clock.skew"


DOCUMENTS = frozenset({EventType.PROTOCOL_FROZEN})
"""Types whose body is a public document and may hold prose; all others hold codes and numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act, as the one who acted describes it. Raises `EventError` where a field breaks the profile.

    `id` is the idempotency key: a retry repeats it. `actor` is a person's pseudonym. `at` is in UTC.
    `position` and `case` are opaque numbers. `body` keeps the profile of `vetting.log.profile`; it holds no
    content.
    """

    type: EventType
    id: str
    at: datetime
    actor: str
    position: str | None = None
    case: str | None = None
    body: Mapping[str, JsonInput]

    def __post_init__(self) -> None:
        for name, token in (
            ("id", self.id),
            ("actor", self.actor),
            ("position", self.position),
            ("case", self.case),
        ):
            if token is not None and not is_token(token):
                raise EventError(f"The event's {name} is not a plain identifier.")
        spell_time(self.at)
        object.__setattr__(self, "body", checked(self.body, "body", prose=self.type in DOCUMENTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event at its place in the log, with the time (UTC) at which the log's own clock saw it."""

    sequence: int
    logged: datetime
    event: Event

    def as_map(self) -> dict[str, Json]:
        """The entry as the map that is canonicalised; what is absent has no key."""
        event = self.event
        fields: dict[str, Json | None] = {
            "schema": SCHEMA,
            "sequence": self.sequence,
            "logged": spell_time(self.logged),
            "type": event.type.value,
            "id": event.id,
            "at": spell_time(event.at),
            "actor": event.actor,
            "position": event.position,
            "case": event.case,
            "body": cast("Json", event.body),
        }
        return {key: value for key, value in fields.items() if value is not None}


def parse(body: bytes) -> Entry:
    """Read an entry's bytes back. Raises `EntryError` unless they are exactly one entry in canonical form."""
    if len(body) > MAX_ENTRY_BYTES:
        raise EntryError("An entry is too long.")
    fields = at_a_glance(body) or decode(body)
    if fields.get("schema") != SCHEMA:
        raise EntryError("An entry has a schema version that this program does not know.")
    try:
        entry = _entry(fields)
    except (EventError, KeyError, TypeError, ValueError, AttributeError):
        raise EntryError("An entry does not have the fields that its schema asks for.") from None
    if entry.as_map() != fields:
        raise EntryError("An entry has fields that its schema does not know.")
    return entry


def identify(body: bytes) -> tuple[int, str]:
    """The sequence and the id that an entry's bytes state. Raises `EntryError` exactly where `parse` does.

    For whoever reads a million entries: those without prose are judged without making an event of them, and whatever
    is not seen to be right at a glance is parsed.
    """
    fields = at_a_glance(body)
    if fields is not None and len(body) <= MAX_ENTRY_BYTES and _is_entry(fields):
        return cast("int", fields["sequence"]), cast("str", fields["id"])
    entry = parse(body)
    return entry.sequence, entry.event.id


_NEEDED = len(("schema", "sequence", "logged", "type", "id", "at", "actor", "body"))
_TERSE: frozenset[object] = frozenset(kind.value for kind in frozenset(EventType) - DOCUMENTS)


def _is_entry(fields: dict[str, Json]) -> bool:
    """Whether a map whose every string is a token is an entry, as `_entry` would find."""
    try:
        texts = fields["id"], fields["actor"], fields.get("position", ""), fields.get("case", "")
        read_time(cast("str", fields["at"]))
        read_time(cast("str", fields["logged"]))
        return (
            len(fields) == _NEEDED + ("position" in fields) + ("case" in fields)
            and fields["schema"] == SCHEMA
            and fields["type"] in _TERSE
            and type(fields["sequence"]) is int
            and type(fields["body"]) is dict
            and all(type(text) is str for text in texts)
        )
    except (KeyError, TypeError, ValueError):
        return False


def _entry(fields: dict[str, Json]) -> Entry:
    text = {key: value for key, value in fields.items() if isinstance(value, str)}
    sequence, body = fields["sequence"], fields["body"]
    if type(sequence) is not int or not isinstance(body, dict):
        raise TypeError
    event = Event(
        type=EventType(text["type"]),
        id=text["id"],
        at=read_time(text["at"]),
        actor=text["actor"],
        position=text.get("position"),
        case=text.get("case"),
        body=body,
    )
    return Entry(sequence=sequence, logged=read_time(text["logged"]), event=event)


def spell_time(moment: datetime) -> str:
    """A UTC time as `YYYY-MM-DDThh:mm:ss.ffffffZ`. Raises `EventError` for a time that is not in UTC."""
    if moment.utcoffset() != timedelta(0):
        raise EventError("The event's time is not in UTC.", remedy="Pass a time with the UTC time zone.")
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_time(text: str) -> datetime:
    """The reverse of `spell_time`; raises `ValueError` for any other spelling."""
    if _TIME.fullmatch(text) is None:
        raise ValueError("not a time")
    return datetime.fromisoformat(text)
