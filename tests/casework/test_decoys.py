"""Promise of the grading: nobody else's account is proposed as the candidate's, however alike name and handle are."""

from collections.abc import Iterator

import pytest

from tests.decoy_farm import CANDIDATES, Whose, running
from tests.decoy_grading import Graded, graded
from vetting.attribution import Level
from vetting.casework.name_frequency import frequency_of
from vetting.signals import NameFrequency

AT_MOST_A_NAME = {Level.AX, Level.A0, Level.A1}
OTHERS = (Whose.NAMESAKE, Whose.NEIGHBOR, Whose.SQUATTER, Whose.NOBODY)


@pytest.fixture(scope="module")
def farm() -> Iterator[Graded]:
    """Yield what the farm's pages carry."""
    with running() as sites:
        yield graded(sites)


def test_the_farm_has_candidates_of_common_unknown_and_rare_names() -> None:
    frequencies = {frequency_of(candidate) for candidate in CANDIDATES}
    assert frequencies == {NameFrequency.COMMON, NameFrequency.UNKNOWN, NameFrequency.RARE}


def test_no_random_handle_and_no_squatter_is_more_than_a_name(farm: Graded) -> None:
    claims = farm.of(Whose.NOBODY, Whose.SQUATTER)
    assert len(farm.of(Whose.SQUATTER)) >= 30
    assert {claim.level for claim in claims} <= AT_MOST_A_NAME


def test_no_namesake_is_more_than_a_name(farm: Graded) -> None:
    claims = farm.of(Whose.NAMESAKE)
    assert len(claims) >= 30
    assert {claim.level for claim in claims} <= AT_MOST_A_NAME


def test_a_namesake_in_the_same_town_is_more_than_a_name_only_where_the_name_is_known_to_be_rare(farm: Graded) -> None:
    claims = farm.of(Whose.NEIGHBOR)
    assert len(claims) >= 50
    assert {c.level for c in claims if c.frequency is not NameFrequency.RARE} <= AT_MOST_A_NAME
    assert {c.level for c in claims if c.frequency is NameFrequency.RARE} == {Level.A2}


def test_nothing_of_anybody_else_reaches_a_level_that_may_be_released(farm: Graded) -> None:
    assert not [claim for claim in farm.of(*OTHERS) if claim.level.releasable]


def test_the_candidates_own_disclosed_accounts_reach_it_where_a_second_fact_is_stated(farm: Graded) -> None:
    assert farm.best(Whose.CANDIDATES) == {Level.A4: 2 * len(CANDIDATES), Level.A2: len(CANDIDATES)}
