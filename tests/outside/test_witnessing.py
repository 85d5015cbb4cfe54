"""What is carried to a witness and back: nothing false is kept, and what nobody has seen is called UNWITNESSED."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.casework.room import new_id, now
from tests.outside.conftest import AUDITOR, POSITION, Town
from vetting.casework.opening import create_home
from vetting.checkpoints import (
    accept_cosignature,
    log_policy,
    prove_entry,
    request_cosignature,
    standing,
    verify_log,
)
from vetting.cli.audits import show_verdict
from vetting.errors import ExitCode, VettingError
from vetting.handover import export_log
from vetting.journal import Actor, open_journal
from vetting.log.answers import examine, judged, seen_before, show_proof
from vetting.log.checkpoint import Checkpoint, sign_checkpoint
from vetting.log.event import EventType
from vetting.log.keys import LogKey
from vetting.log.policy import Policy
from vetting.log.request import CosignatureRequest


def carried(town: Town, name: str, ahead: timedelta = timedelta()) -> str:
    """Ask a witness, whose clock may be ahead, and give the answer that its command writes."""
    asked = request_cosignature(town.settings, name)
    line = town.witnesses[name].cosign(asked, now() + ahead)
    return CosignatureRequest.parse(asked).note + line


def grown(town: Town) -> None:
    """Let the log grow by an entry."""
    journal = open_journal(town.settings, now)
    journal.note(Actor(id="i.one", clock=now, new_id=new_id), EventType.ACCESS_REFUSED, {"code": "x", "act": "y"})


def test_a_new_folder_has_a_policy_that_asks_for_nobody(town: Town) -> None:
    asked = Policy.parse(town.settings.log_policy.read_text())
    assert asked.rule == "none"
    assert asked == log_policy(town.settings)
    before = town.ask_for("all").read_text()
    create_home(town.settings, now)
    assert town.settings.log_policy.read_text() == before


def test_a_log_is_witnessed_once_the_policy_is_met(town: Town) -> None:
    town.ask_for("all")
    assert standing(town.settings).witnessed_size is None
    accept_cosignature(town.settings, carried(town, "clerk"))
    assert standing(town.settings).witnessed_size is None
    assert not verify_log(town.settings).witnessed
    done = accept_cosignature(town.settings, carried(town, "council"))
    now_ = standing(town.settings)
    assert now_.witnessed_size == now_.size == done.size
    assert now_.witnesses == ("clerk", "council")
    assert now_.time is not None
    grown(town)
    verdict = verify_log(town.settings)
    assert (verdict.witnesses, verdict.witnessed_size, verdict.size) == (now_.witnesses, now_.size, now_.size + 1)


def test_a_cosignature_from_the_future_is_refused(town: Town) -> None:
    town.ask_for("any")
    with pytest.raises(VettingError) as refused:
        accept_cosignature(town.settings, carried(town, "clerk", timedelta(days=2)), now)
    assert (refused.value.code, refused.value.exit_code) == ("answer_from_the_future", ExitCode.BAD_INPUT)
    assert standing(town.settings, now).sightings == {}


def test_a_cosignature_from_the_future_counts_nowhere(town: Town) -> None:
    town.ask_for("any")
    answer = carried(town, "clerk", timedelta(days=2))
    accept_cosignature(town.settings, answer, lambda: now() + timedelta(days=2))
    assert standing(town.settings, now).witnessed_size is None
    assert standing(town.settings, lambda: now() + timedelta(days=2)).witnessed_size is not None


def test_the_next_request_starts_where_the_witness_stands(town: Town) -> None:
    town.ask_for("any")
    size = accept_cosignature(town.settings, carried(town, "clerk")).size
    grown(town)
    assert request_cosignature(town.settings, "clerk").startswith(f"old {size}\n")
    assert request_cosignature(town.settings, "council").startswith("old 0\n")
    assert request_cosignature(town.settings, start=3).startswith("old 3\n")
    assert accept_cosignature(town.settings, carried(town, "clerk")).size == size + 1


def test_an_answer_is_kept_once(town: Town) -> None:
    town.ask_for("any")
    answer = carried(town, "clerk")
    assert [accept_cosignature(town.settings, answer).new for _ in range(2)] == [1, 0]


def test_the_signature_line_alone_is_an_answer_too(town: Town) -> None:
    town.ask_for("any")
    line = carried(town, "council").splitlines(keepends=True)[-1]
    assert accept_cosignature(town.settings, line).witnesses == ("council",)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "\n",
        "no note",
        "— x",
        "— clerk.town.example AAAAAAAA\n",
        "old 0\n\n",
        "a\n1\nb\n\n— c ZZZZ\n",
        "\x1b[31m\n\n— a b\n",
    ],
)
def test_an_answer_that_is_none_is_refused(town: Town, answer: str) -> None:
    town.ask_for("any")
    with pytest.raises(VettingError) as refused:
        accept_cosignature(town.settings, answer)
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert "\x1b" not in str(refused.value)


def test_every_flipped_bit_of_an_answer_is_noticed_or_changes_nothing(town: Town) -> None:
    town.ask_for("any")
    right = carried(town, "council").encode()
    for place in range(0, len(right) * 8, 7):
        wrong = bytearray(right)
        wrong[place // 8] ^= 1 << place % 8
        with pytest.raises(VettingError):
            accept_cosignature(town.settings, wrong.decode("utf-8", "replace"))
    assert standing(town.settings).sightings == {}


def test_a_stranger_s_signature_is_not_kept(town: Town) -> None:
    town.ask_for("any")
    answer = carried(town, "clerk")
    town.witnesses.pop("clerk")
    town.ask_for("any")
    with pytest.raises(VettingError, match="No witness of the policy"):
        accept_cosignature(town.settings, answer)


def test_an_answer_about_a_state_that_this_log_never_signed_is_refused(town: Town) -> None:
    town.ask_for("any")
    key = LogKey.load(town.settings.log_key)
    other = Checkpoint(origin=key.origin, size=standing(town.settings).size, root=bytes(32))
    note = sign_checkpoint(other, key.signer)
    line = town.witnesses["clerk"].cosign(f"old 0\n\n{note}", now())
    with pytest.raises(VettingError) as refused:
        accept_cosignature(town.settings, note + line)
    assert (refused.value.code, refused.value.exit_code) == ("cosigned_another", ExitCode.REFUSED)


@pytest.mark.parametrize(("witness", "start"), [("", None), ("nobody", None), ("", 999)])
def test_a_request_for_nobody_or_from_nowhere_is_refused(town: Town, witness: str, start: int | None) -> None:
    town.ask_for("any")
    with pytest.raises(VettingError) as refused:
        request_cosignature(town.settings, witness, start)
    assert refused.value.exit_code in {ExitCode.BAD_INPUT, ExitCode.NOT_FOUND}


@pytest.mark.parametrize("text", ["", "quorum none\n", "log x\nquorum none\n", "\x1b[31m\n", "quorum\r\n", "\x00"])
def test_a_policy_that_cannot_be_read_is_a_sentence(town: Town, text: str) -> None:
    town.settings.log_policy.write_text(text)
    with pytest.raises(VettingError) as refused:
        verify_log(town.settings)
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert "\x1b" not in str(refused.value)


def test_a_policy_of_another_log_makes_the_log_bad(town: Town) -> None:
    other = LogKey.generate("vetting/elsewhere")
    town.settings.log_policy.write_text(f"log {other.vkey}\nquorum none\n")
    assert not verify_log(town.settings).ok


def test_a_bundle_shows_what_the_witnesses_saw(town: Town) -> None:
    asked = Policy.parse(town.ask_for("all").read_text())
    for name in town.witnesses:
        accept_cosignature(town.settings, carried(town, name))
    folder = export_log(town.settings, AUDITOR, POSITION, town.folder / "bundle", now, new_id).folder
    answer = judged(examine(folder, asked), asked)
    assert answer.code == 0
    assert " clerk council 20" in answer.lines[0]
    assert "After that: 1," in answer.lines[1]


def test_one_entry_is_shown_at_the_state_that_was_witnessed(town: Town, tmp_path: Path) -> None:
    asked = Policy.parse(town.ask_for("all").read_text())
    for name in town.witnesses:
        accept_cosignature(town.settings, carried(town, name))
    size = standing(town.settings).size
    grown(town)
    file = tmp_path / "one.tlog-proof"
    file.write_text(prove_entry(town.settings, 1))
    answer = show_proof(file, asked)
    assert answer.code == 0
    assert answer.lines[0].startswith(f"OK entry 1 of {size} ")
    file.write_text(prove_entry(town.settings, size))
    assert show_proof(file, asked).code == 6
    with pytest.raises(VettingError, match="no entry"):
        prove_entry(town.settings, size + 1)


def test_a_verified_log_is_told_as_a_later_verification_takes_it(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = verify_log(town.settings)
    show_verdict(verdict)
    [pair] = [line.split()[-1] for line in capsys.readouterr().out.splitlines() if line.startswith("On paper: ")]
    size, root = seen_before(pair)
    assert verify_log(town.settings, {size: root}).ok
