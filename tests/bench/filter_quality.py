"""Scores the filter and stock Presidio on the development cases by others, and writes docs/filter-quality.md.

`VETTING_BENCH_CASES=200` takes that many cases of each axis of each set, and prints instead of writing;
`VETTING_BENCH_SWAPS=0` leaves out the filter's own swap test.
"""

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filters.measuring.cases import Cases
    from filters.measuring.report import Measured

os.environ.setdefault("OMP_NUM_THREADS", "1")  # CPU seconds are counted by process

ROOT = Path(__file__).resolve().parents[2]
PACKS = ("federal", "massachusetts", "california", "new_york", "illinois", "washington")
EVERY = 10**9
LIMIT = int(os.environ.get("VETTING_BENCH_CASES") or EVERY)
SWAPS = os.environ.get("VETTING_BENCH_SWAPS", "1") != "0"
PAGE = ROOT / "docs" / "filter-quality.md"
CHUNK = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """What one process made of one portion of texts."""

    seen: tuple[str | None, ...]
    cpu_seconds: float
    peak_mb: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What one filter made of every text."""

    seen: dict[str, str | None]
    posts_per_cpu_second: float
    peak_mb: int
    wall_seconds: float


_visible: list[Callable[[str], str | None]] = []


def start(system: str) -> None:
    """Loads one filter into this process."""
    from filters import quality
    from filters.analyzer import Analyzer

    if system == "stock":
        _visible.append(quality.stock_presidio())
    else:
        analyzer = Analyzer.load(ROOT / "config" / "class_packs", PACKS)
        _visible.append(quality.product(analyzer, swaps=SWAPS))
    _visible[0]("A first post, so that what loads late is loaded.")


def answer(texts: Sequence[str]) -> Answer:
    """What this process's filter shows of each text. Where stock Presidio raises, nothing comes out."""
    begin = time.process_time()
    seen = tuple(_guarded(text) for text in texts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Answer(seen, time.process_time() - begin, peak)


def _guarded(text: str) -> str | None:
    try:
        return _visible[0](text)
    except Exception:  # noqa: BLE001 - a peer that fails shows nothing
        return None


def answers(system: str, texts: Iterable[str], posts: Iterable[str]) -> Answers:
    """Runs one filter over every text on every core; its speed is that on the posts alone."""
    begin = time.perf_counter()
    posts = list(dict.fromkeys(posts))
    rest = sorted(set(texts) - set(posts), key=lambda text: (-len(text), text))
    portions = [p[n : n + CHUNK] for p in (rest, posts) for n in range(0, len(p), CHUNK)]
    context = multiprocessing.get_context("spawn")
    workers = min(os.cpu_count() or 1, 4)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=start, initargs=(system,)) as pool:
        done = list(pool.map(answer, portions))
    seen = {t: s for portion, one in zip(portions, done, strict=True) for t, s in zip(portion, one.seen, strict=True)}
    seconds = sum(one.cpu_seconds for portion, one in zip(portions, done, strict=True) if portion[0] in set(posts))
    return Answers(
        seen, len(posts) / seconds if seconds else 0.0, max(a.peak_mb for a in done), time.perf_counter() - begin
    )


def packets_of(cases: "Cases") -> dict[str, list[tuple[str, str]]]:
    """By post: what job-related cues propose of it, as statement and passage. Held passages reach no decision maker."""
    from filters.criteria import load_criteria
    from vetting.evidence import RawText

    criteria = load_criteria(ROOT / "config" / "criteria" / "police.toml")
    return {
        post: [
            (criteria.by_code[found.code].statement, post[found.start : found.end])
            for found in criteria.propose(RawText(post))
            if not criteria.by_code[found.code].hold
        ]
        for post in posts_of(cases)
    }


def posts_of(cases: "Cases") -> list[str]:
    """Every post of the authors: what speed is measured on."""
    return [comment["text"] for author in cases.authors for comment in author["comments"]]


def measured(system: str, cases: "Cases", packets: dict[str, list[tuple[str, str]]]) -> "Measured":
    """One filter over every text, and everything counted on what it shows."""
    from filters import quality
    from filters.measuring import disguised
    from filters.measuring.report import Measured

    passages = [passage for pairs in packets.values() for _, passage in pairs]
    done = answers(system, [*cases.texts(), *disguised.texts(), *passages], packets)
    print(f"{system}: {len(done.seen)} texts in {done.wall_seconds:.0f} s", file=sys.stderr)
    visible = done.seen.__getitem__
    shares = (*quality.score(cases, visible), *quality.own_cases(visible))
    figures = quality.figures(shares, quality.guesses(cases, visible, packets.__getitem__))
    figures["posts per CPU second"] = quality.Figure(value=done.posts_per_cpu_second, about=f"{len(packets):,} posts")
    figures["peak memory, MB"] = quality.Figure(value=done.peak_mb, about="one of the processes")
    return Measured(shares=shares, figures=figures)


def main() -> None:
    """Measures both filters, prints the page, and writes it where every case was measured."""
    from filters.measuring import report
    from filters.measuring.cases import load

    folder = Path(os.environ.get("VETTING_SHARED") or ROOT.parent / "shared") / "data" / "filter-dev"
    if not folder.is_dir():
        print("The cases by others are absent ($VETTING_SHARED): quality is not measured.")
        return
    cases = load(folder, LIMIT)
    packets = packets_of(cases)
    about = report.About(
        when=datetime.now(UTC).date().isoformat(),
        texts=len(set(cases.texts())),
        whole=LIMIT >= EVERY,
        swaps=SWAPS,
        authors=len(cases.authors),
        selected=sum(any(packets[comment["text"]] for comment in author["comments"]) for author in cases.authors),
        passages=sum(map(len, packets.values())),
    )
    ours, stock = (measured(system, cases, packets) for system in ("filter", "stock"))
    page = report.page(ours, stock, about, report.kept_paragraph(PAGE))
    print(page)
    if about.whole:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
