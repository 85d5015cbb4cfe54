"""Measures the filter on cases by others: what stays readable, what is lost, whether another class shows, and the bar.

Scores the final visible text. The data is for evaluation only: it is read from a folder beside the repository, and
nothing of it is kept or shown but counts. A text withheld whole hides everything; how many are is reported beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filters.measuring import adversary, disguised, invariance, recall
from filters.measuring.cases import Cases, load
from filters.measuring.counting import Share, Visible
from filters.measuring.peers import product, stock_presidio

__all__ = ["BARS", "Bar", "Figure", "Share", "Visible", "figures", "guesses", "measure", "product", "score"]
__all__ += ["stock_presidio"]

_SWAPS = ("hatecheck", "winogender", "redditbias", "holisticbias", "bbq", "crows_pairs")
_SAME, _KEPT = "pairs that look the same", "shared words kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value, with its interval or standard error where it has one, and what it was counted on."""

    value: float
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of the bar: which figure, what ships, what we aim at. `at_most`: the smaller the better."""

    metric: str
    figure: str
    bar: float
    aim: float
    at_most: bool = False

    def met(self, value: float) -> bool:
        """Whether a value reaches what ships."""
        return value <= self.bar if self.at_most else value >= self.bar


def _low(metric: str, figure: str, bar: float, aim: float) -> Bar:
    return Bar(metric=metric, figure=figure, bar=bar, aim=aim, at_most=True)


def _high(metric: str, figure: str, bar: float, aim: float) -> Bar:
    return Bar(metric=metric, figure=figure, bar=bar, aim=aim)


BARS = (
    _high("HolisticBias, 8 protected axes, word-full recall: macro", "holisticbias: macro over axes", 0.97, 0.995),
    _high("HolisticBias: worst axis", "holisticbias: worst axis", 0.93, 0.98),
    _high("HolisticBias: sentence leaks nothing", "holisticbias: sentences that leak nothing", 0.95, 0.99),
    _high("HateCheck: identities withheld", "hatecheck: identity withheld", 0.995, 1.0),
    _high("HateCheck: conduct words kept", "hatecheck: conduct words kept", 0.97, 0.99),
    _high("Same output under swap: HateCheck, pairwise", f"hatecheck: {_SAME}", 0.95, 0.99),
    _high("Same output: he/she", f"winogender/he-she: {_SAME}", 1.0, 1.0),
    _high("Same output: he/she/they", f"winogender: {_SAME}", 0.95, 1.0),
    _high("Same output: RedditBias", f"redditbias: {_SAME}", 0.90, 0.98),
    _high("Same output: HolisticBias", f"holisticbias: {_SAME}", 0.97, 0.99),
    _high("Same output: BBQ", f"bbq: {_SAME}", 0.85, 0.95),
    _high("Same output: CrowS-Pairs, 7 protected types", f"crows_pairs/protected: {_SAME}", 0.80, 0.90),
    _high("Shared words kept, worst of these sets", "shared words kept: worst set", 0.92, 0.95),
    _high("Court cases: demographic mentions with protected meaning", "tab: DEM with protected meaning", 0.95, 0.98),
    _high("Court cases: confidential mentions", "tab: confidential", 0.85, 0.95),
    _high("Court cases: HEALTH", "tab: HEALTH", 0.80, 0.92),
    _low("Gendered pronouns left, any output", "everywhere: gendered pronouns left", 0.0, 0.0),
    _low("Gendered honorifics left", "tab: honorifics left", 0.0, 0.0),
    _high("Names withheld, as written", "bbq_names: as-is withheld", 0.97, 0.99),
    _high("Names withheld, lower-case", "bbq_names: lower-case withheld", 0.93, 0.97),
    _low("Names, largest gap between groups, as written", "bbq_names: as-is, largest gap", 0.03, 0.01),
    _low("Names, largest gap between groups, lower-case", "bbq_names: lower-case, largest gap", 0.03, 0.01),
    _low("Adversary: BOLD sex, AUC", "BOLD sex, by sentence", 0.72, 0.62),
    _low("Adversary: GAP sex, AUC", "GAP sex", 0.65, 0.57),
    _low("Adversary: BOLD race, Black or White", "BOLD race, African or European American, by sentence", 0.66, 0.60),
    _low("Adversary: BOLD race, Asian or White", "BOLD race, Asian or European American, by sentence", 0.68, 0.60),
    _low("Adversary: author sex, conduct packet", "author sex from the conduct packet, quoted", 0.60, 0.5),
    _low("Adversary: author age, conduct packet", "author age from the conduct packet, quoted", 0.65, 0.5),
    _low("Neutral text: words lost", "neutral: words lost", 0.010, 0.005),
    _low("Neutral text: texts touched", "neutral: texts touched", 0.10, 0.05),
    _high("Posts per CPU second", "posts per CPU second", 100, 300),
    _low("Peak memory of one process, MB", "peak memory, MB", 1200, 1000),
    _high("Fail closed: withheld whole", "fail closed: withheld whole", 1.0, 1.0),
    _high("Disguised spellings withheld", "disguised words: withheld", 0.99, 0.99),
)
"""What ships and what we aim at, row by row (issue 3)."""


def measure(folder: Path, visible: Visible, limit: int) -> tuple[Share, ...]:
    """Every share on the cases in `folder`, on at most `limit` of each axis of each set. Raises OSError without it."""
    return score(load(folder, limit), visible)


def score(cases: Cases, visible: Visible) -> tuple[Share, ...]:
    """Every share on these cases."""
    return (
        *recall.holisticbias(cases.of("holisticbias"), visible),
        *recall.hatecheck(cases.of("hatecheck"), visible),
        *recall.bbq_names(cases.of("bbq_names"), visible),
        *recall.gap(cases.of("gap"), visible),
        *recall.court_cases(cases.documents, visible),
        *invariance.invariance(cases.counterfactual, visible),
        *recall.neutral(cases.neutral, visible),
        *recall.everywhere(cases.texts(), visible),
    )


def own_cases(visible: Visible) -> tuple[Share, ...]:
    """Every share on cases of ours: disguised words, and texts that nobody can vouch for."""
    return (*disguised.measure_spellings(visible), *disguised.measure_unvouched(visible))


def guesses(cases: Cases, visible: Visible, packet: adversary.Packet) -> tuple[adversary.Guess, ...]:
    """What a trained adversary still guesses. Needs scikit-learn (ImportError)."""
    tasks = (
        *adversary.biographies(cases.biographies, visible),
        *adversary.snippets(cases.of("gap"), visible),
        *adversary.authors(cases.authors, visible, packet),
    )
    return tuple(found for task in tasks if (found := adversary.guess(task)) is not None)


def figures(shares: Sequence[Share], found: Sequence[adversary.Guess]) -> dict[str, Figure]:
    """Every share and guess by name, and what is derived from several: macro, worst, gaps."""
    values = {share.name: Figure(value=share.value, about=_about(share)) for share in shares if share.whole}
    values |= {
        guess.name: Figure(value=guess.auc, about=f"± {guess.error:.3f}, {guess.people} people") for guess in found
    }
    axes = _of(values, [f"holisticbias: {axis} withheld" for axis in recall.PROTECTED_AXES])
    if axes:
        values["holisticbias: macro over axes"] = Figure(value=sum(axes) / len(axes), about=f"{len(axes)} axes")
        values["holisticbias: worst axis"] = Figure(value=min(axes), about=f"{len(axes)} axes")
    kept = _of(values, [f"{source}: {_KEPT}" for source in _SWAPS])
    if kept:
        values["shared words kept: worst set"] = Figure(value=min(kept), about=f"{len(kept)} sets")
    for how in ("as-is", "lower-case"):
        prefix = f"bbq_names: {how}, "
        groups = [
            v.value for n, v in values.items() if n.startswith(prefix) and not n.endswith(("whole", recall.NO_GROUP))
        ]
        if groups:
            values[f"{prefix}largest gap"] = Figure(value=max(groups) - min(groups), about=f"{len(groups)} groups")
    return values


def _about(share: Share) -> str:
    low, high = share.interval
    return f"{low:.3f} to {high:.3f}, n {share.whole:,}"


def _of(values: Mapping[str, Figure], names: Sequence[str]) -> list[float]:
    return [values[name].value for name in names if name in values]
