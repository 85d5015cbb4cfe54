"""Roles, clearance, and the person who decides and therefore may not search."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from vetting.errors import ExitCode, VettingError
from vetting.roles import PERMISSIONS, Permission, Person, Role, SensitivePosition, authorize, check_searcher

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLEARED = SensitivePosition(
    vetted_on=date(2026, 1, 5), training_expires_on=date(2027, 12, 31), confidentiality_signed_on=date(2026, 1, 6)
)
SEARCHER = Person(id="i.one", name="I. One", roles=frozenset({Role.INVESTIGATOR}), sensitive_position=CLEARED)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_the_role_table_decides_every_act(role: Role, permission: Permission) -> None:
    person = Person(id="p", name="P", roles=frozenset({role}))
    if role in PERMISSIONS[permission]:
        authorize(person, permission)
        return
    with pytest.raises(VettingError) as refusal:
        authorize(person, permission)
    assert refusal.value.exit_code is ExitCode.REFUSED
    assert "Sign in" in refusal.value.remedy


def test_no_role_stands_on_both_sides_of_the_wall() -> None:
    raw = {Permission.RUN_SEARCHES, Permission.REVIEW_FINDINGS, Permission.RELEASE_REPORT, Permission.IMPORT_EVIDENCE}
    sanitized = {Permission.READ_REPORTS, Permission.DETERMINE}
    searchers = frozenset().union(*(PERMISSIONS[p] for p in raw))
    deciders = frozenset().union(*(PERMISSIONS[p] for p in sanitized))
    assert not searchers & deciders


def test_a_cleared_searcher_who_decides_nothing_here_may_search() -> None:
    check_searcher(SEARCHER, frozenset({"chief"}), NOW, attested=True)


@pytest.mark.parametrize(
    ("person", "deciders", "attested", "code"),
    [
        (SEARCHER, frozenset({"i.one"}), True, "decides_here"),
        (SEARCHER, frozenset({"chief"}), False, "conflict_not_attested"),
        (replace(SEARCHER, sensitive_position=None), frozenset({"chief"}), True, "not_cleared"),
        (
            replace(SEARCHER, sensitive_position=replace(CLEARED, training_expires_on=date(2026, 11, 23))),
            frozenset({"chief"}),
            True,
            "training_expired",
        ),
        (
            replace(SEARCHER, sensitive_position=replace(CLEARED, vetted_on=date(2026, 11, 24))),
            frozenset({"chief"}),
            True,
            "not_cleared",
        ),
    ],
)
def test_a_searcher_is_refused_who_decides_or_is_not_cleared_today(
    person: Person, deciders: frozenset[str], attested: bool, code: str
) -> None:
    with pytest.raises(VettingError) as refusal:
        check_searcher(person, deciders, NOW, attested=attested)
    assert refusal.value.code == code
