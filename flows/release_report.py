"""Takes a reviewed case through the gate, renders the PDF, checks it for leaks and files it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flows.coded import coded_flow, coded_task
from flows.workbench import current
from reports import leak_check, pdf
from vetting.casework.desk import Desk
from vetting.casework.recapturing import recapture
from vetting.casework.releasing import already_released, clear_for_release, file_report, withheld_reasons
from vetting.casework.searching import progress
from vetting.release import ReleasedReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What came of a release, for the investigator: codes and counts, no word of a finding."""

    number: str
    released_at: datetime
    released_now: bool
    """False where the report had been released before."""
    reasons: tuple[str, ...]
    """Why the filter withheld a finding as a whole: one code for each that it withheld, in alphabetical order."""

    asked_again: tuple[str, ...] = ()
    """What became of the source of each reported finding: one state for each that is known, in alphabetical order."""

    @property
    def withheld(self) -> int:
        """How many findings the filter withheld as a whole."""
        return len(self.reasons)


@coded_task("release")
def release(case_number: str) -> Release:
    """One task, because nothing of it may pass between tasks: the report exists in memory until it is filed."""
    bench = current()
    filed = already_released(bench.desk, case_number)
    if filed is not None:
        return _release(bench.desk, filed, released_now=False)
    state = progress(bench.desk, case_number)
    protocol = state.protocol
    stands = recapture(bench.desk, case_number, bench.ask_for(protocol, practice=state.case.practice))
    gate = bench.gate(protocol)
    cleared = clear_for_release(bench.desk, case_number, gate, bench.criteria(protocol).by_code)
    rendered = pdf.render(cleared.report)
    leaks = leak_check.check(rendered, cleared.report, cleared.hunted, gate.finds, cleared.vocabulary)
    leak_check.refuse(leaks)
    filed = file_report(bench.desk, cleared, rendered)
    return replace(
        _release(bench.desk, filed, released_now=True), asked_again=tuple(sorted(one.standing.value for one in stands))
    )


def _release(desk: Desk, filed: ReleasedReport, *, released_now: bool) -> Release:
    return Release(
        number=filed.report.number,
        released_at=filed.released_at,
        released_now=released_now,
        reasons=tuple(sorted(withheld_reasons(desk, filed.report.case_number))),
    )


@coded_flow("release-report")
def release_report(case_number: str) -> Release:
    """Releases the report of a case, also a nil report, or says that it was released before.

    Before the gate, what each reported finding stands on is asked for once more, and what became of it is noted.

    Refuses while a search lacks an outcome or a finding a validation. A failed leak check releases nothing.
    """
    return release(case_number)
