"""Where a flow finds its desk: Prefect sees opaque numbers only, so a desk is never among a flow's parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vetting.casework.workbench import Workbench
from vetting.errors import refused

_current: list[Workbench] = []


@contextmanager
def at(workbench: Workbench) -> Iterator[Workbench]:
    """Within the block, flows of this process work at this workbench."""
    _current.append(workbench)
    try:
        yield workbench
    finally:
        _current.pop()


def current() -> Workbench:
    """The workbench of this process. Refuses a flow that was started without one."""
    if not _current:
        raise refused("no_desk", "No desk is open in this process.", "Start the flow with: vetting run CASE.")
    return _current[-1]
