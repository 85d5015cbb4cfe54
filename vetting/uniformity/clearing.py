"""Whether somebody was cleared for an act, and whether the log knew it when the act was done (check 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from vetting.log.event import EventType
from vetting.roles import PERMISSIONS, Permission
from vetting.uniformity.events import Row, each
from vetting.uniformity.position_log import PositionLog
from vetting.uniformity.result import Finding, exception, failing


def known_people(log: PositionLog) -> dict[str, list[Row]]:
    """What administrators recorded of each person."""
    people: dict[str, list[Row]] = {}
    for row in log.of(EventType.PERSON_ADDED, EventType.PERSON_CLEARED):
        people.setdefault(str(row.body.get("person")), []).append(row)
    return people


def why_not(known: list[Row], permission: Permission, at: pd.Timestamp) -> Iterator[str]:
    """What keeps a person from an act at that time. Times are those of the acts: an entry may be logged later."""
    added = [row for row in known if row.type == EventType.PERSON_ADDED and row.at <= at]
    roles = {str(role) for row in added for role in row.body.get("roles", ())}
    if not roles & {role.value for role in PERMISSIONS[permission]}:
        yield "held no role for it" if added else "was in no register of people"
    cleared = [row for row in known if row.type == EventType.PERSON_CLEARED and row.at <= at]
    if not cleared:
        yield "was not cleared for a sensitive position"
        return
    body, today = cleared[-1].body, at.date()
    if max(_day(body, "vetted_on"), _day(body, "confidentiality_signed_on")) > today:
        yield "was not cleared for a sensitive position"
    if _day(body, "training_expires_on") <= today:
        yield "had a training that had expired"


def _day(body: Mapping[str, object], name: str) -> date:
    try:
        return date.fromisoformat(str(body.get(name)))
    except ValueError:
        return date.max if name != "training_expires_on" else date.min


def cleared_late(
    log: PositionLog, people: Mapping[str, list[Row]], acts: pd.DataFrame, needed: Mapping[EventType, Permission]
) -> Iterator[Finding]:
    """Roles and clearances that are dated before an act and logged after it, and without which nobody might have done
    it. A crash keeps one back until something is logged next: what waited longer was dated back.
    """
    for person, known in people.items():
        for late in known:
            before = acts.iloc[: int(acts["sequence"].searchsorted(late.sequence))]
            before = before[(before["at"] >= late.at) & (before["actor"] == person)]
            carried = _carried(before, known, needed)
            if carried:
                weigh = exception if _kept_back(log.events, late) else failing
                told = f"What clears {person} is dated before acts that it clears, and was logged after them."
                yield weigh([*carried, late.sequence], told)


def _carried(acts: pd.DataFrame, known: list[Row], needed: Mapping[EventType, Permission]) -> list[int]:
    """The first act of each type and day that what was logged before it does not clear."""
    days = acts["at"].dt.floor("D").rename("day")
    firsts = acts.groupby(["type", days], observed=True, sort=False).agg(first=("sequence", "min"), at=("at", "min"))
    return [
        int(row.first)
        for row in each(firsts.reset_index())
        if any(why_not([one for one in known if one.sequence < row.first], needed[EventType(row.type)], row.at))
    ]


def _kept_back(events: pd.DataFrame, late: Row) -> bool:
    """Whether what was logged between an act and its entry may be one act, which found the log not up to date."""
    between = events[(events["sequence"] < late.sequence) & (events["logged"] > late.at)]
    return len(between["logged"].unique()) <= 1
