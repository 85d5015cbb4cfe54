"""A log that was seen with two roots at one size has two histories, whichever of the two it shows today."""

import pytest

from tests.outside.conftest import Town
from vetting.checkpoints import verify_log
from vetting.errors import ExitCode, VettingError
from vetting.log.answers import sightings_of
from vetting.log.errors import TwoRootsError


def test_what_an_auditor_saw_is_held_against_what_the_data_folder_saw(town: Town) -> None:
    now = verify_log(town.settings)
    size, _, root = town.settings.log_seen.read_text().strip().partition(":")
    assert (int(size), root) == (now.size, now.root_hex)
    assert verify_log(town.settings, {now.size: root[:16]}).ok
    town.settings.log_seen.write_text(f"{size}:{'0' * 64}\n")
    with pytest.raises(VettingError) as refused:
        verify_log(town.settings, {now.size: root[:16]})
    assert (refused.value.code, refused.value.exit_code) == ("two_roots", ExitCode.LOG_BROKEN)
    assert not verify_log(town.settings).ok


def test_two_papers_that_exclude_each_other_are_refused_in_either_order() -> None:
    papers = ["647:1e98987f4a41f7cd", "12:00000000000000aa", "647:1e98987f4a41f7ce"]
    for given in (papers, papers[::-1]):
        with pytest.raises(TwoRootsError, match="two different roots at 647 entries"):
            sightings_of(given)


def test_the_same_root_in_more_digits_is_no_other_root() -> None:
    longer = "647:1E98 987f 4a41 f7cd 00"
    for given in ([longer, "647:1e98987f4a41f7cd"], ["647:1e98987f4a41f7cd", longer]):
        assert sightings_of(given) == {647: "1e98987f4a41f7cd00"}
