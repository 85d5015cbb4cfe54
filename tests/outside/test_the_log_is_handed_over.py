"""An auditor gets the whole log as a bundle, noted first; nobody else does, and a broken log is not handed over."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.casework.room import new_id, now
from tests.outside.conftest import AUDITOR, POSITION, SEARCHER, Town
from vetting.checkpoints import reading, writing
from vetting.errors import ExitCode, VettingError
from vetting.handover import ExportedLog, export_log
from vetting.log.bundle import Bundle
from vetting.log.event import Entry, Event, EventType
from vetting.roles import Person, Role
from vetting.settings import Settings, load_settings
from vetting.uniformity.events import table


def entries(settings: Settings) -> list[Entry]:
    with reading(settings) as reader:
        return list(reader.entries())


def exported(
    town: Town,
    folder: Path,
    person: Person | None = AUDITOR,
    position: str = POSITION,
    settings: Settings | None = None,
) -> ExportedLog:
    return export_log(settings or town.settings, person, position, folder, now, new_id)


def refusal(town: Town, folder: Path, person: Person = AUDITOR, position: str = POSITION) -> VettingError:
    with pytest.raises(VettingError) as refused:
        exported(town, folder, person, position)
    return refused.value


def test_the_log_says_that_it_is_exported_before_it_is(town: Town) -> None:
    size = len(entries(town.settings))
    done = exported(town, town.folder / "bundle")
    last = entries(town.settings)[-1].event
    assert (last.type, last.actor, last.position) == (EventType.LOG_EXPORTED, AUDITOR.id, None)
    assert last.body == {"size": size, "position": POSITION}
    assert done.noted
    assert done.found.verdict.size == size + 1
    assert done.found.verdict.ok
    assert Bundle(done.folder).position == POSITION


def test_every_position_s_audit_sees_that_the_log_was_exported(town: Town) -> None:
    exported(town, town.folder / "bundle")
    said = [entry.as_map() for entry in entries(town.settings)]
    for position in (POSITION, "another-position"):
        assert "log.exported" in set(table(said, position)["type"])


def test_a_bundle_can_be_read_by_its_owner_only_until_it_is_given_away(town: Town) -> None:
    folder = exported(town, town.folder / "bundle").folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_protocol_in_it_has_the_digest_that_the_position_was_opened_with(town: Town) -> None:
    folder = exported(town, town.folder / "bundle").folder
    [opened] = [e.event for e in entries(town.settings) if e.event.type is EventType.POSITION_OPENED]
    assert hashlib.sha256((folder / "protocol.json").read_bytes()).hexdigest() == opened.body["protocol"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
def test_nobody_but_an_auditor_gets_it_and_the_refusal_is_noted(town: Town, role: Role) -> None:
    person = Person(id="p.four", name="P", roles=frozenset({role}))
    error = refusal(town, town.folder / "bundle", person)
    assert (error.code, error.exit_code) == ("role_refused", ExitCode.REFUSED)
    assert not (town.folder / "bundle").exists()
    last = entries(town.settings)[-1].event
    assert (last.type, last.actor, last.position) == (EventType.ACCESS_REFUSED, "p.four", POSITION)
    assert last.body == {"code": "role_refused", "act": "export_log"}


def test_an_unknown_position_is_refused_and_nothing_noted(town: Town) -> None:
    before = len(entries(town.settings))
    error = refusal(town, town.folder / "bundle", position="sergeant-\x1b[31m")
    assert error.exit_code is ExitCode.NOT_FOUND
    assert "\x1b" not in str(error)
    assert len(entries(town.settings)) == before


@pytest.mark.parametrize("there", ["file", "folder", "link", "pipe"])
def test_what_is_there_is_never_replaced_and_nothing_noted(town: Town, there: str) -> None:
    place = town.folder / "bundle"
    if there == "file":
        place.touch()
    elif there == "folder":
        place.mkdir()
    elif there == "link":
        place.symlink_to("nowhere")
    else:
        os.mkfifo(place)
    before = len(entries(town.settings))
    assert refusal(town, place).code == "folder_exists"
    assert len(entries(town.settings)) == before


@pytest.mark.parametrize("place", ["nowhere/bundle", "home/accounts/accounts.db/bundle", "x" * 300, "nul\0l"])
def test_a_place_where_no_folder_can_be_is_refused_and_nothing_noted(town: Town, place: str) -> None:
    before = len(entries(town.settings))
    assert refusal(town, town.folder / place).exit_code in {ExitCode.BAD_INPUT, ExitCode.STORAGE}
    assert len(entries(town.settings)) == before


def test_a_broken_log_is_not_handed_over(town: Town) -> None:
    with sqlite3.connect(town.settings.home / "transparency_log" / "transparency_log.db") as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE entry SET body = CAST(replace(body, 'system', 'nobody') AS BLOB) WHERE sequence = 0")
    error = refusal(town, town.folder / "bundle")
    assert error.exit_code is ExitCode.LOG_BROKEN
    assert "entry 0" in error.sentence
    assert not list(town.folder.glob("*bundle*"))
    assert not list(town.folder.glob(".*bundle*"))


def test_a_read_only_copy_is_exported_without_a_note_and_says_so(town: Town) -> None:
    copy = town.folder / "copy"
    shutil.copytree(town.settings.home / "transparency_log", copy / "transparency_log")
    (copy / "transparency_log" / "log.key").unlink()
    settings = load_settings(copy, town.settings.config)
    size = len(entries(settings))
    for person in (AUDITOR, None):
        done = exported(town, town.folder / f"bundle-{person is None}", person, settings=settings)
        assert not done.noted
        assert done.found.verdict.size == size
    assert len(entries(settings)) == size


def test_an_investigator_gets_no_copy_exported_either(town: Town) -> None:
    town.settings.log_key.unlink()
    assert refusal(town, town.folder / "bundle", SEARCHER).code == "role_refused"


def test_a_frozen_protocol_without_words_is_a_plain_sentence(town: Town) -> None:
    frozen = Event(
        type=EventType.PROTOCOL_FROZEN,
        id="protocol.frozen:zz",
        at=now(),
        actor=AUDITOR.id,
        position="zz",
        body={"digest": "0" * 64},
    )
    with writing(town.settings) as writer:
        writer.append(frozen)
    error = refusal(town, town.folder / "bundle", position="zz")
    assert (error.code, error.exit_code) == ("protocol_without_document", ExitCode.LOG_BROKEN)
    assert not (town.folder / "bundle").exists()


def test_what_a_killed_export_left_is_removed_by_the_next_and_nothing_else(town: Town) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    names = {
        "gone": f".bundle.{dead.pid}.part",
        "alive": f".bundle.{os.getppid()}.part",
        "other": f".another.{dead.pid}.part",
        "file": f".bundle.{dead.pid}1.part.txt",
    }
    for name in names.values():
        (town.folder / name).mkdir()
        (town.folder / name / "entries.jsonl").touch()
    exported(town, town.folder / "bundle")
    assert {key for key, name in names.items() if (town.folder / name).exists()} == {"alive", "other", "file"}
