"""What a department may do wrong, the audit finds by the check that is for it; what is right raises nothing."""

from collections import Counter

import pytest

from tests.audit.judging import alarms, caught, noticed, stories
from tests.audit.kinds import TAMPERINGS, VIOLATIONS
from tests.audit.tampering import Tamper
from tests.audit.violations import Kind

CLEAN = 34
"""Seeds: more than fifty positions. `make audit-mutations` looks at a thousand, and at each kind on five seeds."""


@pytest.mark.parametrize("kind", VIOLATIONS, ids=lambda kind: kind.name)
def test_each_kind_of_violation_is_caught_by_the_check_that_is_for_it(kind: Kind) -> None:
    (story,) = stories(kind, 1)
    assert caught(kind, story), kind.sentence


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.name)
@pytest.mark.parametrize("seed", range(3))
def test_each_kind_of_tampering_is_caught_by_verification(tamper: Tamper, seed: int) -> None:
    assert noticed(tamper, seed), tamper.sentence


def test_a_department_that_does_everything_right_raises_no_alarm() -> None:
    assert [told for seed in range(CLEAN) for told in alarms(seed)] == []


def test_the_list_holds_what_it_promises() -> None:
    names = Counter(kind.name for kind in VIOLATIONS)
    assert len(names) == len(VIOLATIONS) >= 36
    sentences = [kind.sentence for kind in VIOLATIONS] + [tamper.sentence for tamper in TAMPERINGS]
    assert all(sentence.strip().endswith(".") for sentence in sentences)
    of_the_log = {*range(1, 22), 23, 24, 25, 28}
    assert {kind.check for kind in VIOLATIONS} == of_the_log, "every check that a machine can fail is tried"
