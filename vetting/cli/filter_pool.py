"""Processes that filter batches of lines, and their answers in the order of the input.

The filter is loaded once, in a process of its own that forks the others (`vetting.cli.filter_worker`). Each of them is
replaced after a while: the language model keeps every word it has ever seen.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filters.stream import Item, write_items
from vetting.cli.filter_worker import receive, send
from vetting.errors import ExitCode, VettingError

PROGRAM = str(Path(__file__).with_name("filter_worker.py"))
BATCHES_EACH = 100
"""After so many batches a process is replaced."""


@dataclass(slots=True)
class _Worker:
    """A forked process, by its channel."""

    channel: socket.socket
    left: int = BATCHES_EACH

    def answer(self, frame: bytes) -> bytes:
        """The lines for one batch. Raises VettingError where the process ended instead."""
        self.left -= 1
        with suppress(OSError):
            send(self.channel, frame)
            if (lines := receive(self.channel)) is not None:
                return lines
        raise _died()


class Pool:
    """So many processes with one loaded filter."""

    def __init__(self, program: subprocess.Popen[bytes], control: socket.socket, processes: int) -> None:
        self._program = program
        self._control = control
        self._asking = threading.Lock()
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self.processes = processes
        for _ in range(processes):
            self._idle.put(self._forked())

    def answer(self, items: Sequence[Item], *, explain: bool) -> bytes:
        """The answers to a batch, one line each. Raises VettingError where a process died over it."""
        worker = self._idle.get()
        try:
            return worker.answer(write_items(items, explain=explain))
        finally:
            if not worker.left:
                worker.channel.close()
                worker = self._forked()
            self._idle.put(worker)

    def _forked(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs, self._asking:
            try:
                socket.send_fds(self._control, [b"w"], [theirs.fileno()])
            except OSError:
                raise _died() from None
        return _Worker(ours)

    def end(self) -> None:
        """Lets every process end by itself; all are idle."""
        self._control.close()
        while not self._idle.empty():
            self._idle.get().channel.close()
        self._program.wait()

    def kill(self) -> None:
        """Ends every process at once; none of them keeps anything."""
        with suppress(ProcessLookupError):
            os.killpg(self._program.pid, signal.SIGKILL)
        self._program.wait()
        self._control.close()


@contextmanager
def pool(class_packs: Path, packs: Sequence[str], processes: int) -> Iterator[Pool]:
    """The processes, loaded and waiting. Refuses what `Analyzer.load` refuses, and a machine that starts no process."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            program = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, "-I", PROGRAM, str(theirs.fileno()), str(class_packs), *packs],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("VETTING_DEBUG") else subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C is ours to answer
            )
        except OSError:
            raise _died() from None
    running: Pool | None = None
    try:
        _wait_until_loaded(ours)
        running = Pool(program, ours, processes)
        yield running
        running.end()
    finally:
        if program.poll() is None:
            (Pool(program, ours, 0) if running is None else running).kill()


def in_order(batches: Iterable[Sequence[Item]], at: Pool, *, explain: bool) -> Iterator[bytes]:
    """Each batch's answers, in order, as soon as they are there. Reads ahead by two batches for each process.

    Raises whatever reading raises, and VettingError where a process died.
    """
    waiting: queue.Queue[Future[bytes] | None] = queue.Queue(2 * at.processes)
    with ThreadPoolExecutor(at.processes) as threads:

        def ask(batch: Sequence[Item]) -> Future[bytes]:
            return threads.submit(at.answer, batch, explain=explain)

        threading.Thread(target=_feed, args=(batches, ask, waiting), daemon=True).start()
        try:
            while (answer := waiting.get()) is not None:
                yield answer.result()
        except BaseException:
            at.kill()  # whoever waits for a process stops waiting
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _feed(
    batches: Iterable[Sequence[Item]],
    ask: Callable[[Sequence[Item]], Future[bytes]],
    waiting: queue.Queue[Future[bytes] | None],
) -> None:
    """Reads in a thread of its own, so that answers are written while the input keeps us waiting."""
    try:
        for batch in batches:
            waiting.put(ask(batch))
    except Exception as error:  # noqa: BLE001 - raised again where the answers are taken
        failed: Future[bytes] = Future()
        failed.set_exception(error)
        waiting.put(failed)
    waiting.put(None)


def _wait_until_loaded(control: socket.socket) -> None:
    frame = receive(control)
    if frame is None:
        raise _died()
    if said := json.loads(frame):
        raise VettingError(said["code"], said["sentence"], said["remedy"], ExitCode(said["exit"]))


def _died() -> VettingError:
    return VettingError(
        "filter_process_ended",
        "A process of the filter ended before it had answered; the lines answered so far are complete.",
        "Repeat with the lines that have no answer; where memory is short, with --processes 1.",
        ExitCode.UNEXPECTED,
    )
