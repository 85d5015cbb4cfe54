"""How many bear a name: rare only where the census says so, and nobody's group makes a name stronger evidence."""

import pytest

from vetting.attribution import Level, grade
from vetting.candidate import Candidate
from vetting.casework.name_frequency import FAMILY_NAMES, frequency_of
from vetting.signals import NameFrequency, Signal

NAME_AND_TOWN = (Signal.SAME_NAME, Signal.SAME_TOWN)


def named(full_name: str, *others: str) -> Candidate:
    return Candidate(full_name=full_name, town="Riverton", identifiers=(), other_names=others)


@pytest.mark.parametrize(
    ("name", "frequency"),
    [
        ("Maria Garcia", NameFrequency.COMMON),
        ("María García", NameFrequency.COMMON),
        ("Dana Smith Jr.", NameFrequency.COMMON),
        ("Lena Hartigan", NameFrequency.RARE),
        ("Ada Quellington", NameFrequency.UNKNOWN),
        ("\u738b\u5c0f\u660e", NameFrequency.UNKNOWN),
        ("...", NameFrequency.UNKNOWN),
    ],
)
def test_the_family_name_says_how_many_bear_a_name(name: str, frequency: NameFrequency) -> None:
    assert frequency_of(named(name)) is frequency


def test_the_last_part_of_a_double_name_counts_and_a_given_name_does_not() -> None:
    assert frequency_of(named("Dana Hartigan-Smith")) is NameFrequency.COMMON
    assert frequency_of(named("Xiomaranda Smith")) is frequency_of(named("Mary Smith")) is NameFrequency.COMMON
    assert frequency_of(named("Xiomaranda Hartigan")) is frequency_of(named("Mary Hartigan")) is NameFrequency.RARE


def test_a_name_that_may_be_written_family_first_counts_by_the_part_that_most_bear() -> None:
    assert frequency_of(named("Nguyen Hartigan")) is NameFrequency.COMMON
    assert frequency_of(named("Kim Hartigan")) is NameFrequency.COMMON


def test_of_several_names_the_one_that_most_bear_counts() -> None:
    assert frequency_of(named("Lena Hartigan", "Lena Smith")) is NameFrequency.COMMON
    assert frequency_of(named("Lena Hartigan", "Lena Quellington")) is NameFrequency.UNKNOWN


@pytest.mark.parametrize("name", ["Ada Quellington", "Nyibol Achwiel", "Pa Houa Yangchay", "Oyelaran Adebimpeola"])
def test_a_name_that_the_census_does_not_list_makes_no_stronger_evidence_than_smith(name: str) -> None:
    assert grade(NAME_AND_TOWN, frequency_of(named(name))) is grade(NAME_AND_TOWN, frequency_of(named("Jo Smith")))
    assert grade(NAME_AND_TOWN, frequency_of(named(name))) is Level.A1


def test_the_table_holds_names_and_classes_and_nothing_about_groups() -> None:
    lines = FAMILY_NAMES.read_text(encoding="utf-8").splitlines()
    sections = [line for line in lines if line.startswith("[")]
    names = [line for line in lines if not line.startswith(("#", "["))]
    assert sections == ["[common]", "[uncommon]", "[rare]", "[first_name]"]
    assert len(names) > 70_000
    assert all(name.isascii() and name.islower() and name.isalpha() for name in names)
    head = " ".join(line for line in lines if line.startswith("#"))
    assert "US Census 2010" in head
    assert "public domain" in head
