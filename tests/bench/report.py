"""Measures a report: seconds to render and to check it, peak memory of the renderer, pages and size."""

import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from reports import leak_check, pdf
from reports.leak_text import read
from vetting.release import FilterRecord, Report, ReportedSearch, SanitizedFinding, SanitizedText, Status

RECORD = FilterRecord("FR-bench")
FINDINGS = (0, 5, 50)
REPEATS = 3


FINDING = SanitizedFinding(
    code="JR-09",
    statement="Described riding at high speed and evading a traffic stop on a public road.",
    criterion="Reckless or irresponsible behavior",
    clause="VI.A.5.b",
    nexus="An officer drives with emergency privileges and is trusted with the safety of everyone on the road.",
    engagement="Authored",
    audience="Public",
    frequency="2 to 5 times",
    period="2nd quarter of 2024",
    severity="3 of 4",
    source="Social media post",
    attribution="A4: confirmed by the candidate, or by a registered or cryptographic match",
    validation="Corroborated by an independent archived copy; reviewed by two persons",
    status=Status.VERIFIED,
    favorable=False,
    quotation=SanitizedText("Third time I outran them on that bike. [withheld] never even got the plate.", RECORD),
    filter_record=RECORD,
)
SEARCHES = tuple(ReportedSearch(step=n, title=f"Full name, search {n}", outcome="Completed") for n in range(1, 25))


def invented(findings: int) -> Report:
    """An invented report with 24 searches and so many findings, each with a quotation."""
    return Report(
        number="R-BENCH001-1",
        case_number="C-BENCH001",
        position="patrol-officer-2026",
        position_title="Patrol Officer",
        department="Riverton Police Department",
        released_on=date(2026, 11, 22),
        prepared_by="An HR investigator who takes no part in the hiring decision",
        protocol_title="Patrol Officer",
        protocol_version=3,
        protocol_digest="5b1e77c0" * 8,
        filter_version="9f2c41d8" * 8,
        authorization_signed=True,
        practice=False,
        searches=SEARCHES,
        findings=(FINDING,) * findings,
        log_size=1883,
        log_root="8c0d12fe55abaa07",
        witnessed=False,
    )


def one(findings: int) -> None:
    """Prints the best of three runs for so many findings."""
    report = invented(findings)
    rendering, checking = [], []
    file = b""
    for _ in range(REPEATS):
        begin = time.perf_counter()
        file = pdf.render(report)
        rendered = time.perf_counter()
        leaks = leak_check.check(file, report, ("Mara Quellington", "Quellington", "mquell84"), lambda _text: ())
        checking.append(time.perf_counter() - rendered)
        rendering.append(rendered - begin)
        leak_check.refuse(leaks)
    renderer = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    checker = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    pages, size = len(read(file)[0]), len(file) // 1024
    print(
        f"{findings:>8} {min(rendering):>8.2f} s {min(checking):>7.2f} s {renderer:>8} MB {checker:>7} MB "
        f"{pages:>6} {size:>6} kB"
    )


def main() -> None:
    """Runs each size in a Python of its own, so that a peak belongs to one size."""
    if len(sys.argv) > 1:
        one(int(sys.argv[1]))
        return
    print(
        f"{'findings':>8} {'render':>10} {'check':>9} {'renderer':>11} {'checker':>10} {'pages':>6} {'size':>9}",
        flush=True,
    )
    for findings in FINDINGS:
        subprocess.run([sys.executable, str(Path(__file__)), str(findings)], check=True)


if __name__ == "__main__":
    main()
