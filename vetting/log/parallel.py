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

_AHEAD = 8
"""Stretches that wait or are walked, for each process: enough to keep it busy, few enough to keep in memory."""


def in_processes(log: Log, here: DivisibleSnapshot, tasks: Iterator[Task], processes: int) -> Generator[Stretch]:
    """Walk stretches in processes, of which this one is the first: it reads `here` while the others are starting.

    Raises what a walk raises, and `LogUnavailableError` where a process was ended.
    """
    others = processes - 1
    pool = ProcessPoolExecutor(others, mp_context=get_context("spawn"), initializer=_open, initargs=(log,))
    waiting: deque[tuple[Task, Future[Stretch]]] = deque()
    try:
        while True:
            waiting.extend(
                (task, pool.submit(_walk, task)) for task in islice(tasks, processes * _AHEAD - len(waiting))
            )
            if not waiting:
                return
            if waiting[0][1].done() or not _walked_one(here, waiting, others):
                yield waiting.popleft()[1].result()
    except BrokenProcessPool:
        raise LogUnavailableError(
            "A process that read the log was ended, so nothing can be said of the log.",
            remedy="Run the command again; where memory is short, with one process.",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _walked_one(here: DivisibleSnapshot, waiting: deque[tuple[Task, Future[Stretch]]], others: int) -> bool:
    """Whether there was a stretch for this process to walk: none that another has begun, nor one of the next ones."""
    for place in range(others, len(waiting)):
        task, future = waiting[place]
        if future.cancel():
            done: Future[Stretch] = Future()
            done.set_result(walk(here, task))
            waiting[place] = task, done
            return True
    return False


_opened: list[Log] = []  # in a process of the pool: the log it reads


def _open(log: Log) -> None:
    _opened.append(log)


def _walk(task: Task) -> Stretch:
    with _opened[0].snapshot() as snapshot:
        if not isinstance(snapshot, DivisibleSnapshot):
            raise LogUnavailableError("The log cannot be read from the middle.")
        return walk(snapshot, task)
