"""The filter over JSON lines: bytes in, one answer for each line, in order and in bounded memory.

A line is `{"id": ..., "text": ...}`. One that is none is answered in its place, withheld, so that nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from filters.withholding import Withheld, WithheldReason, Withholding

LONGEST_LINE = 512 * 1024
"""Bytes of one line that are kept: twice the longest passage with every character written as an escape."""
BATCH_LINES = 64
BATCH_BYTES = 64 * 1024
"""A batch holds no more lines, and no more bytes unless one line alone has more."""
_MARK = b"\xef\xbb\xbf"


class _Number(str):
    """A number as it was written: an identifier goes back unchanged, however many digits it has."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line as it was read. As confidential as its text."""

    id: str
    """As JSON."""
    text: str = ""
    reason: WithheldReason | None = None
    """Why the line itself holds no text to filter; None where it does."""

    def __repr__(self) -> str:
        return f"Item({self.reason or 'text'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the filter makes of one text: neutral text or the reason, and the spans where they were asked for."""

    outcome: str | Withheld
    spans: tuple[Withholding, ...] = ()


def lines(chunks: Iterable[bytes]) -> Iterator[list[bytes | None]]:
    """The lines that each chunk completes, without their ends; None for a line over `LONGEST_LINE`.

    Gives what is complete as soon as it is there, so that a slow writer gets answers. A last line needs no end.
    """
    rest, long = bytearray(), False
    for chunk in chunks:
        *ended, tail = chunk.split(b"\n")
        found: list[bytes | None] = []
        for part in ended:
            found.append(None if long or len(rest) + len(part) > LONGEST_LINE else bytes(rest) + part)
            rest.clear()
            long = False
        long = long or len(rest) + len(tail) > LONGEST_LINE
        if long:
            rest.clear()
        else:
            rest += tail
        if found:
            yield found
    if rest or long:
        yield [None if long else bytes(rest)]


def batches(groups: Iterable[Sequence[bytes | None]]) -> Iterator[tuple[Item, ...]]:
    """The items of each group of lines, in batches of bounded size."""
    for group in groups:
        batch: list[Item] = []
        size = 0
        for line in group:
            if batch and (len(batch) == BATCH_LINES or size + len(line or b"") > BATCH_BYTES):
                yield tuple(batch)
                batch, size = [], 0
            batch.append(item(line))
            size += len(line or b"")
        if batch:
            yield tuple(batch)


def item(line: bytes | None) -> Item:
    """One line read strictly: UTF-8, one JSON object, a text that is a string. Never raises."""
    if line is None:
        return Item(id="null", reason=WithheldReason.TOO_LONG)
    try:
        fields = json.loads(
            line.removeprefix(_MARK).decode("utf-8"),
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return Item(id="null", reason=WithheldReason.UNDECODABLE)
    name, text = _identifier(fields.get("id")), fields.get("text")
    if name is None or not isinstance(text, str) or isinstance(text, _Number):
        return Item(id=name or "null", reason=WithheldReason.UNDECODABLE)
    return Item(id=name, text=text)


def written(one: Item, answer: Answer | None, *, explain: bool = False) -> bytes:
    """The answer as one line of JSON in ASCII, with its end: no character of it can move a terminal's cursor.

    A line without a text has no `answer`. The spans are written only where the caller may `explain`.
    """
    outcome = answer.outcome if answer is not None else Withheld(reason=one.reason or WithheldReason.FAILED)
    fields: dict[str, object] = {"status": "released", "text": outcome}
    if isinstance(outcome, Withheld):
        fields = {"status": "withheld", "text": "", "reason": outcome.reason.value}
    if explain:
        fields["spans"] = [_span(span) for span in answer.spans] if answer is not None else []
    return f'{{"id": {one.id}, {json.dumps(fields)[1:]}\n'.encode("ascii")


def write_items(items: Sequence[Item], *, explain: bool) -> bytes:
    """A batch for the process that works on it."""
    rows = [(one.id, one.text, one.reason and one.reason.value) for one in items]
    return json.dumps({"items": rows, "explain": explain}).encode("ascii")


def read_items(frame: bytes) -> tuple[tuple[Item, ...], bool]:
    """What `write_items` wrote. Raises ValueError, KeyError or TypeError on anything else."""
    said = json.loads(frame)
    return tuple(Item(id=i, text=t, reason=r and WithheldReason(r)) for i, t, r in said["items"]), said["explain"]


def _span(span: Withholding) -> Mapping[str, object]:
    return {
        "class": span.protected_class.value,
        "recognizer": span.recognizer,
        "start": span.start,
        "end": span.end,
        "score": span.score,
    }


def _identifier(name: object) -> str | None:
    """An identifier as JSON: a string, a number or nothing. None for what is no identifier."""
    if isinstance(name, _Number):
        return str(name)
    return json.dumps(name) if name is None or isinstance(name, str | bool) else None


def _no_number(_name: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError
