"""Measures the filter: load, memory, posts per CPU second beside stock Presidio. Quality: `make bench-filter`."""

import resource
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKS = ("federal", "massachusetts", "california", "new_york", "illinois", "washington")
POSTS = 300
SAID = (
    "Great burger at the new place on Main Street, would go again any day of the week.",
    "Cop lit me up on Route 9 so I floored it and lost him behind the mill.",
    "The Otters won in overtime, my voice is gone and so is my lunch money.",
    "My wife says the garden looks like a swamp, she is not wrong about that.",
    "Those immigrants next door are all criminals and somebody should send them back.",
    "Spent the weekend with search and rescue and we found the lost hiker alive.",
    "I am 34 years old and I still cannot park a truck on the first try.",
    "Happy Diwali to all my neighbors in Dorchester, the lights are wonderful tonight.",
    "The build is green again after three days of chasing one missing comma.",
    "If Danny touches my car again I am going to break his jaw, I swear.",
)


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one piece of work."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def memory() -> int:
    """Peak resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def rate(name: str, posts: int, seconds: float) -> None:
    """Prints one line of speed."""
    print(f"{name:<52} {posts / seconds:>9.0f} posts per CPU second")


def main() -> None:
    """Runs every measurement in one process, the filter first, so that its memory is its own."""
    begin = time.perf_counter()
    from filters import quality
    from filters.analyzer import Analyzer
    from filters.criteria import load_criteria
    from filters.sanitize import sanitize
    from vetting.evidence import RawText

    analyzer = Analyzer.load(ROOT / "config" / "class_packs", PACKS)
    criteria = load_criteria(ROOT / "config" / "criteria" / "police.toml")
    sanitize(analyzer, SAID[0])
    criteria.propose(RawText(SAID[0]))
    print(f"load and first post{'':<33} {time.perf_counter() - begin:>9.2f} s, {memory()} MB")

    posts = [f"{SAID[n % len(SAID)]} {n}" for n in range(POSTS)]
    proposed = [RawText(post) for post in posts]
    found = [0]

    def propose() -> None:
        found[0] = sum(len(criteria.propose(post)) for post in proposed)

    seconds = cpu(propose)
    rate("propose", POSTS, seconds)
    passages = [post for post in posts if criteria.propose(RawText(post))]
    verified = cpu(lambda: [sanitize(analyzer, post) for post in passages[:60]])
    plain = cpu(lambda: [sanitize(analyzer, post, swaps=False) for post in posts[:100]])
    rate("sanitize, verified and swap-tested", len(passages[:60]), verified)
    rate("sanitize, verified", 100, plain)
    one = seconds + verified / len(passages[:60]) * len(passages)
    print(f"{'one candidate of 300 posts, every proposal quoted':<52} {one:>9.2f} CPU seconds, {memory()} MB")
    stock = quality.stock_presidio()
    stock(SAID[0])
    rate("stock Presidio, same model, same posts", 100, cpu(lambda: [stock(post) for post in posts[:100]]))


if __name__ == "__main__":
    main()
