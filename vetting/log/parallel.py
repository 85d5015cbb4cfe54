"""Stretches of a log walked by several processes, and handed back in their order.

The processes are started anew (`spawn`), not forked: an open SQLite database must not be carried into a fork. Each
opens the log for itself and reads only what the log held when the walk began, which an honest log never changes.
"""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from vetting.log.errors import LogError, LogUnavailableError
from vetting.log.snapshot import DivisibleSnapshot, Log
from vetting.log.stretch import Stretch, Task, walk

_AHEAD = 8
"""Stretches, for each process, that may be walked before the one whose turn it is: few enough to keep in memory."""

_IN_HAND = 2
"""Stretches that another process has at a time: one that it walks, and the next."""


def in_processes(log: Log, here: DivisibleSnapshot, tasks: Iterator[Task], processes: int) -> Generator[Stretch]:
    """Walk stretches in processes, of which this one is the first: it reads `here` while the others are starting.

    Raises what a walk raises, and `LogUnavailableError` where a process was ended.
    """
    others = processes - 1
    pool = ProcessPoolExecutor(others, mp_context=get_context("spawn"), initializer=_open, initargs=(log,))
    walked: deque[Future[Stretch]] = deque()
    try:
        for task in tasks:
            free = sum(not stretch.done() for stretch in walked) < others * _IN_HAND
            walked.append(pool.submit(_walk, task) if free else _walked(here, task))
            while walked and (walked[0].done() or len(walked) > processes * _AHEAD):
                yield walked.popleft().result()
        while walked:
            yield walked.popleft().result()
    except BrokenProcessPool:
        raise LogUnavailableError(
            "A process that read the log was ended, so nothing can be said of the log.",
            remedy="Run the command again; where memory is short, with one process.",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _walked(here: DivisibleSnapshot, task: Task) -> Future[Stretch]:
    """The stretch, walked in this process. What that raises waits for its turn: an earlier one may hold a bad entry."""
    stretch: Future[Stretch] = Future()
    try:
        stretch.set_result(walk(here, task))
    except LogError as error:
        stretch.set_exception(error)
    return stretch


_opened: list[Log] = []  # in a process of the pool: the log it reads


def _open(log: Log) -> None:
    _opened.append(log)


def _walk(task: Task) -> Stretch:
    with _opened[0].snapshot() as snapshot:
        if not isinstance(snapshot, DivisibleSnapshot):
            raise LogUnavailableError("The log cannot be read from the middle.")
        return walk(snapshot, task)
