"""The page docs/filter-quality.md: the bar, then misses and false alarms by class and axis. Counts, never texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from filters.measuring.counting import Share
from filters.quality import BARS, Bar, Figure

BEGIN, END = "<!-- limits: written by hand, kept by make bench-filter -->", "<!-- end of limits -->"
_EMPTY = "To be written."
_SAME = "pairs that look the same"
_OF_PAIRS = (_SAME, "same, both withheld counted as same", "shared words kept", "pairs both withheld whole")
_WRONG = re.compile(r"(?:left|lost|touched|withheld whole|\(should stay\))$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything measured of one filter."""

    shares: tuple[Share, ...]
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What was run: the day, how many texts, whether all of them, with the swap test or without."""

    when: str
    texts: int
    whole: bool
    swaps: bool
    authors: int
    selected: int
    passages: int


def page(ours: Measured, stock: Measured, about: About, limits: str) -> str:
    """The whole page in Markdown."""
    blocks = [
        "# How well the filter filters",
        _preface(about),
        "## The bar",
        *_bar_table(ours.figures, stock.figures),
        "## Misses: what stayed readable",
        _MISSES,
        *_shares("Descriptors, HolisticBias", "holisticbias: ", ours, stock),
        *_shares("Identities and conduct, HateCheck", "hatecheck: ", ours, stock),
        *_shares("Court cases by paragraph, TAB", "tab: ", ours, stock),
        *_shares("Encyclopedia snippets, GAP", "gap: ", ours, stock),
        *_names_table(ours.figures, stock.figures),
        "## Another class, the same text",
        _PAIRS,
        *_pair_table(ours, stock),
        "## What a trained adversary still guesses",
        _adversary_text(about),
        *_guess_table(ours, stock),
        "## False alarms",
        *_shares("Neutral text", "neutral: ", ours, stock),
        "## Disguised words and texts that nobody can vouch for",
        *_shares("Disguised words, ours", "disguised words: ", ours, stock),
        *_shares("Fail closed, ours", "fail closed: ", ours, stock),
        _OWN,
        "## How it is counted",
        _COUNTED,
        "## What it cannot do",
        f"{BEGIN}\n{limits}\n{END}",
    ]
    return "\n\n".join(blocks) + "\n"


def kept_paragraph(path: Path) -> str:
    """The paragraph about limits of the page that stands there, so that a new measurement keeps it."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return text.partition(BEGIN)[2].partition(END)[0].strip() or _EMPTY


_MISSES = """Withheld means that no telling word of the labelled span is left: half a descriptor left is a miss. Wrong:
how many misses, or, of what should stay, how many were lost."""

_OWN = """Both are made by this repository: words of the lexicons that stand for persons, in disguises and sentences of
ours, and short harmless sentences in other languages. That an exception inside the filter withholds is a test
(`tests/filters/test_sanitizing.py`), not a measurement."""

_COUNTED = """- Words are compared without case, plural `s` and agreement (`was`, `were`). What filters put (`a
  protected group`, `<PERSON>`) is taken out first. A word of a label that also stands outside every label may stay
  as often as it stands there. In encyclopedia snippets a name may stand nowhere in the output.
- A demographic mention of a court case counts as protected where it is labelled confidential, says an age, or holds a
  capitalized word, unless its head is an agent noun or a rank. The source's own labelling is not public, so that this
  row is near the published one and not the same. Documents are read by paragraph.
- The neutral texts are technical questions and hold a few real names and dates, which are withheld rightly: about half
  a percent of words.
- The adversary's standard error is that of the figure itself; training on few people adds about half as much again.
- Posts per CPU second are counted on the authors' posts, memory on the fullest of the processes, one for each core."""

_PAIRS = """Two variants of one text that differ in a class only, compared byte for byte. A pair of which both are
withheld whole counts as no pair in the column `filter`, and as the same in `both withheld as same`. Kept: the share of
the words that both variants have and that both outputs still have."""


def _preface(about: About) -> str:
    swaps = "with its swap test, as it ships" if about.swaps else "without its swap test"
    every = "every case" if about.whole else "a sample"
    return (
        f"Written by `make bench-filter` on {about.when}: {every} of the development data by others\n"
        f"({about.texts:,} texts, read beside the repository, none of it kept here), stock Presidio on the same\n"
        f"language model beside it in the same run. What is scored is the final visible text, {swaps}.\n"
        "A text withheld whole hides everything and keeps nothing; how many are is a row of its own. Intervals are\n"
        "Wilson's, 95 %. Development data guides; the held-out half, which nobody who writes the filter sees, decides."
    )


def _adversary_text(about: About) -> str:
    return (
        "Words and word pairs (TF-IDF) into a logistic regression, five folds grouped by person; area under the ROC\n"
        "curve, chance .5, with its standard error. A large model guesses better: these are lower bounds of what\n"
        f"leaks. A decision maker never sees a feed: of {about.authors} authors, {about.selected} have a passage\n"
        f"that a job-related cue proposes ({about.passages} passages). The others' packets are empty and alike, so\n"
        "that the packet's figures say mostly that nothing is shown of most people, not that a quoted passage tells\n"
        "nothing. By default a report holds statements of a closed vocabulary only; a quotation is the exception.\n"
        "The feed is the figure of a filter that sanitizes without selecting."
    )


def _bar_table(ours: Mapping[str, Figure], stock: Mapping[str, Figure]) -> Iterator[str]:
    rows = ["| metric | stock | filter | bar | aim | met | interval, count |", "|---|---|---|---|---|---|---|"]
    for bar in BARS:
        mine, peer = ours.get(bar.figure), stock.get(bar.figure)
        rows.append(
            f"| {bar.metric} | {_figure(peer)} | {_figure(mine)} | {_number(bar.bar)} | {_number(bar.aim)} "
            f"| {_verdict(bar, mine)} | {mine.about if mine else ''} |"
        )
    yield "\n".join(rows)


def _verdict(bar: Bar, mine: Figure | None) -> str:
    if mine is None:
        return "not measured"
    return "yes" if bar.met(mine.value) else "**no**"


def _shares(title: str, prefix: str, ours: Measured, stock: Measured) -> Iterator[str]:
    peers = {share.name: share for share in stock.shares}
    chosen = [share for share in ours.shares if share.name.startswith(prefix) and not share.name.endswith(_OF_PAIRS)]
    if not chosen:
        return
    rows = ["| what | stock | filter | wrong | of | interval |", "|---|---|---|---|---|---|"]
    for share in chosen:
        low, high = share.interval
        peer = peers.get(share.name)
        rows.append(
            f"| {share.name.removeprefix(prefix)} | {_number(peer.value) if peer else ''} | {_number(share.value)} "
            f"| {_wrong(share):,} | {share.whole:,} | {low:.3f} to {high:.3f} |"
        )
    yield f"### {title}"
    yield "\n".join(rows)


def _names_table(ours: Mapping[str, Figure], stock: Mapping[str, Figure]) -> Iterator[str]:
    prefix = "bbq_names: as-is, "
    groups = sorted(n.removeprefix(prefix) for n in ours if n.startswith(prefix) and "largest" not in n)
    rows = [
        "| group | stock, as written | filter, as written | stock, lower-case | filter, lower-case | interval, count |",
        "|---|---|---|---|---|---|",
    ]
    for group in (*groups, "largest gap"):
        cells = [f"bbq_names: {how}, {group}" for how in ("as-is", "lower-case")]
        values = " | ".join(_figure(side.get(cell)) for cell in cells for side in (stock, ours))
        rows.append(f"| {group} | {values} | {ours[cells[1]].about if cells[1] in ours else ''} |")
    if groups:
        yield "### Names withheld, by the group they suggest, BBQ names"
        yield "\n".join(rows)


def _wrong(share: Share) -> int:
    """How many of what was counted are misses or false alarms."""
    bad = _WRONG.search(share.name) and not share.name.startswith("fail closed: ")
    return share.part if bad else share.whole - share.part


def _pair_table(ours: Measured, stock: Measured) -> Iterator[str]:
    mine, peers = ({s.name: s for s in m.shares} for m in (ours, stock))
    sets = list(dict.fromkeys(n.removesuffix(f": {_SAME}") for n in mine if n.endswith(f": {_SAME}")))
    rows = [
        "| set / axis | stock | filter | pairs | interval | both withheld as same | both withheld | kept | stock |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in sorted(sets):
        same, kept = mine[f"{name}: {_SAME}"], f"{name}: shared words kept"
        low, high = same.interval
        rows.append(
            f"| {name} | {_number(peers[same.name].value)} | {_number(same.value)} | {same.whole:,} "
            f"| {low:.3f} to {high:.3f} | {_number(mine[f'{name}: same, both withheld counted as same'].value)} "
            f"| {mine[f'{name}: pairs both withheld whole'].part:,} | {_number(mine[kept].value)} "
            f"| {_number(peers[kept].value)} |"
        )
    yield "\n".join(rows)


def _guess_table(ours: Measured, stock: Measured) -> Iterator[str]:
    rows = ["| attribute | stock | filter | standard error, people |", "|---|---|---|---|"]
    for name, figure in ours.figures.items():
        if figure.about.startswith("±"):
            rows.append(f"| {name} | {_figure(stock.figures.get(name))} | {_figure(figure)} | {figure.about} |")
    yield "\n".join(rows)


def _figure(figure: Figure | None) -> str:
    return "" if figure is None else _number(figure.value)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.3f}"
