"""Check 14: whether one candidate cost far more effort than the others at the same step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from vetting.log.event import EventType
from vetting.search import Outcome, step_of
from vetting.uniformity.events import mapped
from vetting.uniformity.matching import asked_often
from vetting.uniformity.position_log import PositionLog
from vetting.uniformity.result import Finding, exception, noted, unsaid

FAR: Final = 5.0
"""Robust standard deviations from the median (1.4826 times the median absolute deviation) from which on a search is
looked at. Of searches alike it names two in ten thousand."""
FEWEST: Final = 8
"""Candidates below which a median says nothing of anybody."""
_TO_SIGMA: Final = 1.4826
_LEAST_SPREAD: Final = {"milliseconds": 0.35, "captures": 0.35, "attempts": 0.35}
"""Of the logarithm: no search is named that took less than about six times the median."""


def same_effort(log: PositionLog) -> Iterator[Finding]:
    """Check 14. Answered searches only: how long a failure takes is the server's doing."""
    yield from _imported(log)
    yield from asked_often(log)
    searches = log.searches
    if searches["case"].nunique() < FEWEST:
        yield unsaid(f"Fewer than {FEWEST} candidates were searched: no search can stand out.")
        return
    if (searches["milliseconds"] < 0).any():
        yield unsaid("How long some searches took is not in the log: it is from before it was.")
    answered = searches[searches["outcome"].isin([Outcome.COMPLETED.value, Outcome.NO_RESULTS.value])]
    for name, spread in _LEAST_SPREAD.items():
        yield from _outliers(answered, name, spread)


def _outliers(answered: pd.DataFrame, name: str, spread: float) -> Iterator[Finding]:
    """One finding for each case, with all its searches that stand out upwards or downwards."""
    known = answered[answered[name] >= 0]
    step = mapped(known["key"], step_of).astype("category")
    effort = pd.Series(np.log1p(known[name].to_numpy(dtype=float)), index=known.index)
    by_step = effort.groupby(step, observed=True)
    middle = by_step.transform("median")
    away = (effort - middle).abs().groupby(step, observed=True).transform("median") * _TO_SIGMA
    z = (effort - middle) / away.clip(lower=spread)
    enough = known["case"].cat.codes.groupby(step, observed=True).transform("nunique") >= FEWEST
    far = known.assign(z=z)[(z.abs() > FAR) & enough]
    for case, part in far.groupby("case", observed=True):
        keys = ", ".join(part["key"])
        more = "more" if (part["z"] > 0).all() else "less" if (part["z"] < 0).all() else "more or less"
        yield exception(part["sequence"], f"{case} took far {more} {name} than the others at {keys}.")


def _imported(log: PositionLog) -> Iterator[Finding]:
    """What an investigator imported is looked at; what the candidate handed over is only listed."""
    for row in log.of(EventType.EVIDENCE_IMPORTED):
        weigh = noted if row.body.get("from") == "candidate" else exception
        giver = "the candidate" if row.body.get("from") == "candidate" else row.actor
        yield weigh([row.sequence], f"A file from {giver} was imported into {row.case}, beside the searches.")
