"""Finds the WARC files in what a person gives: a .warc, a .warc.gz, a .wacz (a zip), or a folder of these."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from vetting.sources.warc_reader import MAX_TOTAL_BYTES, CorruptArchiveError, WarcRecord, read_warc

MAX_FILES: Final = 1_000
MAX_ZIP_RATIO: Final = 100
_ZIP_ERRORS: Final = (ValueError, OverflowError, RuntimeError, EOFError, OSError, zlib.error, struct.error)
"""What zipfile lets through of damaged files besides its own error."""
SUFFIXES: Final = (".warc", ".warc.gz", ".wacz")


def read_archive_file(path: Path) -> Iterator[WarcRecord]:
    """The records of one archive file, told apart by what it starts with and not by its name.

    Raises CorruptArchiveError for a damaged one and OSError for one that cannot be opened.
    """
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(b"PK"):
            yield from _read_wacz(file)
        elif start.startswith((b"\x1f\x8b", b"WARC")):
            yield from read_warc(file, compressed=start.startswith(b"\x1f\x8b"))
        else:
            raise CorruptArchiveError("no archive")


def _read_wacz(file: io.BufferedReader) -> Iterator[WarcRecord]:
    try:
        with zipfile.ZipFile(file) as archive:
            members = _checked_members(archive)
            _check_manifest(archive, members)
            for member in members:
                name = member.filename.lower()
                if name.startswith("archive/") and name.endswith((".warc", ".warc.gz")):
                    data = _content(archive, member)
                    yield from read_warc(io.BytesIO(data), compressed=data.startswith(b"\x1f\x8b"))
    except (zipfile.BadZipFile, *_ZIP_ERRORS):
        raise CorruptArchiveError("zip") from None


def _checked_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Every member, after refusing too many, hostile names, encryption, bombs and names given twice."""
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise CorruptArchiveError("too many files")
    if len({member.filename for member in members}) != len(members):
        raise CorruptArchiveError("name twice")
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise CorruptArchiveError("too large")
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in member.filename:
            raise CorruptArchiveError("file name")
        if member.flag_bits & 0x1:
            raise CorruptArchiveError("encrypted")
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise CorruptArchiveError("compression")
        if member.file_size > MAX_ZIP_RATIO * max(member.compress_size, 10_000):
            raise CorruptArchiveError("compression ratio")
    return members


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as content:
        data = content.read(member.file_size + 1)
    if len(data) != member.file_size:
        raise CorruptArchiveError("file length")
    return data


def _check_manifest(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Compares every file with the digest that datapackage.json gives it (WACZ 1.1.1, section 5.5)."""
    by_name = {member.filename: member for member in members}
    manifest = by_name.get("datapackage.json")
    if manifest is None:
        raise CorruptArchiveError("no datapackage")
    try:
        resources = json.loads(_content(archive, manifest))["resources"]
        listed = [(str(entry["path"]), str(entry["hash"])) for entry in resources]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CorruptArchiveError("datapackage") from None
    for path, labelled in listed:
        member = by_name.get(path)
        if member is None:
            raise CorruptArchiveError("file missing")
        algorithm, _, digest = labelled.partition(":")
        if algorithm == "sha256" and hashlib.sha256(_content(archive, member)).hexdigest() != digest.lower():
            raise CorruptArchiveError("file digest")
