"""`vetting filter`: the class filter and its verification on whatever text it is given."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from filters.stream import Item, batches, lines
from vetting.cli.filter_pool import in_order, pool
from vetting.cli.printing import note
from vetting.errors import ExitCode, VettingError, storage
from vetting.settings import config_folder

_CHUNK = 64 * 1024
_MOST = 64


def filter_lines(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read JSON lines, write JSON lines.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Add what was withheld and why; needs the vault key.")
    ] = False,
    class_pack: Annotated[
        list[str] | None, typer.Option(help="File in config/class_packs/, without .toml; default: all of them.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=_MOST, help="Processes that filter; default: one for each core.")
    ] = None,
) -> None:
    """Filter {"id", "text"} lines from standard input into neutral text, or withhold them; nothing is recorded."""
    if not jsonl:
        raise VettingError(
            "jsonl_missing",
            "The filter reads JSON lines, and was not told that it gets them.",
            'Give --jsonl, and one {"id": ..., "text": ...} a line on standard input.',
            ExitCode.USAGE,
        )
    if explain:
        _refuse_who_may_not_see()
    folder = config_folder() / "class_packs"
    packs = class_pack or sorted(path.stem for path in folder.glob("*.toml"))
    bad = _Counted()
    with pool(folder, packs, processes or len(os.sched_getaffinity(0))) as at:
        for answers in in_order(bad.counting(batches(lines(_chunks()))), at, explain=explain):
            if not _written(answers):
                return  # nobody reads any more
    bad.tell()


class _Counted:
    """How many lines held no text to filter; says so at the end, without a word of them."""

    def __init__(self) -> None:
        self._bad = self._all = 0

    def counting(self, groups: Iterator[Sequence[Item]]) -> Iterator[Sequence[Item]]:
        """The same batches."""
        for items in groups:
            self._all += len(items)
            self._bad += sum(item.reason is not None for item in items)
            yield items

    def tell(self) -> None:
        """One sentence where there were any."""
        if self._bad:
            note(f"{self._bad} of {self._all} lines held no text that can be read; each was answered as withheld.")


def _refuse_who_may_not_see() -> None:
    """What was withheld is for those who may open case files, where the vault key is: the desk refuses all others."""
    from vetting.casework.opening import open_desk  # only here: it takes longer to read than the filter
    from vetting.cli import session

    chosen = session.settings()
    open_desk(chosen, session.signed_in(chosen), session.clock, session.new_id)


def _chunks() -> Iterator[bytes]:
    """Standard input as it comes."""
    while chunk := os.read(0, _CHUNK):
        yield chunk


def _written(answers: bytes) -> bool:
    """Whether standard output took the lines; a full disk is refused, a reader that went away is not."""
    rest = memoryview(answers)
    try:
        while rest:
            rest = rest[os.write(1, rest) :]
    except BrokenPipeError:
        return False
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise storage(
            "result_not_written", f"The result could not be written ({why}).", "Make room, then repeat."
        ) from None
    return True
