"""Measures what 1,000 searches of real cases cost us: CPU time of each part, the asked server in a process of its own.

usage: PYTHONPATH=. python tests/bench/searches.py [SEARCHES] [--profile]   (ten searches a case; by function)
"""

import cProfile
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import flows.vet_candidate as flow_module
from flows import runtime
from flows.workbench import at as working_at
from tests.many_searches import STEPS, desk_of, enrolled, hosts_file, settings_of
from vetting.casework import searching, workbench
from vetting.casework.desk import Desk
from vetting.journal import Journal
from vetting.records.seal import VaultPublicKey
from vetting.search import Outcome

SEARCHES = 1000
READING = "criteria over 1,800 letters"
"""Grows with the text that was found, not with the number of searches."""


class Stopwatch:
    """CPU seconds of this thread by part; a part that calls another stands still meanwhile."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._running: list[str] = []
        self._since = 0.0

    def _turn(self) -> None:
        now = time.thread_time()
        if self._running:
            self.spent[self._running[-1]] = self.spent.get(self._running[-1], 0.0) + now - self._since
        self._since = now

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """The block belongs to this part."""
        self._turn()
        self._running.append(name)
        try:
            yield
        finally:
            self._turn()
            self._running.pop()

    def watch(self, owner: object, attribute: str, name: str) -> None:
        """From now on every call of the function belongs to this part. Raises AttributeError where there is none."""
        function: Callable[..., object] = getattr(owner, attribute)

        @wraps(function)
        def timed(*arguments: object, **options: object) -> object:
            with self.part(name):
                return function(*arguments, **options)

        setattr(owner, attribute, timed)


def watched(stopwatch: Stopwatch) -> None:
    """Which function is which part."""
    stopwatch.watch(flow_module, "begin", "plan, and log the intention")
    stopwatch.watch(flow_module, "progress", "read where the case stands")
    stopwatch.watch(flow_module, "lease", "lease")
    stopwatch.watch(flow_module, "run_search", "store")
    stopwatch.watch(workbench, "conduct", "capture: ask, WARC, read")
    stopwatch.watch(searching, "propose", READING)
    stopwatch.watch(VaultPublicKey, "seal", "seal")
    stopwatch.watch(Journal, "settle", "log")


def run(desk: Desk, numbers: list[str], hosts: Path, stopwatch: Stopwatch) -> tuple[float, float]:
    """Runs every case on one Prefect server; CPU seconds of this process and of that server."""
    with runtime.prefect_server(desk.settings.prefect_home):
        bench = workbench.Workbench(desk=desk, recordings=hosts)
        with working_at(bench):
            flow_module.vet_candidate(numbers[0])  # imports, the language model, the first connection
            watched(stopwatch)
            before = time.process_time()
            for number in numbers[1:]:
                flow_module.vet_candidate(number)
            own = time.process_time() - before
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own, ended.ru_utime + ended.ru_stime - children.ru_utime - children.ru_stime


def measured(searches: int, call: Callable[..., tuple[float, float]]) -> None:
    """Makes the cases, runs them by `call` and prints the table."""
    with tempfile.TemporaryDirectory() as name, hosts_file(Path(name)) as hosts:
        desk = desk_of(settings_of(Path(name)))
        numbers = enrolled(desk, searches // STEPS + 1)
        stopwatch, begun = Stopwatch(), time.perf_counter()
        own, server = call(desk, numbers, hosts, stopwatch)
        _print(desk, numbers, stopwatch.spent, own, server, time.perf_counter() - begun)


def _print(desk: Desk, numbers: list[str], spent: dict[str, float], own: float, server: float, wall: float) -> None:
    with desk.case_files.reading() as unit:
        results = [result for number in numbers[1:] for result in unit.results(number)]
    assert all(result.outcome is Outcome.COMPLETED for result in results), {result.reason for result in results}
    count = len(results)
    spent = {**spent, "Prefect, in our process": own - sum(spent.values())}
    captures = sum(result.captures for result in results)
    print(f"{count} searches of {len(numbers) - 1} cases, {captures} captures, {wall:.0f} s; CPU for each search:")
    for part, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {part:<30} {1000 * seconds / count:7.2f} ms {seconds / own:6.0%}")
    print(f"  {'our process':<30} {1000 * own / count:7.2f} ms")
    overhead = own - spent.get(READING, 0.0)
    print(f"  {'without reading the text':<30} {1000 * overhead / count:7.2f} ms")
    print(f"  {'Prefect server, with its start':<30} {1000 * server / count:7.2f} ms")


def main() -> None:
    """Prints the table, and where the time goes by function if asked."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    searches = numbers[0] if numbers else SEARCHES
    if "--profile" not in sys.argv:
        measured(searches, run)
        return
    profile = cProfile.Profile(time.thread_time)
    measured(searches, lambda *arguments: profile.runcall(run, *arguments))
    pstats.Stats(profile).sort_stats("cumulative").print_stats(r"vetting|filters|flows", 40)


if __name__ == "__main__":
    main()
