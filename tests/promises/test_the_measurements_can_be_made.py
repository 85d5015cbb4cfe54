"""Promise: the figures in README and docs come from `make bench`, which goes on working when the rules change."""

import os
import sys

from tests.demonstration import ROOT, completed

FEWER_POSTS = "from tests.bench import main_job; main_job.POSTS = 40; main_job.main()"

A_PART_THAT_IS_GONE = """
from tests.bench import searches
del searches.flow_module.begin
searches.watched(searches.Stopwatch())
"""


def test_a_part_that_is_no_longer_there_is_not_left_out_of_a_measurement_unsaid() -> None:
    answer = completed([sys.executable, "-c", A_PART_THAT_IS_GONE], {**os.environ, "PYTHONPATH": str(ROOT)})
    assert answer.returncode != 0
    assert "AttributeError" in answer.stderr


def test_one_candidate_is_measured_from_the_first_search_to_the_filed_report() -> None:
    answer = completed([sys.executable, "-c", FEWER_POSTS], {**os.environ, "PYTHONPATH": str(ROOT)})
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("one candidate, 40 posts, 4 findings;")
    for stage in ("filter", "gate", "PDF", "leak check", "filing", "without network", "peer: stock Presidio"):
        assert stage in answer.stdout
