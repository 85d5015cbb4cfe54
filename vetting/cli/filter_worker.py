"""The program that loads the filter once and forks the processes that work, each on its own channel.

`vetting.cli.filter_pool` runs it as `python -I filter_worker.py CONTROL_FD CLASS_PACKS_FOLDER PACK...`; it ends when
its control channel does, that is, when the process that started it is gone, however it went.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filters.analyzer import Analyzer

_HEADER = struct.Struct(">Q")


def send(channel: socket.socket, frame: bytes) -> None:
    """One frame: its length, then its bytes. Raises OSError where nobody is at the other end."""
    channel.sendall(_HEADER.pack(len(frame)) + frame)


def receive(channel: socket.socket) -> bytes | None:
    """The next frame; None where the other end is gone."""
    header = _exactly(channel, _HEADER.size)
    return _exactly(channel, _HEADER.unpack(header)[0]) if header is not None else None


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        try:
            part = channel.recv(min(size - len(parts), 1 << 20))
        except ConnectionError:
            return None
        if not part:
            return None
        parts += part
    return bytes(parts)


def main() -> None:
    """Loads, says so or why not, then forks a process for every channel that is handed over."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from vetting.cli import process
    from vetting.errors import VettingError

    process.close_memory()
    gc.disable()  # whatever is read now stays: nothing to look for
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        from filters.analyzer import Analyzer
        from filters.sanitize import sanitize_many

        analyzer = Analyzer.load(Path(sys.argv[2]), sys.argv[3:])
        sanitize_many(analyzer, ("Whatever is read on first use is read once.",))
    except VettingError as error:
        refusal = {"code": error.code, "sentence": error.sentence, "remedy": error.remedy, "exit": int(error.exit_code)}
        send(control, json.dumps(refusal).encode())
        return
    gc.freeze()  # what was loaded is shared by all who are forked, as long as nobody touches it
    gc.enable()
    send(control, b"{}")
    _nurse(control, analyzer)


def _nurse(control: socket.socket, analyzer: Analyzer) -> None:
    """One child for each channel; returns after the last of them, so that their work is counted with ours."""
    children: set[int] = set()
    while True:
        data, handed, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            break
        with socket.socket(fileno=handed[0]) as channel:
            child = os.fork()
            if child == 0:
                control.close()
                _work(channel, analyzer)
            children.add(child)
        children -= {gone for gone in children if os.waitpid(gone, os.WNOHANG)[0]}
    for child in children:
        os.waitpid(child, 0)


def _work(channel: socket.socket, analyzer: Analyzer) -> None:
    """Answers batches until the channel ends, then ends the process: nothing of what it inherited is cleared up."""
    from filters.answering import answers
    from filters.stream import read_items, written

    code = 1
    with suppress(OSError):
        while (frame := receive(channel)) is not None:
            items, explain = read_items(frame)
            texts = [item.text for item in items if item.reason is None]
            found = iter(answers(analyzer, texts, explain=explain))
            lines = [written(item, next(found) if item.reason is None else None, explain=explain) for item in items]
            send(channel, b"".join(lines))
        code = 0
    os._exit(code)


if __name__ == "__main__":
    main()
