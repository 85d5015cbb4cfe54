"""The log as a bundle, for whoever checks the department from outside: a state commission, a court, counsel.

Opens the transparency log and nothing else. A bundle holds no content, and is verified before it is handed over.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from vetting.checkpoints import log_policy, reading
from vetting.errors import ExitCode, VettingError, bad_input, not_found, refused
from vetting.files import disk_errors
from vetting.journal import Actor, Body, authorize_noted, log_errors, open_journal
from vetting.log.answers import Examined, examine
from vetting.log.bundling import write_bundle
from vetting.log.event import EventType, parse
from vetting.log.keys import load_vkey
from vetting.log.profile import Json, encode
from vetting.log.reader import LogReader
from vetting.roles import Permission, Person
from vetting.settings import Settings

_PLACE = "Name a new folder, in one that you may write to, with --to."


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedLog:
    """A bundle that was written and verified."""

    folder: Path
    found: Examined
    noted: bool
    """Whether the log says that it was exported; a copy without the log's key takes no note."""


def export_log(
    settings: Settings,
    person: Person | None,
    position: str,
    folder: Path,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
) -> ExportedLog:
    """Writes the whole log, with the protocol of the position, into a new folder, after the log noted it.

    Refuses whoever is no auditor (the log notes it), an unknown position, a place where no folder can be made or one is
    already, and (LOG_BROKEN) a log that does not verify, or that froze no protocol in words: nothing is left then.
    `person` is None where the log lies alone, without accounts: whoever was given such a copy may read it.
    """
    actor = Actor(id=person.id, clock=clock, new_id=new_id) if person else None
    if person and actor:
        authorize_noted(settings, person, actor, Permission.EXPORT_LOG, [position])
    journal = open_journal(settings, clock) if os.access(settings.log_key, os.R_OK) else None
    with reading(settings) as reader:
        protocol = _protocol(reader, position)
    _check_place(folder)
    if journal and actor:
        body: Body = {"size": journal.checkpoint().size, "position": position}
        journal.note(actor, EventType.LOG_EXPORTED, body)  # of no position: what is handed over is about each of them
    return ExportedLog(
        folder=folder, found=_written(settings, position, protocol, folder), noted=bool(journal and actor)
    )


def _protocol(reader: LogReader, position: str) -> bytes:
    """The protocol that the log froze for the position, as its canonical bytes."""
    kind = EventType.PROTOCOL_FROZEN
    with log_errors(), reader.snapshot() as snapshot:
        for row in snapshot.rows():
            if kind.value.encode() not in row.body:
                continue
            event = parse(row.body).event
            if (event.type, event.position) == (kind, position):
                if "document" not in event.body:
                    raise VettingError(
                        "protocol_without_document",
                        f"Entry {row.sequence} froze a protocol of the position without saying what it is.",
                        "Keep the log as it is and tell the auditor: no desk of this product writes such an entry.",
                        ExitCode.LOG_BROKEN,
                    )
                return encode(cast("Json", event.body["document"]))
    raise not_found("position_unknown", "The log knows no position of that name.", "Check the name.")


def _known(reader: LogReader, position: str) -> str | None:
    """The position, where it is one: what was typed may be anything."""
    try:
        _protocol(reader, position)
    except VettingError:
        return None
    return position


def _check_place(folder: Path) -> None:
    """Refuses, before anything is noted, a place where no folder can be made."""
    with disk_errors("The bundle", _PLACE):
        try:
            if folder.is_symlink() or folder.exists():
                raise refused("folder_exists", f"{folder} exists already.", "Name a new folder with --to.")
            if not folder.name or not folder.parent.is_dir():
                raise bad_input("no_folder", f"{folder.parent} is no folder.", _PLACE)
            _remove_stale(folder)
            draft = _draft(folder)
            draft.mkdir(mode=0o700)
            draft.rmdir()
        except ValueError:
            raise bad_input("no_folder", "A folder of that name cannot exist.", _PLACE) from None


def _draft(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.{os.getpid()}.part")


def _remove_stale(folder: Path) -> None:
    """Removes what exports into the same folder left whose process was killed; a draft holds the whole log."""
    form = re.compile(rf"\.{re.escape(folder.name)}\.([1-9][0-9]{{0,9}})\.part", re.ASCII)
    for place in folder.parent.iterdir():
        found = form.fullmatch(place.name)
        if found and not _lives(int(found[1])) and place.is_dir() and not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def _written(settings: Settings, position: str, protocol: bytes, folder: Path) -> Examined:
    """Writes beside, verifies what was written, then gives it its name: a bundle is there whole or not at all."""
    policy, draft = log_policy(settings), _draft(folder)
    try:
        with disk_errors(f"{folder}", _PLACE), reading(settings) as reader, reader.snapshot() as snapshot:
            draft.mkdir(mode=0o700)
            write_bundle(
                draft,
                snapshot,
                cosignatures=snapshot.cosignatures(),
                time_stamps=dict(snapshot.time_stamps()),
                vkey=load_vkey(settings.log_verifier_key).vkey,
                position=position,
                protocol=protocol,
            )
        with log_errors():
            found = examine(draft, policy)
        _refuse_broken(found)
        with disk_errors(f"{folder}", _PLACE):
            draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return found


def _refuse_broken(found: Examined) -> None:
    verdict = found.verdict
    if not verdict.ok or found.beside:
        wrong = found.beside or f"entry {verdict.first_bad}: {verdict.reason}"
        raise VettingError(
            "log_broken",
            f"The log does not verify, so no bundle of it would: {wrong}.",
            "Keep the log as it is, keep every copy, and tell the auditor.",
            ExitCode.LOG_BROKEN,
        )
