"""Scores the filter and stock Presidio on the development cases by others, and writes docs/filter-quality.md.

`VETTING_BENCH_CASES=200` takes that many cases of each axis of each set, and prints instead of writing.
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

os.environ.setdefault("OMP_NUM_THREADS", "1")  # CPU seconds are counted by process

ROOT = Path(__file__).resolve().parents[2]
PACKS = ("federal", "massachusetts", "california", "new_york", "illinois", "washington")
LIMIT = int(os.environ.get("VETTING_BENCH_CASES") or 10**9)
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


def main() -> None:
    """Measures both filters, prints the bar, and writes the page when every case was measured."""
    from filters import quality
    from filters.criteria import load_criteria
    from filters.measuring import disguised, report
    from filters.measuring.cases import load
    from vetting.evidence import RawText

    folder = Path(os.environ.get("VETTING_SHARED") or ROOT.parent / "shared") / "data" / "filter-dev"
    if not folder.is_dir():
        print("The cases by others are absent ($VETTING_SHARED): quality is not measured.")
        return
    cases = load(folder, LIMIT)
    criteria = load_criteria(ROOT / "config" / "criteria" / "police.toml")
    packets: dict[str, list[tuple[str, str]]] = {}
    posts = [comment["text"] for author in cases.authors for comment in author["comments"]]
    for post in posts:
        packets[post] = [
            (criteria.by_code[found.code].statement, post[found.start : found.end])
            for found in criteria.propose(RawText(post))
            if not criteria.by_code[found.code].hold
        ]
    passages = [passage for pairs in packets.values() for _, passage in pairs]
    measured = {}
    for system in ("filter", "stock"):
        done = answers(system, [*cases.texts(), *disguised.texts(), *passages], posts)
        print(f"{system}: {len(done.seen)} texts in {done.wall_seconds:.0f} s", file=sys.stderr)
        shares = (*quality.score(cases, done.seen.__getitem__), *quality.own_cases(done.seen.__getitem__))
        values = quality.figures(shares, quality.guesses(cases, done.seen.__getitem__, packets.__getitem__))
        values["posts per CPU second"] = quality.Figure(value=done.posts_per_cpu_second, about=f"{len(posts)} posts")
        values["peak memory, MB"] = quality.Figure(value=done.peak_mb, about="one process")
        measured[system] = report.Measured(shares=shares, figures=values)
    selected = sum(any(packets[c["text"]] for c in author["comments"]) for author in cases.authors)
    page = report.page(
        measured["filter"],
        measured["stock"],
        about=report.About(
            when=datetime.now(UTC).date().isoformat(),
            texts=len(set(cases.texts())),
            whole=LIMIT >= 10**9,
            swaps=SWAPS,
            authors=len(cases.authors),
            selected=selected,
            passages=len(passages),
        ),
        limits=report.kept_paragraph(PAGE),
    )
    print(page)
    if LIMIT >= 10**9:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
