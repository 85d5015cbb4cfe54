"""The entries of a verified log that one position's audit needs, as one table.

A department's largest position may have close to a million entries, so each is decoded once, by the standard library,
into columns. Verification shows that nobody changed an entry, not that its fields have the form that desks give them:
where one has not and keeps a check from being made, `forms` names it.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from vetting.uniformity.belonging import Belonging

COLUMNS: Final = ("sequence", "logged", "type", "at", "actor", "case", "body")
_NO_CASE: Final = ""


class Row(NamedTuple):
    """One entry, read from the table."""

    sequence: int
    logged: pd.Timestamp
    type: str
    at: pd.Timestamp
    actor: str
    case: str
    """Empty where the entry is of no case."""
    body: Mapping[str, Any]


def read(bodies: Iterable[bytes], position: str) -> pd.DataFrame:
    """The table of one position, from the stored bytes of a verified log's entries."""
    return table((json.loads(body) for body in bodies), position)


def table(entries: Iterable[Mapping[str, Any]], position: str) -> pd.DataFrame:
    """The table of one position: its own entries, those about people that are of no position, and those that say that
    they are of none or of another although they are its own (`belonging.Belonging`).

    Takes entries as maps (`vetting.log.event.Entry.as_map`). Columns: sequence; logged and at (UTC, without a zone);
    type, actor and case (empty for none), each once for all rows that share it; body; position (empty for none).
    """
    with uncollected():
        columns: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "position")}
        sequence, logged, type_, at, actor, case, body, place = columns.values()
        ours = Belonging(position)
        for taken in (filter(ours.take, entries), ours.found_late()):
            for entry in taken:
                place.append(entry.get("position", ""))
                sequence.append(entry["sequence"])
                logged.append(entry["logged"])
                type_.append(entry["type"])
                at.append(entry["at"])
                actor.append(entry["actor"])
                case.append(entry.get("case", _NO_CASE))
                body.append(entry["body"])
        return _framed(columns)


def _framed(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sequence": np.array(columns["sequence"], dtype=np.int64),
            "logged": _times(columns["logged"]),
            "type": categorical(columns["type"]),
            "at": _times(columns["at"]),
            "actor": categorical(columns["actor"]),
            "case": categorical(columns["case"]),
            "body": pd.Series(columns["body"], dtype=object),
            "position": categorical(columns["position"]),
        }
    )


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for circular garbage, which a million maps have none of: it would walk them over and over."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _times(spelled: Sequence[str]) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    return np.array([text[:-1] for text in spelled], dtype="datetime64[us]")


def rows(events: pd.DataFrame) -> list[Row]:
    """The rows of a (small) part of the table."""
    return [Row(*values) for values in zip(*(words(events[column]) for column in COLUMNS), strict=True)]


def mapped(column: pd.Series[Any], values: Mapping[Any, Any] | Callable[[Any], Any]) -> pd.Series[Any]:
    """What each row of a categorical column stands for, found once for each category; NaN where a map lacks it."""
    find = values.get if isinstance(values, Mapping) else values
    found = pd.Series([find(category) for category in column.cat.categories], dtype=object)
    return found.take(column.cat.codes.to_numpy()).set_axis(column.index)


def words(column: pd.Series[Any]) -> list[Any]:
    """The values of a column one by one; a categorical column is slow to walk as it is."""
    return list(column.astype(object)) if isinstance(column.dtype, pd.CategoricalDtype) else column.tolist()


def field(bodies: Sequence[Mapping[str, Any]], name: str, default: object) -> list[Any]:
    """One field of every body; the default where a body lacks it."""
    try:
        return list(map(itemgetter(name), bodies))
    except KeyError:
        return [body.get(name, default) for body in bodies]


def categorical(found: Sequence[Any]) -> pd.Categorical[Any]:
    """What `pandas.Categorical` makes of these words, in less time; by pandas itself where they are not all words."""
    try:
        categories = sorted(set(found))
        number = {category: code for code, category in enumerate(categories)}
        codes = np.fromiter(map(number.__getitem__, found), dtype=np.int64, count=len(found))
        return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(categories))
    except (TypeError, ValueError):
        return pd.Categorical(found)


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a part of the table as named tuples, of whatever columns it has."""
    return iter(frame.itertuples(index=False)) if len(frame) else iter(())  # a type is made for each call otherwise
