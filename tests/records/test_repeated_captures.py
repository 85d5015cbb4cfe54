"""What became of a finding's source is kept beside it, each time it was asked."""

from dataclasses import replace

from tests.records import invented
from tests.records.refusals import refused
from vetting.errors import ExitCode
from vetting.evidence import Standing
from vetting.records.case_files import CaseFiles


def test_what_became_of_a_source_comes_back_and_the_latest_counts(one_case: CaseFiles) -> None:
    with one_case.transaction() as unit:
        assert unit.repeated_capture("F-0001") is None
        assert unit.add_repeated_capture(invented.repeated_capture(Standing.UNCHANGED)) == 1
        nobody_asked = replace(invented.repeated_capture(Standing.NOT_ASKED), reason="imported", capture_id=None)
        assert unit.add_repeated_capture(nobody_asked) == 2
    with one_case.reading() as unit:
        assert unit.repeated_capture("F-0001") == nobody_asked


def test_a_capture_that_is_not_there_cannot_be_named(one_case: CaseFiles) -> None:
    def add() -> None:
        with one_case.transaction() as unit:
            unit.add_repeated_capture(replace(invented.repeated_capture(), capture_id="K-none"))

    refused(add, "unknown_record", ExitCode.NOT_FOUND)
