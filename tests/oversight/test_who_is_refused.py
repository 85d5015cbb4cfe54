"""Whoever is no auditor and types an auditor's command stands in the log, with the positions that were named."""

from pathlib import Path

from tests.casework.room import CHIEF, ONE, Room
from tests.oversight.conftest import Terminal, WriteFile, opened
from vetting.errors import ExitCode
from vetting.log.event import Event, EventType
from vetting.log.reader import LogReader
from vetting.log.store import LogStore

UNKNOWN = "Ada Invented"


def refusals(home: Path) -> list[Event]:
    store = LogStore(f"sqlite:///{home / 'transparency_log' / 'transparency_log.db'}", read_only=True)
    events = [e.event for e in LogReader(store).entries() if e.event.type is EventType.ACCESS_REFUSED]
    store.close()
    return events


def test_a_decision_maker_who_tries_the_auditors_commands_stands_in_the_log_with_the_position(
    room: Room, terminal: Terminal, write: WriteFile, tmp_path: Path
) -> None:
    opened(room)
    file = write(["case,sex"])
    terminal.sign_in(CHIEF)
    tried = (
        (("uniformity", "patrol"), "verify_uniformity", "patrol"),
        (("uniformity", UNKNOWN), "verify_uniformity", None),
        (("impact", "patrol", UNKNOWN, "--self-identification", file), "verify_uniformity", "patrol"),
        (("impact", "--year", "2026", "--self-identification", file), "verify_uniformity", None),
        (("export", "patrol", "--to", tmp_path / "bundle"), "export_log", "patrol"),
        (("export", UNKNOWN, "--to", tmp_path / "bundle"), "export_log", None),
    )
    for words, act, position in tried:
        before = len(refusals(room.settings.home))
        answer = terminal.vetting(*words)
        assert answer.returncode == int(ExitCode.REFUSED), answer.stderr
        assert "chief may not" in answer.stderr
        (noted,) = refusals(room.settings.home)[before:]
        assert (noted.actor, noted.position) == (CHIEF.id, position)
        assert noted.body == {"code": "role_refused", "act": act}
    assert not any(UNKNOWN in str(event) for event in refusals(room.settings.home))


def test_a_refusal_stands_where_the_log_takes_no_note(room: Room, terminal: Terminal) -> None:
    opened(room)
    terminal.sign_in(ONE)
    key = terminal.settings.log_key
    key.rename(key.with_name("elsewhere"))
    answer = terminal.vetting("uniformity", "patrol")
    assert answer.returncode == int(ExitCode.REFUSED), answer.stderr
    assert "i.one may not verify uniformity." in answer.stderr
    assert refusals(room.settings.home) == []
