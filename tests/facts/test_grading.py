"""The level that evidence carries by rule: a name is never enough, and more evidence never turns it the other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.attribution import LINKS, Level, check_level, grade
from vetting.signals import NameFrequency, Signal

ORDER = [Level.AX, Level.A0, Level.A1, Level.A2, Level.A3, Level.A4]
FREQUENCIES = st.sampled_from(NameFrequency)
SIGNALS = st.frozensets(st.sampled_from(Signal))
FOR = [signal for signal in Signal if not signal.against]
AGAINST = [signal for signal in Signal if signal.against]
WEAK = [signal for signal in FOR if not signal.strong]
S, N = Signal, NameFrequency


def rank(signals: frozenset[Signal], frequency: NameFrequency) -> int:
    return ORDER.index(grade(signals, frequency))


@given(frequency=FREQUENCIES)
def test_a_name_alone_is_never_above_a1(frequency: NameFrequency) -> None:
    assert grade([S.SAME_NAME], frequency) is Level.A1
    assert grade([S.SAME_NAME, S.HANDLE_FROM_NAME], frequency) is Level.A1


def test_nothing_collected_is_unlinked() -> None:
    assert grade([], N.RARE) is Level.A0


@pytest.mark.parametrize("frequency", [N.COMMON, N.UNCOMMON, N.UNKNOWN])
def test_name_and_town_are_nothing_more_than_a_name_unless_the_name_is_known_to_be_rare(
    frequency: NameFrequency,
) -> None:
    assert grade([S.SAME_NAME, S.SAME_TOWN], frequency) is Level.A1
    assert grade([S.SAME_NAME, S.SAME_TOWN], N.RARE) is Level.A2


def test_a_handle_made_of_the_name_does_not_confirm_the_name() -> None:
    assert grade([S.SAME_NAME, S.HANDLE_FROM_NAME, S.SAME_TOWN], N.COMMON) is Level.A1
    assert grade([S.SAME_NAME, S.SAME_HANDLE, S.SAME_TOWN], N.COMMON) is Level.A2


def test_a_handle_and_a_town_without_the_name_are_somebody_elses_as_likely() -> None:
    assert grade([S.SAME_HANDLE, S.SAME_TOWN], N.RARE) is Level.A1


@given(signals=st.frozensets(st.sampled_from(WEAK)), frequency=FREQUENCIES)
def test_no_number_of_weak_facts_reaches_a_level_that_may_be_released(
    signals: frozenset[Signal], frequency: NameFrequency
) -> None:
    assert not grade(signals, frequency).releasable


@given(signals=SIGNALS, frequency=FREQUENCIES)
def test_what_may_be_released_has_a_strong_fact_an_independent_second_and_nothing_against(
    signals: frozenset[Signal], frequency: NameFrequency
) -> None:
    if grade(signals, frequency).releasable:
        assert any(signal.strong and not signal.against for signal in signals)
        assert len({signal.topic for signal in signals} - {"name"}) >= 2
        assert not any(signal.against for signal in signals)


@pytest.mark.parametrize(
    ("signals", "level"),
    [
        ({S.DISCLOSED_ACCOUNT}, Level.A2),
        ({S.DISCLOSED_ACCOUNT, S.SAME_NAME}, Level.A2),
        ({S.DISCLOSED_ACCOUNT, S.RECIPROCAL_LINK}, Level.A4),
        ({S.DISCLOSED_ACCOUNT, S.SAME_TOWN}, Level.A4),
        ({S.SAME_EMAIL, S.SAME_TOWN}, Level.A3),
        ({S.RECIPROCAL_LINK, S.SAME_HANDLE}, Level.A3),
        ({S.SAME_EMAIL, S.EMAIL_IN_TEXT}, Level.A2),
        ({S.RECIPROCAL_LINK, S.LINKS_TO_DISCLOSED, S.NAMED_BY_DISCLOSED}, Level.A2),
        ({S.DIFFERENT_PERSON_SHOWN}, Level.AX),
        ({S.SAME_HANDLE, S.SAME_TOWN, S.DIFFERENT_PERSON_SHOWN}, Level.AX),
        ({S.SAME_NAME, S.DIFFERENT_TOWN}, Level.A1),
        ({S.DIFFERENT_TOWN}, Level.A0),
        ({S.DISCLOSED_ACCOUNT, S.RECIPROCAL_LINK, S.DIFFERENT_PERSON_SHOWN}, Level.A2),
    ],
)
def test_each_rule_has_its_example(signals: set[Signal], level: Level) -> None:
    assert grade(signals, N.COMMON) is level


@given(signals=SIGNALS, more=st.sampled_from(FOR), frequency=FREQUENCIES)
def test_more_evidence_for_never_lowers_the_level(
    signals: frozenset[Signal], more: Signal, frequency: NameFrequency
) -> None:
    assert rank(signals | {more}, frequency) >= rank(signals, frequency)


@given(signals=SIGNALS, more=st.sampled_from(AGAINST), frequency=FREQUENCIES)
def test_more_evidence_against_never_raises_the_level(
    signals: frozenset[Signal], more: Signal, frequency: NameFrequency
) -> None:
    assert rank(signals | {more}, frequency) <= rank(signals, frequency)


@given(signals=SIGNALS, frequency=FREQUENCIES)
def test_a_name_that_is_not_known_to_be_rare_never_counts_for_more(
    signals: frozenset[Signal], frequency: NameFrequency
) -> None:
    assert rank(signals, frequency) <= rank(signals, N.RARE)
    assert rank(signals, N.UNKNOWN) == rank(signals, N.COMMON)


@given(signals=SIGNALS, frequency=FREQUENCIES)
def test_the_reviewers_rule_accepts_every_proposal_with_the_links_that_stand_for_its_evidence(
    signals: frozenset[Signal], frequency: NameFrequency
) -> None:
    check_level(grade(signals, frequency), tuple(LINKS[signal] for signal in Signal if signal in signals))


def test_every_signal_stands_for_a_link_of_the_same_side() -> None:
    assert set(LINKS) == set(Signal)
    assert {LINKS[signal].value for signal in AGAINST} == {signal.value for signal in AGAINST}
