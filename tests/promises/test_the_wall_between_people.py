"""Promise: whoever decides on a position searches nothing in it, and nobody else reads its reports."""

import json
from pathlib import Path

import pytest

from tests.demonstration import POSITION, Demo

REFUSED = 3
PASSWORD = "correct horse battery staple"
CLEARED = (
    *("--vetted-on", "2026-01-05", "--training-expires-on", "2090-01-01"),
    *("--confidentiality-signed-on", "2026-01-06"),
)


@pytest.fixture(scope="module")
def people(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo with a second chief, and with one person who is investigator and decision maker at once."""
    copy = demo.copy(tmp_path_factory.mktemp("people"))
    copy.sign_in("s.kim")
    for person, roles in (("chief.other", ("decision_maker",)), ("both.sides", ("investigator", "decision_maker"))):
        words = ["person", "add", person, "--name", person, "--password-stdin"]
        answer = copy.vetting(*words, *(word for role in roles for word in ("--role", role)), typed=f"{PASSWORD}\n")
        assert answer.returncode == 0, answer.stderr
    assert copy.vetting("person", "clear", "both.sides", *CLEARED).returncode == 0
    return copy


def test_whoever_is_added_a_second_time_under_another_id_is_pointed_out(people: Demo) -> None:
    """Two accounts of one person could ask for a deviation and approve it."""
    people.sign_in("s.kim")
    words = ("person", "add", "twin.other", "--role", "auditor", "--password-stdin", "--name", " Chief.OTHER")
    answer = people.vetting(*words, typed=f"{PASSWORD}\n")
    assert answer.returncode == 0
    assert "chief.other has the same name" in answer.stderr
    assert "same name" not in answer.stdout


def _sign_in(copy: Demo, person: str) -> None:
    assert copy.vetting("sign-in", person, "--password-stdin", typed=f"{PASSWORD}\n").returncode == 0


def _report(copy: Demo) -> str:
    return copy.reports[0].stem


@pytest.mark.parametrize("person", ["chief.other", "both.sides"])
def test_a_decision_maker_of_another_position_reads_no_report_of_this_one(
    people: Demo, person: str, tmp_path: Path
) -> None:
    _sign_in(people, person)
    listed = people.vetting("report", "list", POSITION)
    saved = people.vetting("report", "save", _report(people), "--to", str(tmp_path))
    assert (listed.returncode, saved.returncode) == (REFUSED, REFUSED)
    assert "does not decide on this position" in listed.stderr
    assert not list(tmp_path.iterdir())


def test_who_decides_on_a_position_cannot_open_search_or_review_a_case_in_it(people: Demo) -> None:
    people.sign_in("j.alvarez")
    opened = people.vetting(
        *("position", "open", "sergeant-2026", "--protocol", "patrol_officer", "--practice"),
        *("--decision-maker", "both.sides"),
    )
    assert opened.returncode == 0, opened.stderr
    assert people.vetting("position", "attest", "sergeant-2026").returncode == 0
    case = people.vetting("case", "open", "sergeant-2026", "demo/candidates/mei_harrowgate.toml", "--json")
    number = json.loads(case.stdout)["case"]

    _sign_in(people, "both.sides")
    for words in (
        ("case", "open", "sergeant-2026", "demo/candidates/mei_harrowgate.toml"),
        ("run", number),
        ("review", number),
        ("release", number),
        ("import", number, "demo/internet/mei_harrowgate.warc.gz"),
        ("case", "list", "sergeant-2026"),
    ):
        answer = people.vetting(*words)
        assert answer.returncode == REFUSED, words
        assert "decides on this position" in answer.stderr


def test_only_a_decision_maker_can_be_named_as_one(people: Demo) -> None:
    people.sign_in("j.alvarez")
    words = ("position", "open", "other-2026", "--protocol", "patrol_officer", "--decision-maker", "t.okafor")
    assert people.vetting(*words).returncode == REFUSED


def test_every_refusal_at_a_desk_that_writes_the_log_is_in_the_log(people: Demo) -> None:
    people.sign_in("t.okafor")
    log = (people.home / "transparency_log" / "transparency_log.db").read_bytes()
    assert b"decides_not_here" in log
    assert b"decides_here" in log


def test_a_second_sign_in_ends_the_session_that_was_open_at_this_terminal(people: Demo) -> None:
    """The token of whoever was signed in may have been copied: it opens nothing once somebody else sits down."""
    people.sign_in("j.alvarez")
    kept = (people.home / "session").read_bytes()
    people.sign_in("chief.osei")
    (people.home / "session").write_bytes(kept)
    answer = people.vetting("position", "list")
    assert answer.returncode == REFUSED, answer.stdout
    assert "session has ended" in answer.stderr


def test_a_wrong_password_signs_nobody_out(people: Demo) -> None:
    people.sign_in("j.alvarez")
    assert people.vetting("sign-in", "chief.osei", "--password-stdin", typed="not the password\n").returncode == REFUSED
    assert people.vetting("position", "list").returncode == 0
