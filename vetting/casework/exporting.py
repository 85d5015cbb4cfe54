"""All captures of a case as one file in clear, for counsel or a court; and whether such a file still holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from vetting.casework.desk import Body, Desk, commit
from vetting.errors import VettingError, bad_input, not_found, refused, storage
from vetting.files import check_place, disk_errors, read_file, write_file
from vetting.log.event import EventType
from vetting.records.case_files import CaseFileUnit
from vetting.roles import Permission
from vetting.settings import Settings
from vetting.sources.stamping import Stamp, trusted_certificates
from vetting.sources.timestamp import MAX_TOKEN_BYTES, time_of_token
from vetting.sources.wacz import Wacz, build_wacz, check_wacz
from vetting.sources.warc_reader import CorruptArchiveError

_STAMPED: Final = ".tsr"
_PLACE: Final = "Name a file in a folder that you may write to."


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file of evidence in clear."""

    file: Path
    captures: int
    sha256: str
    token: Path | None
    """Where the time stamp lies; None where no authority is configured or it gave none."""
    not_stamped: VettingError | None
    """Why there is no time stamp although an authority is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An export that is what it was."""

    records: int
    existed_at: datetime | None
    """By the time stamp beside it; None where there is none."""


def export_evidence(
    desk: Desk, number: str, path: Path, *, force: bool = False, stamp: Stamp | None = None
) -> Exported:
    """Writes every capture of the case into a WACZ file (mode 0600), after the log noted that it will exist.

    Refuses whoever may not export, whoever decides on the position, a case without captures, a place where no file can
    be written, and a file that exists unless `force` is given; an earlier file and its time stamp stay whole until the
    new one is. A time stamp that could not be had is told and undoes nothing.
    """
    with desk.case_files.reading() as view:
        position = view.case(number).position
    desk.permit(Permission.EXPORT_EVIDENCE, position=position, searcher=True)
    token = _checked_place(path, force=force)
    wacz = _gathered(desk, number)
    id_ = f"E-{desk.new_id()}"
    with desk.act() as unit:
        body: Body = {
            "export": id_,
            "file": commit(unit.case_secret(number), id_, wacz.sha256),
            "captures": wacz.captures,
            "by": desk.person.id,
        }
        unit.post(desk.event(EventType.EVIDENCE_EXPORTED, f"{number}:{id_}", body, position=position, case=number))
    with disk_errors(f"{path}", _PLACE):
        write_file(path, wacz.content)
    with disk_errors(f"{token}", _PLACE):
        token.unlink(missing_ok=True)  # an earlier file's, which it stood over until now
    stamped, why = _stamped(wacz, token, stamp)
    return Exported(
        file=path, captures=wacz.captures, sha256=wacz.sha256.hex(), token=token if stamped else None, not_stamped=why
    )


def check_export(path: Path, settings: Settings) -> Checked:
    """Verifies every digest of an exported file, and its time stamp where one lies beside it.

    Refuses a file that was altered, and a time stamp that does not hold for it.
    """
    records, stated = check_wacz(path)
    token = path.with_name(path.name + _STAMPED)
    if not token.is_symlink() and not token.exists():
        return Checked(records=records, existed_at=None)
    said = time_of_token(read_file(token, MAX_TOKEN_BYTES), stated, trusted_certificates(settings))
    return Checked(records=records, existed_at=said)


def _checked_place(path: Path, *, force: bool) -> Path:
    """Where the time stamp goes. Refuses, before anything is noted, a place where no file can be written."""
    if not path.name:  # an empty name, and the root of all folders
        raise bad_input("not_a_file", "The export needs the name of a file.", "Name a file.")
    token = path.with_name(path.name + _STAMPED)
    for place in (path, token):
        with disk_errors(f"{place}", _PLACE):
            check_place(place)
            if not force and (place.exists() or place.is_symlink()):
                raise refused("file_exists", f"{place} exists already.", "Name another file, or give --force.")
    return token


def _gathered(desk: Desk, number: str) -> Wacz:
    """All captures, opened one after the other."""
    with desk.case_files.reading() as view:
        if not view.captures(number):
            raise not_found(
                "nothing_captured", f"Case {number} holds no capture.", f"Run its searches first: vetting run {number}."
            )
        try:
            return build_wacz(_opened(view, number), title=number, made_at=desk.clock())
        except CorruptArchiveError:
            raise storage(
                "capture_unreadable",
                "A capture of the case is no WARC record and cannot be exported.",
                "Restore the case files from a backup.",
            ) from None


def _opened(view: CaseFileUnit, number: str) -> Iterator[bytes]:
    for capture in view.captures(number):
        yield view.open_capture(capture.id)


def _stamped(wacz: Wacz, token: Path, stamp: Stamp | None) -> tuple[bool, VettingError | None]:
    if stamp is None:
        return False, None
    try:
        content = stamp(wacz.digest_document)
    except VettingError as error:
        return False, error
    with disk_errors(f"{token}", _PLACE):
        write_file(token, content)
    return True, None
