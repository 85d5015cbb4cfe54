"""A witness killed at any line, or beside others at work, never vouches for two histories of one log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.log.small_log import ORIGIN, SmallLog
from vetting.log.checkpoint import Checkpoint
from vetting.log.cosignature import CosignatureKind, CosignerKey
from vetting.log.errors import NoteError
from vetting.log.note import Signature, Signer
from vetting.log.witness import Witness

CHILD = Path(__file__).with_name("witnessing_child.py")
ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FORK, REFUSED = "LOG-206", "LOG-205"


class Scene:
    """A witness who saw five entries, and two requests for nine that share no more than those."""

    def __init__(self, folder: Path) -> None:
        self.log = SmallLog()
        self.forged = self.log.forged(7)
        self.folder = folder
        self.witness = Witness.create(folder / "desk", "clerk.example", CosignatureKind.ED25519)
        self.key = CosignerKey.parse(self.witness.vkey)
        self.witness.trust(self.log.signer.verifier.vkey)
        self.witness.cosign(self.log.request(0, 5), NOON)
        self.other = Signer.generate("other.example/log").verifier
        for name, text in {
            "true": self.log.request(5, 9),
            "forged": self.forged.request(5, 9),
            "rewritten": self.log.forged(2).request(5, 9),
            "vkey": self.other.vkey,
        }.items():
            (folder / name).write_text(text, "utf-8")

    def run(self, *arguments: str | Path) -> Any:  # noqa: ANN401  # what JSON holds
        run = subprocess.run(
            [sys.executable, str(CHILD), *map(str, arguments)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def roots(self, answers: list[str | None]) -> set[bytes]:
        """The roots at nine entries for which these answers vouch."""
        lines = [Signature.parse(answer.removesuffix("\n")) for answer in answers if answer and answer[0] == "—"]
        states = [self.log.checkpoint(9), self.forged.checkpoint(9)]
        return {state.root for line in lines for state in states if self._vouches(state, line)}

    def _vouches(self, state: Checkpoint, line: Signature) -> bool:
        try:
            return self.key.check(state, line) == NOON
        except NoteError:
            return False


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_witness_killed_at_any_line_cosigns_one_history_and_answers_the_next_time(scene: Scene) -> None:
    lives = scene.run("sweep", "cosign", "desk", "scratch", "true", "forged", "vkey")
    assert len(lives) > 50
    assert lives[-1]["first"][0] == "—"
    true, forged = scene.log.checkpoint(9).root, scene.forged.checkpoint(9).root
    outcomes = set()
    for life in lives:
        vouched = scene.roots([life["first"], life["forged"], life["true"]])
        assert vouched in ({true}, {forged}), life
        assert (life["forged"] == FORK) == (vouched == {true})
        assert (life["true"] == FORK) == (vouched == {forged})
        outcomes.add(next(iter(vouched)))
    assert outcomes == {true, forged}, "kills before and after the record was written"


def test_a_witness_killed_while_it_keeps_evidence_keeps_it_the_next_time(scene: Scene) -> None:
    lives = scene.run("sweep", "refuse", "desk", "scratch", "true", "rewritten", "vkey")
    assert len(lives) > 50
    assert lives[-1]["first"] == FORK
    assert {life["again"] for life in lives} == {FORK}
    assert scene.roots([lives[-1]["true"]]) == {scene.log.checkpoint(9).root}
    assert {life["kept"] for life in lives} == {"offered.request said.txt seen.checkpoint"}


def test_a_witness_killed_while_it_learns_of_a_log_knows_it_the_next_time(scene: Scene) -> None:
    lives = scene.run("sweep", "trust", "desk", "scratch", "true", "forged", "vkey")
    assert len(lives) > 50
    assert {life["again"] for life in lives} == {scene.other.name}
    held = Witness.open(scene.folder / "scratch").logs()
    assert [(log.origin, log.size) for log in held] == [("other.example/log", 0), (ORIGIN, 9)]


def test_witnesses_at_work_on_one_folder_at_once_cosign_one_history(scene: Scene) -> None:
    rounds = scene.run("together", "desk", "scratch", "20", "true", "forged")
    assert len(rounds) == 20
    winners = set()
    for answers in rounds:
        vouched = scene.roots(answers)
        assert len(vouched) == 1, answers
        assert {answer for answer in answers if answer[0] != "—"} <= {FORK, REFUSED}
        winners |= vouched
    assert len(winners) == 2, "now the one, now the other comes first"


def test_a_witness_waits_for_another_and_says_so_where_that_takes_too_long(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    from vetting.log import witness as module
    from vetting.log.errors import WitnessError

    monkeypatch.setattr(module, "_PATIENCE", 0.2)
    number = os.open(scene.folder / "desk", os.O_RDONLY)
    fcntl.flock(number, fcntl.LOCK_EX)
    try:
        with pytest.raises(WitnessError, match="Another command"):
            scene.witness.cosign(scene.log.request(5, 9), NOON)
    finally:
        os.close(number)
    assert scene.roots([scene.witness.cosign(scene.log.request(5, 9), NOON)])
