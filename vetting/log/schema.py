"""What an entry looks like, as a JSON Schema: for readers without this program; it decides nothing here."""

import json
from typing import Any

from vetting.log.event import MAX_ENTRY_BYTES, SCHEMA, EventType
from vetting.log.meanings import MEANINGS

SCHEMA_FILES = {SCHEMA: "schema/event-1.json"}
"""The file of each schema version that this program can read."""
_TOKEN = "^[A-Za-z0-9][A-Za-z0-9._:+/=-]{0,127}$"  # noqa: S105 - the form of an identifier, no secret
_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """The schema `vetting.event/1` as JSON."""
    return json.dumps(_schema(), indent=2, sort_keys=True) + "\n"


def _schema() -> dict[str, Any]:
    token, time = {"type": "string", "pattern": _TOKEN}, {"type": "string", "pattern": _TIME}
    return {
        "$schema": _DRAFT,
        "$id": SCHEMA,
        "title": "One entry of the transparency log",
        "description": "Canonical JSON (RFC 8785) without floats and null, keys in ASCII snake_case, at most "
        f"{MAX_ENTRY_BYTES} bytes. Leaf hash: SHA-256 of a zero byte and these bytes (RFC 6962).",
        "type": "object",
        "additionalProperties": False,
        "required": ["schema", "sequence", "logged", "type", "id", "at", "actor", "body"],
        "properties": {
            "schema": {"const": SCHEMA},
            "sequence": {"type": "integer", "minimum": 0, "description": "its place, counted from 0"},
            "logged": time | {"description": "when the log's own clock saw it, UTC"},
            "type": {"enum": sorted(kind.value for kind in EventType)},
            "id": token | {"description": "idempotency key"},
            "at": time | {"description": "when it was done, UTC"},
            "actor": token | {"description": "who did it, by person id"},
            "position": token,
            "case": token,
            "body": {"type": "object", "description": "identifiers, codes, counts, digests, commitments"},
        },
        "oneOf": [_meaning(kind) for kind in sorted(EventType)],
    }


def _meaning(kind: EventType) -> dict[str, Any]:
    """What an entry of this type says, in words."""
    when, body = MEANINGS[kind]
    said = {"description": body} if body else {}
    return {"title": kind.value, "description": when, "properties": {"type": {"const": kind.value}, "body": said}}
