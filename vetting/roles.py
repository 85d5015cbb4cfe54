"""Who may do what: persons, roles, one permission table, the searcher's own clearance (IV.B.6, IV.B.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from vetting.errors import bad_input, refused


class Role(StrEnum):
    """What a person is here for. A person may hold several roles, but not on both sides of the wall of one position."""

    INVESTIGATOR = "investigator"
    REVIEWER = "reviewer"
    DECISION_MAKER = "decision_maker"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Every act that needs a signed-in person."""

    OPEN_CASE_FILES = "open_case_files"
    OPEN_POSITION = "open_position"
    OPEN_CASE = "open_case"
    RUN_SEARCHES = "run_searches"
    IMPORT_EVIDENCE = "import_evidence"
    EXPORT_EVIDENCE = "export_evidence"
    REVIEW_FINDINGS = "review_findings"
    RELEASE_REPORT = "release_report"
    REFER_THREAT = "refer_threat"
    READ_REPORTS = "read_reports"
    DETERMINE = "determine"
    VERIFY_UNIFORMITY = "verify_uniformity"
    EXPORT_LOG = "export_log"
    MANAGE_PEOPLE = "manage_people"
    REQUEST_DEVIATION = "request_deviation"
    DECIDE_DEVIATION = "decide_deviation"


_ACTS: Mapping[Permission, str] = MappingProxyType(
    {
        Permission.OPEN_CASE_FILES: "open case files",
        Permission.OPEN_POSITION: "open a position",
        Permission.OPEN_CASE: "open a case",
        Permission.RUN_SEARCHES: "run searches",
        Permission.IMPORT_EVIDENCE: "import evidence",
        Permission.EXPORT_EVIDENCE: "export evidence",
        Permission.REVIEW_FINDINGS: "review findings",
        Permission.RELEASE_REPORT: "release a report",
        Permission.REFER_THREAT: "refer a threat to life",
        Permission.READ_REPORTS: "read reports",
        Permission.DETERMINE: "record a determination",
        Permission.VERIFY_UNIFORMITY: "verify uniformity",
        Permission.EXPORT_LOG: "export the log",
        Permission.MANAGE_PEOPLE: "manage people",
        Permission.REQUEST_DEVIATION: "ask for a deviation",
        Permission.DECIDE_DEVIATION: "decide on a deviation",
    }
)
_I, _R, _D, _A, _M = Role.INVESTIGATOR, Role.REVIEWER, Role.DECISION_MAKER, Role.AUDITOR, Role.ADMINISTRATOR

PERMISSIONS: Mapping[Permission, frozenset[Role]] = MappingProxyType(
    {
        Permission.OPEN_CASE_FILES: frozenset({_I, _R}),
        Permission.OPEN_POSITION: frozenset({_I}),
        Permission.OPEN_CASE: frozenset({_I}),
        Permission.RUN_SEARCHES: frozenset({_I}),
        Permission.IMPORT_EVIDENCE: frozenset({_I}),
        Permission.EXPORT_EVIDENCE: frozenset({_I}),
        Permission.REVIEW_FINDINGS: frozenset({_I, _R}),
        Permission.RELEASE_REPORT: frozenset({_I}),
        Permission.REFER_THREAT: frozenset({_I}),
        Permission.READ_REPORTS: frozenset({_D}),
        Permission.DETERMINE: frozenset({_D}),
        Permission.VERIFY_UNIFORMITY: frozenset({_A}),
        Permission.EXPORT_LOG: frozenset({_A}),
        Permission.MANAGE_PEOPLE: frozenset({_M}),
        Permission.REQUEST_DEVIATION: frozenset({_I}),
        Permission.DECIDE_DEVIATION: frozenset({_I, _R}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivePosition:
    """The searcher's own record (IV.B.7, REQ-POL-5): vetted, trained, bound to confidentiality, each with a date."""

    vetted_on: date
    training_expires_on: date
    """The first day on which the training counts no more."""
    confidentiality_signed_on: date

    def begun(self, today: date) -> bool:
        """Whether the person has been vetted and has signed by `today`."""
        return max(self.vetted_on, self.confidentiality_signed_on) <= today

    def expired(self, today: date) -> bool:
        """Whether the training has run out."""
        return self.training_expires_on <= today


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who acts. It is the person, not the account, that separates duties (REQ-POL-6)."""

    id: str
    """Lower-case letters, digits, dot and hyphen; stands in the log, so it should be a staff number or initials."""
    name: str
    roles: frozenset[Role]
    sensitive_position: SensitivePosition | None = None


def authorize(person: Person, permission: Permission) -> None:
    """Refuses a person whose roles do not carry the permission."""
    if not person.roles & PERMISSIONS[permission]:
        needed = " or ".join(sorted(role.value.replace("_", " ") for role in PERMISSIONS[permission]))
        raise refused(
            "role_refused",
            f"{person.id} may not {_ACTS[permission]}.",
            f"Sign in as a person with the role {needed}.",
        )


def check_record(record: SensitivePosition, today: date) -> None:
    """Refuses a record that cannot be true: vetted or signed on a day to come. An expired training is a record too."""
    if not record.begun(today):
        raise bad_input(
            "clearance_early",
            "A person cannot have been vetted, or have signed, on a day that is still to come.",
            "Give the day on which it was done.",
        )


def check_searcher(person: Person, deciders: frozenset[str], now: datetime, *, attested: bool) -> None:
    """Refuses a searcher who decides on the position, or whose sensitive-position record is missing or expired.

    Training counts up to the day before it expires. `deciders` are the person ids who decide on the position;
    `attested` is whether the person has signed that they have no conflict of interest in this position.
    """
    if person.id in deciders:
        raise refused(
            "decides_here",
            f"{person.id} decides on this position and may not take part in its searches (IV.B.6).",
            "Have an investigator who takes no part in the decision do it.",
        )
    record = person.sensitive_position
    if record is None or not record.begun(now.date()):
        raise refused(
            "not_cleared",
            f"{person.id} has no sensitive-position record in force (IV.B.7).",
            "Have an administrator record it with: vetting person clear.",
        )
    if record.expired(now.date()):
        raise refused(
            "training_expired",
            f"The training of {person.id} expired on {record.training_expires_on.isoformat()} (IV.B.7).",
            "Renew the training, then have an administrator record it with: vetting person clear.",
        )
    if not attested:
        raise refused(
            "conflict_not_attested",
            f"{person.id} has not attested to having no conflict of interest in this position.",
            "Attest with: vetting position attest.",
        )
