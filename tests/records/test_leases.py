"""Leases: two runs never have the same search in hand, and what a dead run held is free."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.records import invented
from vetting.records.case_files import CaseFiles

KEYS = ["name_web.1", "email_web.1"]
UNTIL = invented.NOW + timedelta(minutes=30)


def _everybody(_holder: str) -> bool:
    return True


def _nobody(_holder: str) -> bool:
    return False


def test_a_search_in_somebody_s_hand_is_left_to_them(one_case: CaseFiles) -> None:
    with one_case.transaction() as unit:
        assert unit.lease("C-0001", KEYS[:1], "one", invented.NOW, UNTIL, _everybody) == {KEYS[0]}
    with one_case.transaction() as unit:
        assert unit.lease("C-0001", KEYS, "two", invented.NOW, UNTIL, _everybody) == {KEYS[1]}
        assert unit.lease("C-0001", KEYS, "three", invented.NOW, UNTIL, _everybody) == set()


@pytest.mark.parametrize("why", ["dead", "run out", "its own"])
def test_a_lease_that_nobody_keeps_is_taken_over(one_case: CaseFiles, why: str) -> None:
    with one_case.transaction() as unit:
        unit.lease("C-0001", KEYS, "one", invented.NOW, UNTIL, _everybody)
    with one_case.transaction() as unit:
        now = UNTIL if why == "run out" else invented.NOW
        alive = _nobody if why == "dead" else _everybody
        holder = "one" if why == "its own" else "two"
        assert unit.lease("C-0001", KEYS, holder, now, now + timedelta(minutes=30), alive) == set(KEYS)


def test_a_search_that_has_its_outcome_is_in_nobody_s_hand(one_case: CaseFiles) -> None:
    with one_case.transaction() as unit:
        unit.lease("C-0001", KEYS, "one", invented.NOW, UNTIL, _everybody)
        unit.end_lease("C-0001", KEYS[0])
        assert unit.lease("C-0001", KEYS, "two", invented.NOW, UNTIL, _everybody) == {KEYS[0]}
