"""Stretches of a log walked by several processes, and handed back in their order.

The processes are started anew (`spawn`), not forked: an open SQLite database must not be carried into a fork. Each
opens the log for itself and reads only what the log held when the walk began, which an honest log never changes.
"""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context

from vetting.log.errors import LogUnavailableError
from vetting.log.snapshot import DivisibleSnapshot, Log
from vetting.log.stretch import Stretch, Task, walk

_AHEAD = 3
"""Stretches that wait or are walked, for each process: enough to keep it busy, few enough to keep in memory."""


def in_processes(log: Log, tasks: Iterator[Task], processes: int) -> Generator[Stretch]:
    """Walk stretches in processes. Raises what a walk raises, and `LogUnavailableError` where a process was ended."""
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_open, initargs=(log,))
    waiting: deque[Future[Stretch]] = deque()
    try:
        for task in islice(tasks, processes * _AHEAD):
            waiting.append(pool.submit(_walk, task))
        while waiting:
            yield waiting.popleft().result()
            for task in islice(tasks, 1):
                waiting.append(pool.submit(_walk, task))
    except BrokenProcessPool:
        raise LogUnavailableError(
            "A process that read the log was ended, so nothing can be said of the log.",
            remedy="Run the command again; where memory is short, with one process.",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


_opened: list[Log] = []  # in a process of the pool: the log it reads


def _open(log: Log) -> None:
    _opened.append(log)


def _walk(task: Task) -> Stretch:
    with _opened[0].snapshot() as snapshot:
        if not isinstance(snapshot, DivisibleSnapshot):
            raise LogUnavailableError("The log cannot be read from the middle.")
        return walk(snapshot, task)
