"""The index of a web archive (CDX) in the two dialects that are spoken, read to the pages worth reading.

pywb answers an object a line, the Internet Archive one array of arrays whose first row names the fields and whose last
may hold a key to go on with. Both list captures that repeat an earlier one as `warc/revisit`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from vetting.search import Search
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet, Response
from vetting.sources.page_text import JsonValue, json_of, words

_TEXT_TYPES: Final = frozenset({"text/html", "text/plain", "application/xhtml+xml"})
_REVISIT: Final = "warc/revisit"
_TIMESTAMP: Final = re.compile(r"^\d{14}$")
_PORT: Final = re.compile(r"^(http://[^/:]+):80(?=/|$)|^(https://[^/:]+):443(?=/|$)")
"""The Internet Archive lists old captures with the port that everybody leaves out."""
_ROWS_FOR_EACH_ITEM: Final = 10
"""An index lists every capture of every picture too; this many rows are asked for to find one text."""
_FIELDS: Final = "timestamp,original,mimetype,statuscode,digest"
_NAMES: Final = {"original": "url", "mimetype": "mime", "statuscode": "status"}


class Dialect(StrEnum):
    """How an archive's index is asked and answers."""

    PYWB = "pywb"
    INTERNET_ARCHIVE = "internet_archive"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Memento:
    """One archived page (RFC 7089) as the index lists it."""

    url: str
    timestamp: str
    listed_as_text: bool
    """False for a revisit, of which the index tells no type."""

    @property
    def archived_at(self) -> datetime:
        """When the archive saw it."""
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def mementos(cdx: str, dialect: Dialect, address: str, search: Search, internet: Internet) -> list[Memento]:
    """The different texts below `address`: up to `max_items`, in the order of the index.

    Of captures with one digest the first is taken. A revisit is the same text as the capture it repeats; where that is
    not among the rows, the revisit is read in its place. Raises NotSearchedError for an index that does not answer.
    """
    asked = _pywb if dialect is Dialect.PYWB else _internet_archive
    rows = list(asked(cdx, address, search, internet))
    texts = {words(row.get("digest")) for row in rows if _is_text(row)}
    found: dict[str, Memento] = {}
    for row in rows:
        digest, memento = words(row.get("digest")), _memento(row)
        if memento and (_is_text(row) or (_is_revisit(row) and digest not in texts)):
            found.setdefault(digest or f"{memento.timestamp}/{memento.url}", memento)
    return list(found.values())[: search.step.max_items]


def _pywb(cdx: str, address: str, search: Search, internet: Internet) -> Iterator[dict[str, JsonValue]]:
    limit = search.step.max_items * _ROWS_FOR_EACH_ITEM
    params = {"url": address, "matchType": "prefix", "output": "json", "limit": str(limit)}
    response = _index(cdx, params, "text/x-ndjson, application/json", internet)
    for line in response.body.splitlines():
        if line.strip():
            yield _object(line)


def _internet_archive(cdx: str, address: str, search: Search, internet: Internet) -> Iterator[dict[str, JsonValue]]:
    """Rows over up to `max_pages` answers; the server leaves out what was an error or redirect when it was archived."""
    params = {
        "url": address,
        "matchType": "prefix",
        "output": "json",
        "fl": _FIELDS,
        "filter": "!statuscode:[1345]..",
        "collapse": "digest",
        "limit": str(search.step.max_items * _ROWS_FOR_EACH_ITEM),
        "showResumeKey": "true",
    }
    keys: set[str] = set()
    for _ in range(search.step.max_pages):
        rows, key = _arrays(_index(cdx, params, "application/json", internet))
        yield from rows
        if not key or key in keys:
            return
        keys.add(key)
        params = {**params, "resumeKey": key}


def _index(cdx: str, params: dict[str, str], accept: str, internet: Internet) -> Response:
    response = internet.get(cdx, params=params, accept=accept)
    if not response.ok:  # an index without rows is a 200; a 404 is an index that is not there
        raise NotSearchedError(Reason.API_ERROR)
    return response


def _arrays(response: Response) -> tuple[list[dict[str, JsonValue]], str]:
    """The rows by field, and the key of the next answer: it stands alone behind an empty row."""
    document = json_of(response)
    if not isinstance(document, list):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    lines = [_line(line) for line in document]
    key = ""
    if len(lines) > 2 and not lines[-2] and len(lines[-1]) == 1:
        key, lines = lines[-1][0], lines[:-2]
    if not lines:
        return [], ""
    names = [_NAMES.get(name, name) for name in lines[0]]
    if not {"url", "timestamp"} <= set(names) or any(len(line) != len(names) for line in lines):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return [dict(zip(names, line, strict=True)) for line in lines[1:]], key


def _line(line: JsonValue) -> list[str]:
    if not isinstance(line, list):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return [words(value) for value in line]


def _object(line: bytes) -> dict[str, JsonValue]:
    failed = False
    row: JsonValue = None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        failed = True
    if failed or not isinstance(row, dict):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return row


def _is_text(row: dict[str, JsonValue]) -> bool:
    return words(row.get("status")) == "200" and words(row.get("mime")) in _TEXT_TYPES


def _is_revisit(row: dict[str, JsonValue]) -> bool:
    return words(row.get("mime")) == _REVISIT


def _memento(row: dict[str, JsonValue]) -> Memento | None:
    """None for a row without an address or a real time."""
    timestamp, url = words(row.get("timestamp")), words(row.get("url"))
    if not url or not _is_time(timestamp):
        return None
    return Memento(url=_PORT.sub(r"\1\2", url), timestamp=timestamp, listed_as_text=_is_text(row))


def _is_time(timestamp: str) -> bool:
    if not _TIMESTAMP.match(timestamp):
        return False
    try:
        datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True
