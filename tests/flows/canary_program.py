"""A program whose flows meet canaries everywhere text can be met; run by test_prefect_runtime_wall.py.

Usage: canary_program.py HOME CANARY [bare]. With `bare`, the same text goes through Prefect without the wall: the
proof that the hunt for canaries finds them where they are.
"""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from pathlib import Path
from typing import NoReturn

from flows.runtime import coded_flow, coded_task, prefect_server
from vetting.errors import VettingError, not_ready

HOME, CANARY = Path(sys.argv[1]), sys.argv[2]
SUBJECT = "MA-2026-0001"


class Canary(Exception):
    """An exception that carries text in every way an exception can."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
        self.add_note(text)


def fall(text: str) -> NoReturn:
    """Raises with the text in message, attribute, note, cause, context and local variables."""
    local = f"local {text}"
    logging.getLogger("some.library").error("captured: %s", text)
    logging.getLogger("prefect.flow_runs").error("captured: %s", local)
    warnings.warn(text, stacklevel=1)
    try:
        int(text)
    except ValueError as cause:
        raise Canary(local) from cause
    raise Canary(text)


@coded_task("read")
def read(text: str, *, also: dict[str, str]) -> list[str]:
    """Takes and returns text."""
    return [text, *also.values()]


@coded_task("fall")
def fall_in_task(text: str) -> None:
    """Raises what is not known."""
    fall(text)


@coded_task("refuse")
def refuse(text: str) -> None:
    """Refuses while another error, full of text, is being handled."""
    try:
        fall(text)
    except Canary:
        raise not_ready("store_locked", "The store is locked.", "Try again.")  # noqa: B904 - the context is the point


@coded_task("leave")
def leave(text: str) -> None:
    """Ends the program with text as its reason."""
    sys.exit(text)


@coded_task("group")
def group(text: str) -> None:
    """Raises several errors at once."""
    raise ExceptionGroup(text, [Canary(text)])


@coded_flow("canary")
def canary(subject: str, text: str, *, where: str) -> list[str]:
    """Does one of the things above, in a task or in the flow itself."""
    assert subject == SUBJECT
    if where == "flow":
        fall(text)
    steps = {"fall": fall_in_task, "leave": leave, "group": group, "refuse": refuse}
    if where in steps:
        steps[where](text)
    return read(text, also={text: text})


@coded_flow("around")
def around(subject: str, text: str) -> list[str]:
    """A flow that runs another one."""
    return canary(subject, text, where="nowhere")


def refusal(subject: str, where: str) -> str:
    """What the caller can learn of a refusal: name, code, exit code, and whether the text came along."""
    try:
        canary(subject, CANARY, where=where)
    except VettingError as error:
        everything = "".join(traceback.format_exception(error)) + repr(error) + str(error)
        return f"{where} {error.code} {int(error.exit_code)} {'TEXT' if CANARY in everything else 'no text'}"
    return f"{where} passed"


def behind_the_wall() -> None:
    """Every way in once; writes codes only."""
    assert canary(SUBJECT, CANARY, where="nowhere") == [CANARY, CANARY]
    assert around(SUBJECT, CANARY) == [CANARY, CANARY]
    lines = [refusal(SUBJECT, where) for where in ("flow", "fall", "leave", "group", "refuse")]
    lines += [refusal(f"{CANARY} is no number", "subject"), "done"]
    sys.stdout.write("\n".join(lines))


def bare() -> None:
    """The same text through Prefect's own decorator."""
    from prefect import flow

    @flow(validate_parameters=False)
    def unguarded(text: str) -> None:
        fall(text)

    unguarded(CANARY, return_state=True)


with prefect_server(HOME):
    bare() if sys.argv[3:] == ["bare"] else behind_the_wall()
