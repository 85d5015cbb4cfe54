"""Started by the witness's crash tests: kills a witness at every line that may touch the disk, and tells what it said.

Usage: witnessing_child.py sweep ACT FOLDER SCRATCH REQUEST FORGED | together FOLDER SCRATCH REQUEST FORGED ROUNDS.
`FOLDER` is a witness's folder, copied anew into `SCRATCH` for every life. Prints JSON.
"""

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from vetting.log.errors import LogError
from vetting.log.witness import Witness

TOUCH_THE_DISK = ("/vetting/log/witness.py", "/vetting/log/durable.py")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Act = Callable[[Path], str]


def killed_at(moment: int) -> None:
    """End this process with SIGKILL before it runs its `moment`-th line of the rooms that touch the disk."""
    left = moment

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal left
        if not frame.f_code.co_filename.endswith(TOUCH_THE_DISK):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]


def said(act: Act, folder: Path) -> str:
    """What the act says: the cosignature, or the code of the refusal."""
    try:
        return act(folder)
    except LogError as refused:
        return refused.code


def life(act: Act, folder: Path, moment: int) -> str | None:
    """What one witness said before it was killed; None if that was nothing."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        killed_at(moment)
        answer = said(act, folder)
        sys.settrace(None)
        os.write(tell, answer.encode() + b".")
        os._exit(0)
    os.close(tell)
    os.waitpid(child, 0)
    with os.fdopen(told, "rb") as pipe:
        heard = pipe.read().decode()
    return heard[:-1] if heard.endswith(".") else None


def cosign(request: str) -> Act:
    return lambda folder: Witness.open(folder).cosign(request, NOON)


def sweep(what: str, act: Act, folder: Path, scratch: Path, request: str, forged: str) -> list[dict[str, str | None]]:
    """Kill at every line until a life is long enough, and ask what the folder says afterwards.

    A witness killed over a cosignature is asked for the forged history, then for the true one,
    with what stood in the way cleared in between; any other for the same.
    """
    lives: list[dict[str, str | None]] = []
    moment = 0
    while not lives or lives[-1]["first"] is None:
        moment += 1
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(folder, scratch)
        first = life(act, scratch, moment)
        after = {"again": said(act, scratch)} if what != "cosign" else {}
        after["kept"] = " ".join(
            sorted(file.name for place in Witness.open(scratch).evidence() for file in place.iterdir())
        )
        if what == "cosign" or first is not None:
            after |= {"forged": said(cosign(forged), scratch)}
            for place in Witness.open(scratch).contradictions():
                Witness.open(scratch).clear(place.name, NOON)
            after |= {"true": said(cosign(request), scratch)}
        lives.append({"first": first, **after})
    return lives


def together(folder: Path, scratch: Path, requests: list[str], rounds: int) -> list[list[str]]:
    """Let four witnesses work on one folder at once, each with another request, again and again."""
    dice, heard = random.Random(12), list[list[str]]()  # noqa: S311
    for _ in range(rounds):
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(folder, scratch)
        ready, go = os.pipe()
        children = []
        for request in dice.sample(requests * 2, 4):
            told, tell = os.pipe()
            if os.fork() == 0:
                os.close(go)
                os.read(ready, 1)  # until the parent lets go
                os.write(tell, said(cosign(request), scratch).encode())
                os._exit(0)
            os.close(tell)
            children.append(told)
        os.close(go)
        os.close(ready)
        heard.append([_all(told) for told in children])
        for _ in children:
            os.wait()
    return heard


def _all(pipe: int) -> str:
    with os.fdopen(pipe, "rb") as file:
        return file.read().decode()


def main() -> None:
    how, *arguments = sys.argv[1:]
    if how == "sweep":
        what, folder, scratch, *files = arguments
        request, forged, vkey = (Path(file).read_text("utf-8") for file in files)

        def trust(place: Path) -> str:
            return Witness.open(place).trust(vkey).name

        act = {"cosign": cosign(request), "refuse": cosign(forged), "trust": trust}[what]
        lives = sweep(what, act, Path(folder), Path(scratch), request, forged)
        sys.stdout.write(json.dumps(lives))
    else:
        folder, scratch, rounds, *files = arguments
        requests = [Path(file).read_text("utf-8") for file in files]
        sys.stdout.write(json.dumps(together(Path(folder), Path(scratch), requests, int(rounds))))


if __name__ == "__main__":
    main()
