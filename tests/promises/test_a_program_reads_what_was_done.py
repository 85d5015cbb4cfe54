"""Promise: with `--json`, a command's standard output is one JSON document, and questions are asked beside it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import rfc8785

from tests.demonstration import ANOTHER, POSITION, Demo

REMARK = "Read the archived page and the county's staff list."


def _read(copy: Demo, *arguments: str, typed: str = "") -> Any:  # noqa: ANN401 - whatever JSON holds
    """What a program reads, from the first character on."""
    answer = copy.vetting(*arguments, "--json", typed=typed)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(("{", "[")), answer.stdout
    return json.loads(answer.stdout)


def test_a_position_is_opened_and_its_protocol_can_be_hashed_again(copy: Demo) -> None:
    words = ("--protocol", "patrol_officer", "--decision-maker", "chief.osei", "--practice")
    opened = _read(copy, "position", "open", "sergeant-2027", *words)
    shown = _read(copy, "position", "show", "sergeant-2027")
    assert opened == {"position": "sergeant-2027", "protocol": shown["protocol"]}
    assert shown["position"] == "sergeant-2027"
    assert hashlib.sha256(rfc8785.dumps(shown["document"])).hexdigest() == shown["protocol"]


def test_a_case_is_opened_and_a_review_shows_what_it_recorded(copy: Demo) -> None:
    copy.open_position()
    opened = _read(copy, "case", "open", ANOTHER, "demo/candidates/anneke_sorvaldsen.toml")
    assert set(opened) == {"case"}
    _read(copy, "run", opened["case"])
    finding = _read(copy, "review", opened["case"])[0]["finding"]
    one = ("review", opened["case"], "--finding", finding)
    said = _read(copy, *one, "--level", "A4", "--link", "disclosed_account", "--link", "same_employer", typed=REMARK)
    assert (said["finding"], said["level"], said["attribution"]["reviewer"]) == (finding, "A4", "j.alvarez")
    assert REMARK not in json.dumps(said)
    step = _read(copy, *one, "--state", "attributed", typed=REMARK)
    assert (step["state"], step["steps"][-1]["state"]) == ("attributed", "attributed")
    assert step == _read(copy, *one)


def test_a_question_is_no_part_of_the_result(copy: Demo) -> None:
    number, finding = copy.attributable()
    answer = copy.vetting("review", number, "--finding", finding, "--level", "A0", "--json")
    assert not answer.stdout
    assert answer.stderr.startswith("What did you check, and how?")


def test_a_report_is_saved_where_the_answer_says(copy: Demo, tmp_path: Path) -> None:
    copy.sign_in("chief.osei")
    number = _read(copy, "report", "list", POSITION)[0]
    saved = _read(copy, "report", "save", number, "--to", str(tmp_path))
    assert saved == {"report": number, "file": str(tmp_path / f"{number}.pdf")}
    assert Path(saved["file"]).read_bytes().startswith(b"%PDF-")
    copy.sign_in("j.alvarez")
