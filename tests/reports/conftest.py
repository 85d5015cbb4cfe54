"""Invented reports, rendered once for all tests of this folder, and a printer for pages that try to hide something."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from reports import pdf
from vetting.release import FilterRecord, Report, ReportedSearch, SanitizedFinding, SanitizedText, Status

RECORD = FilterRecord("FR-invented")
STEPS = (
    ("Full name, web search", "Completed"),
    ("Full name and town, web search", "Completed"),
    ("Full name, news archive", "No results"),
    ("Listed accounts, public posts", "Completed"),
    ("Listed wiki accounts, contributions", "Not applicable"),
    ("Listed websites, archived copies", "No results"),
    ("Listed feeds, entries", "Blocked by the source"),
    ("Listed forum accounts, public profile", "Source unavailable"),
)


def _finding(**fields: object) -> SanitizedFinding:
    given: dict[str, object] = {
        "code": "JR-09",
        "statement": "Described riding at high speed and evading a traffic stop on a public road.",
        "criterion": "Reckless or irresponsible behavior",
        "clause": "VI.A.5.b",
        "nexus": "An officer drives with emergency privileges and is trusted with the safety of everyone on the road.",
        "engagement": "Authored",
        "audience": "Public",
        "frequency": "2 to 5 times",
        "period": "2nd quarter of 2024",
        "severity": "3 of 4",
        "source": "Social media post",
        "attribution": "A4: confirmed by the candidate, or a disclosed account with a second identifier",
        "validation": "Corroborated by an independent archived copy; reviewed by two persons",
        "status": Status.VERIFIED,
        "favorable": False,
        "quotation": SanitizedText("Third time I outran them on that bike. They never even got the plate.", RECORD),
        "filter_record": RECORD,
    }
    return SanitizedFinding(**{**given, **fields})  # type: ignore[arg-type]


def _report(*findings: SanitizedFinding, **fields: object) -> Report:
    given: dict[str, object] = {
        "number": "R-7K2M4QXD-1",
        "case_number": "C-7K2M4QXD",
        "position": "patrol-officer-2026",
        "position_title": "Patrol Officer",
        "department": "Riverton Police Department",
        "released_on": date(2026, 11, 22),
        "prepared_by": "An HR investigator who takes no part in the hiring decision",
        "protocol_title": "Patrol Officer",
        "protocol_version": 3,
        "protocol_digest": "5b1e77c0" * 8,
        "filter_version": "9f2c41d8" * 8,
        "authorization_signed": True,
        "practice": False,
        "searches": tuple(
            ReportedSearch(step=n, title=title, outcome=outcome) for n, (title, outcome) in enumerate(STEPS, start=1)
        ),
        "findings": findings,
        "log_size": 1883,
        "log_root": "8c0d12fe55abaa07",
        "witnessed": False,
    }
    return Report(**{**given, **fields})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make_finding() -> Callable[..., SanitizedFinding]:
    return _finding


@pytest.fixture(scope="session")
def make_report() -> Callable[..., Report]:
    return _report


@pytest.fixture(scope="session")
def three_findings() -> tuple[SanitizedFinding, ...]:
    """Two adverse findings, one of them not verified, and a favorable one without a quotation."""
    return (
        _finding(),
        _finding(
            code="JR-03",
            criterion="Bias against a protected class",
            statement="Stated that members of a protected class should be denied service by the police.",
            clause="VI.A.5.a",
            nexus="An officer serves everyone alike, and bias shown in public can impeach testimony.",
            quotation=SanitizedText("[withheld] should not be helped at all, let them wait until morning.", RECORD),
            frequency="once",
            period="4th quarter of 2022 to 1st quarter of 2023",
            severity="4 of 4",
            validation="Not corroborated by an independent element",
            source="Public profile",
            status=Status.NOT_VERIFIED,
        ),
        _finding(
            code="JR-P",
            criterion="Positive or mitigating conduct",
            statement="Gave unpaid service to the community over a sustained time.",
            clause="VI.A.1",
            nexus="Sustained service shows conscientiousness and care for others.",
            quotation=None,
            frequency="more than 5 times",
            period="1st quarter of 2025",
            severity="favorable",
            engagement="Stated by others about the candidate",
            source="Web page",
            favorable=True,
        ),
    )


@pytest.fixture(scope="session")
def typical(three_findings: tuple[SanitizedFinding, ...]) -> Report:
    return _report(*three_findings)


@pytest.fixture(scope="session")
def nil() -> Report:
    return _report()


@pytest.fixture(scope="session")
def practice(three_findings: tuple[SanitizedFinding, ...]) -> Report:
    return _report(*three_findings, practice=True)


@pytest.fixture(scope="session")
def long(three_findings: tuple[SanitizedFinding, ...]) -> Report:
    """Twelve findings and twenty-four searches."""
    searches = tuple(
        ReportedSearch(step=n, title=f"{STEPS[n % 8][0]} ({n})", outcome=STEPS[n % 8][1]) for n in range(1, 25)
    )
    return _report(*three_findings * 4, searches=searches)


@pytest.fixture(scope="session")
def typical_pdf(typical: Report) -> bytes:
    return pdf.render(typical)


@pytest.fixture(scope="session")
def nil_pdf(nil: Report) -> bytes:
    return pdf.render(nil)


@pytest.fixture(scope="session")
def practice_pdf(practice: Report) -> bytes:
    return pdf.render(practice)


@pytest.fixture(scope="session")
def long_pdf(long: Report) -> bytes:
    return pdf.render(long)


PRINTER = """
import base64, json, sys
sys.path.insert(0, sys.argv[1])
from reports.finishing import padded
from reports.pdf import _write
answers = []
for html, number in json.load(sys.stdin):
    try:
        answers.append(base64.b64encode(padded(_write(html, number))).decode())
    except BaseException as error:
        answers.append(type(error).__name__)
        if isinstance(error, KeyboardInterrupt):
            raise
print(json.dumps(answers))
"""


@pytest.fixture(scope="session")
def print_pages() -> Callable[[list[str], str], list[bytes | str]]:
    """Writes pages of HTML as the renderer does, many in one process: each a file, or the name of what stopped it."""

    def print_all(pages: list[str], number: str) -> list[bytes | str]:
        root = Path(pdf.__file__).parent.parent
        fonts = root / "reports" / "static" / "fonts"
        done = subprocess.run(
            [sys.executable, "-I", "-c", PRINTER, str(root)],
            input=json.dumps([(page, number) for page in pages]),
            capture_output=True,
            text=True,
            cwd=fonts,
            env={"FONTCONFIG_FILE": str(fonts / "fonts.conf"), "LC_ALL": "C.UTF-8"},
            check=True,
        )
        answers = json.loads(done.stdout)
        return [base64.b64decode(answer) if len(answer) > 100 else str(answer) for answer in answers]

    return print_all
