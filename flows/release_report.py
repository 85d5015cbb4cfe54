"""Takes a reviewed case through the gate, renders the PDF, checks it for leaks and files it."""

from __future__ import annotations

from flows.coded import coded_flow, coded_task
from flows.workbench import current
from reports import leak_check, pdf
from vetting.casework.releasing import already_released, clear_for_release, file_report
from vetting.casework.searching import progress


@coded_task("release")
def release(case_number: str) -> str:
    """One task, because nothing of it may pass between tasks: the report exists in memory until it is filed."""
    bench = current()
    filed = already_released(bench.desk, case_number)
    if filed is not None:
        return filed.report.number
    protocol = progress(bench.desk, case_number).protocol
    gate = bench.gate(protocol)
    cleared = clear_for_release(bench.desk, case_number, gate, bench.criteria(protocol).by_code)
    rendered = pdf.render(cleared.report)
    leak_check.refuse(leak_check.check(rendered, cleared.report, cleared.hunted, gate.finds))
    return file_report(bench.desk, cleared.report, rendered).report.number


@coded_flow("release-report")
def release_report(case_number: str) -> str:
    """Releases the report of a case, also a nil report; the report's number.

    Refuses while a search lacks an outcome or a finding a validation. A failed leak check releases nothing.
    """
    return release(case_number)
