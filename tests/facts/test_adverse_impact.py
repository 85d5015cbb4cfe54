"""Adverse impact: the numbers that others published, words where numbers are too small, and nobody subtracted out."""

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.adverse_impact import Case, Reading, SelfIdentification, Stage, Table, assess, overall
from vetting.adverse_impact.exact import (
    Count,
    fisher,
    holm,
    rate_interval,
    ratio,
    ratio_interval,
    stratified,
)
from vetting.adverse_impact.suppression import SMALLEST_CELL, hidden

RABBITS = (((0, 6), (0, 5)), ((3, 3), (0, 6)), ((6, 0), (2, 4)), ((5, 1), (6, 0)), ((2, 0), (5, 0)))
"""Agresti, Categorical Data Analysis (1990), p. 231: cured and died, penicillin at once and delayed, five doses."""


def count(selected: int, of: int) -> Count:
    return Count(selected=selected, of=of)


# --------------------------------------------------------------------------------------- numbers by others


def test_a_rate_has_the_interval_of_clopper_and_pearson() -> None:
    found = rate_interval(count(10, 100))
    assert (found.low, found.high) == pytest.approx((0.0490, 0.1762), abs=5e-5)
    nobody = rate_interval(count(0, 10))
    assert (nobody.low, nobody.high) == pytest.approx((0.0, 0.3085), abs=5e-5)


def test_a_ratio_has_the_interval_that_koopman_printed() -> None:
    found = ratio_interval([(count(36, 40), count(16, 80))])
    assert (found.low, found.high) == pytest.approx((2.94, 7.15), abs=5e-3)


def test_a_ratio_over_a_rate_of_nothing_has_no_upper_bound() -> None:
    assert ratio_interval([(count(5, 20), count(0, 20))]).high == math.inf
    assert ratio_interval([(count(0, 20), count(5, 20))]).low == 0
    assert ratio_interval([(count(0, 20), count(0, 20))]).high == math.inf


def test_two_rates_have_the_chance_that_fishers_test_gives_in_r() -> None:
    assert fisher(count(21, 24), count(14, 24)) == pytest.approx(0.04899, abs=5e-6)


def test_several_positions_have_the_chance_that_the_exact_mantel_haenszel_test_gives_in_r() -> None:
    pairs = [(count(a, a + b), count(c, c + d)) for (a, b), (c, d) in RABBITS]
    assert stratified(pairs) == pytest.approx(0.03994, abs=5e-6)


def test_several_positions_have_the_ratio_of_mantel_and_haenszel() -> None:
    """Deaths under tolbutamide and placebo below and above 55 years (UGDP; Rothman, Modern Epidemiology)."""
    pairs = [(count(8, 106), count(5, 120)), (count(22, 98), count(16, 85))]
    assert ratio(pairs) == pytest.approx(1.33, abs=5e-3)
    found = ratio_interval(pairs)
    assert (found.low, found.high) == pytest.approx((0.80, 2.20), abs=1e-2)


def test_holm_steps_down() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


counts = st.integers(1, 40).flatmap(lambda n: st.integers(0, n).map(lambda k: count(k, n)))


@given(counts, counts)
def test_one_position_alone_is_fishers_test_and_a_position_of_one_group_changes_nothing(a: Count, b: Count) -> None:
    assert stratified([(a, b)]) == fisher(a, b)
    assert stratified([(a, b), (count(0, 7), count(0, 9))]) == pytest.approx(fisher(a, b), rel=1e-6)


@given(counts, counts)
def test_the_interval_of_a_ratio_holds_the_ratio_and_turns_over_with_it(a: Count, b: Count) -> None:
    if not (a.selected and b.selected):
        return
    one, other = ratio_interval([(a, b)]), ratio_interval([(b, a)])
    assert one.low <= ratio([(a, b)]) * (1 + 1e-9)
    assert ratio([(a, b)]) <= one.high * (1 + 1e-9)
    assert one.low == pytest.approx(1 / other.high, rel=1e-6)


# ---------------------------------------------------------------------------------------- what is not shown


@given(st.dictionaries(st.sampled_from("abcdefg"), st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1))
def test_what_is_hidden_cannot_be_subtracted_out(cells: Mapping[str, tuple[int, int]]) -> None:
    gone = hidden(cells)
    assert {name for name, row in cells.items() if min(row) < SMALLEST_CELL} <= gone
    if gone and gone != cells.keys():
        assert len(gone) > 1
        assert all(sum(column) >= SMALLEST_CELL for column in zip(*(cells[name] for name in gone), strict=True))


def people(**groups: tuple[int, int]) -> tuple[list[Case], SelfIdentification]:
    """Of each group: how many were flagged, and how many there are; everybody was searched."""
    return positions(patrol=groups)


def positions(**each: dict[str, tuple[int, int]]) -> tuple[list[Case], SelfIdentification]:
    cases, said = [], {}
    for position, groups in each.items():
        for group, (flagged, of) in groups.items():
            for n in range(of):
                reached = frozenset({Stage.SEARCHED, Stage.FLAGGED} if n < flagged else {Stage.SEARCHED})
                cases.append(Case(number=f"C-{position}-{group}-{n}", position=position, reached=reached))
                said[cases[-1].number] = (group,)
    return cases, SelfIdentification(categories=("sex",), groups=said)


def flagged(cases: list[Case], said: SelfIdentification, position: str = "patrol") -> Table:
    (table,) = [t for t in assess(cases, said).tables if (t.stage, t.position) == (Stage.FLAGGED, position)]
    return table


def readings(table: Table) -> dict[str, Reading]:
    return {row.group: row.reading for row in table.rows}


def test_a_group_of_fewer_than_ten_is_not_shown_and_neither_is_what_it_could_be_computed_from() -> None:
    table = flagged(*people(women=(20, 41), men=(30, 60), other=(1, 9)))
    shown = {row.group: row.of for row in table.rows}
    assert shown == {"women": None, "men": 60, "other": None}
    assert readings(table)["other"] is Reading.CANNOT_BE_DETERMINED


def test_a_count_of_fewer_than_ten_is_not_shown_and_nothing_it_could_be_computed_from() -> None:
    table = flagged(*people(women=(3, 50), men=(15, 50)))
    assert all(row.reached is row.rate is row.ratio is row.p is None for row in table.rows)
    assert [row.of for row in table.rows] == [50, 50]
    assert readings(table) == {"women": Reading.BEST, "men": Reading.DIFFERENCE}


def test_what_one_position_hides_is_not_what_all_positions_less_the_others_give() -> None:
    cases, said = positions(
        patrol={"women": (3, 50), "men": (5, 50)},
        detective={"women": (20, 50), "men": (22, 50)},
        sergeant={"women": (20, 50), "men": (22, 50)},
    )
    assert all(row.reached is None for row in flagged(cases, said, "patrol").rows)
    assert all(row.reached == 20 for row in flagged(cases, said, "sergeant").rows if row.group == "women")
    assert all(row.reached is row.ratio is row.p is None for row in flagged(cases, said, "").rows)


def test_positions_that_hide_ten_together_are_shown_together() -> None:
    cases, said = positions(
        patrol={"women": (6, 50), "men": (7, 50)},
        detective={"women": (6, 50), "men": (7, 50)},
    )
    assert {row.group: row.reached for row in flagged(cases, said, "").rows} == {"men": 14, "women": 12}


# --------------------------------------------------------------------------------------------------- words


def test_a_fair_small_pool_below_four_fifths_is_no_difference_but_cannot_be_determined() -> None:
    table = flagged(*people(men=(20, 50), women=(10, 20)))
    (women,) = [row for row in table.rows if row.group == "women"]
    assert women.reading is Reading.CANNOT_BE_DETERMINED
    assert women.ratio == pytest.approx(0.833, abs=1e-3)
    assert women.ratio_interval is not None
    assert women.ratio_interval.low < 0.8 < women.ratio_interval.high
    assert women.adjusted is not None
    assert women.adjusted > 0.05


def test_a_difference_in_large_numbers_is_one_although_it_is_above_four_fifths() -> None:
    table = flagged(*people(men=(50, 1000), women=(100, 1000)))
    (women,) = [row for row in table.rows if row.group == "women"]
    assert women.below_four_fifths is False
    assert women.reading is Reading.DIFFERENCE


def test_four_fifths_exactly_is_not_below() -> None:
    table = flagged(*people(men=(10, 40), women=(16, 40)))
    (women,) = [row for row in table.rows if row.group == "women"]
    assert women.ratio == pytest.approx(0.8)
    assert women.below_four_fifths is False


def test_a_difference_that_one_candidate_would_undo_is_said_to_be_that() -> None:
    table = flagged(*people(men=(14, 40), women=(24, 40)))
    (women,) = [row for row in table.rows if row.group == "women"]
    assert women.adjusted is not None
    assert women.with_one_more is not None
    assert women.adjusted < 0.05 <= women.with_one_more
    assert women.reading is Reading.DIFFERENCE_OF_ONE


def test_where_everybody_fared_alike_there_is_nothing_to_test() -> None:
    cases, said = people(men=(10, 30), women=(10, 30))
    searched = next(t for t in assess(cases, said).tables if t.stage is Stage.SEARCHED)
    assert {row.reading for row in searched.rows} == {Reading.ALL_ALIKE}
    assert searched.everybody is True
    assert [(row.reached, row.of) for row in searched.rows] == [(30, 30), (30, 30)]
    assert flagged(*people(men=(30, 30), women=(4, 4))).everybody is True
    assert flagged(*people(men=(10, 30), women=(4, 4))).everybody is None


def test_who_did_not_say_is_counted_and_not_compared() -> None:
    cases, said = people(men=(12, 30), women=(12, 30), silent=(0, 30))
    renamed = {case: ("not stated",) if group == ("silent",) else group for case, group in said.groups.items()}
    table = flagged(cases, SelfIdentification(categories=("sex",), groups=renamed))
    assert readings(table)["not stated"] is Reading.CANNOT_BE_DETERMINED
    assert Reading.BEST in {readings(table)["men"], readings(table)["women"]}


def test_every_pair_counts_where_many_groups_are_compared() -> None:
    two = flagged(*people(a=(15, 50), b=(27, 50)))
    four = flagged(*people(a=(15, 50), b=(27, 50), c=(20, 50), d=(21, 50)))
    p = {row.group: (row.p, row.adjusted) for row in (*two.rows, *four.rows) if row.group == "b"}
    assert [row.reading for row in two.rows if row.group == "b"] == [Reading.DIFFERENCE]
    assert p["b"] == pytest.approx((0.0253, 0.1518), abs=5e-4)
    assert overall([four]) is Reading.CANNOT_BE_DETERMINED


def test_small_positions_say_together_what_none_says_alone() -> None:
    each = {f"year{n}": {"men": (12, 30), "women": (18, 30)} for n in range(4)}
    cases, said = positions(**each)
    alone = {readings(flagged(cases, said, position))["women"] for position in each}
    assert alone == {Reading.CANNOT_BE_DETERMINED}
    assert readings(flagged(cases, said, ""))["women"] is Reading.DIFFERENCE


def test_no_case_is_named_in_what_comes_out() -> None:
    assert "C-" not in repr(assess(*people(men=(12, 30), women=(12, 30))))
    assert "women" not in repr(people(men=(12, 30), women=(12, 30))[1])


def test_four_fifths_alone_calls_half_of_fair_small_pools_adverse_and_we_call_one_in_twenty_at_most() -> None:
    """Every pool of 20 and 10 with true rates of one half, each with its probability."""
    rule = ours = 0.0
    for a in range(21):
        for b in range(11):
            chance = math.comb(20, a) * math.comb(10, b) / 2**30
            table = flagged(*people(men=(a, 20), women=(b, 10))) if a + b else None
            low, high = sorted((20 - a, 2 * (10 - b)))
            rule += chance * (5 * low < 4 * high)
            found = {row.reading for row in table.rows} if table else set()
            ours += chance * bool(found & {Reading.DIFFERENCE, Reading.DIFFERENCE_OF_ONE})
    assert rule == pytest.approx(0.5394, abs=1e-4)
    assert ours < 0.05
