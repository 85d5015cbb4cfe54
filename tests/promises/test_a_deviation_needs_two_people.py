"""Promise: nobody departs from the protocol alone or in silence: one asks with a code, another approves, the auditor
sees it.
"""

import json
from typing import Any

import pytest

from tests.demonstration import ANOTHER, Demo
from vetting.cli.deviations import Reason
from vetting.deviation import DeviationReason

OK, REFUSED, NOT_READY = 0, 3, 6


def _json(copy: Demo, *arguments: str) -> Any:  # noqa: ANN401 - whatever the command prints
    answer = copy.vetting(*arguments, "--json")
    assert answer.returncode == OK, answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def number(copy: Demo) -> str:
    """A case without searches in a position for which the reviewer attested as well."""
    opened = copy.open_case()
    copy.sign_in("m.tran")
    assert copy.vetting("position", "attest", ANOTHER).returncode == OK
    return opened


@pytest.fixture(scope="module")
def deviation(copy: Demo, number: str) -> str:
    """What the investigator asked for: that a step in which this candidate disclosed an account be left out."""
    assert number
    copy.sign_in("j.alvarez")
    asked = _json(copy, "deviate", "request", ANOTHER, "--reason", "terms_changed", "--step", "social_posts")
    assert asked["decision"] == "open"
    return str(asked["deviation"])


def test_whoever_asks_does_not_approve_and_the_auditor_sees_what_is_undecided(copy: Demo, deviation: str) -> None:
    copy.sign_in("j.alvarez")
    alone = copy.vetting("deviate", "approve", deviation)
    assert alone.returncode == REFUSED
    assert "does not decide" in alone.stderr
    copy.sign_in("t.okafor")
    assert (
        f"deviation {deviation}, terms changed, asked for by j.alvarez, not decided"
        in copy.vetting("uniformity", ANOTHER).stdout
    )


def test_a_step_is_left_out_when_another_person_approves(copy: Demo, number: str, deviation: str) -> None:
    copy.sign_in("m.tran")
    approved = copy.vetting("deviate", "approve", deviation)
    assert approved.returncode == OK, approved.stderr
    assert "left out for everybody" in approved.stdout
    (listed,) = _json(copy, "deviate", "list", ANOTHER)
    assert (listed["decision"], listed["requested_by"], listed["decided_by"]) == ("approved", "j.alvarez", "m.tran")
    copy.sign_in("j.alvarez")
    ran = {line["search"]: line["outcome"] for line in _json(copy, "run", number)}
    assert [search for search, outcome in ran.items() if outcome == "excluded"] == ["social_posts.1"]


def test_the_auditor_sees_it_with_what_explains_it(copy: Demo, deviation: str) -> None:
    copy.sign_in("t.okafor")
    audit = _json(copy, "uniformity", ANOTHER)
    assert audit["uniform"] is True
    assert [(d["search"], d["difference"], d["explained_by"]) for d in audit["departures"]] == [
        ("social_posts", "step_left_out", deviation)
    ]
    shown = copy.vetting("uniformity", ANOTHER)
    assert shown.returncode == OK, shown.stderr
    assert f"explained by {deviation}" in shown.stdout
    assert f"{deviation}, terms changed, asked for by j.alvarez, approved by m.tran (entry" in shown.stdout
    assert "as demanded but for what is listed above" in shown.stdout


def test_the_case_of_a_candidate_who_withdrew_is_over(copy: Demo, number: str) -> None:
    assert number
    copy.sign_in("j.alvarez")
    opened = _json(copy, "case", "open", ANOTHER, "demo/candidates/colm_brannigant.toml")["case"]
    asked = _json(copy, "deviate", "request", ANOTHER, "--reason", "candidate_withdrew", "--case", opened)
    copy.sign_in("t.okafor")
    assert copy.vetting("uniformity", ANOTHER).returncode == NOT_READY, "its searches are not run"
    copy.sign_in("m.tran")
    assert copy.vetting("deviate", "approve", asked["deviation"]).returncode == OK
    copy.sign_in("j.alvarez")
    answer = copy.vetting("run", opened)
    assert answer.returncode == REFUSED
    assert "withdrew" in answer.stderr
    copy.sign_in("t.okafor")
    assert copy.vetting("uniformity", ANOTHER).returncode == OK


def test_a_person_is_offered_every_reason_but_the_protocol_s_own(copy: Demo) -> None:
    offered = copy.vetting("deviate", "request", "--help").stdout
    assert "failure_policy" not in offered
    assert {reason.value for reason in Reason} == set(DeviationReason) - {DeviationReason.FAILURE_POLICY}
