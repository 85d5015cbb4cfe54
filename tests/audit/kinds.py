"""Every kind of violation and of tampering, in the order in which they are told."""

from tests.audit import (
    violations_of_agreeing,
    violations_of_clearing,
    violations_of_dropping,
    violations_of_findings,
    violations_of_matching,
    violations_of_order,
    violations_of_people,
    violations_of_searching,
    violations_of_straying,
)
from tests.audit.tampering import TAMPERS
from tests.audit.violations import KINDS

VIOLATIONS = tuple(sorted(KINDS, key=lambda kind: (kind.check, kind.name)))
TAMPERINGS = tuple(TAMPERS)

__all__ = [
    "TAMPERINGS",
    "VIOLATIONS",
    "violations_of_agreeing",
    "violations_of_clearing",
    "violations_of_dropping",
    "violations_of_findings",
    "violations_of_matching",
    "violations_of_order",
    "violations_of_people",
    "violations_of_searching",
    "violations_of_straying",
]
