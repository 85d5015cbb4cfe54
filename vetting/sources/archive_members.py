"""Finds the WARC files in what a person gives: a .warc, a .warc.gz, a .wacz (a zip), or a folder of these."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Final

from vetting.sources.warc_reader import Allowance, CorruptArchiveError, WarcRecord, read_warc

MAX_FILES: Final = 1_000
MAX_LIST_BYTES: Final = 1024 * 1024
"""Of a zip's directory, and of a WACZ file's manifest: a thousand bytes for each file."""
SUFFIXES: Final = (".warc", ".warc.gz", ".wacz")
_MANIFEST: Final = "datapackage.json"
_MANIFEST_DIGEST: Final = "datapackage-digest.json"
_SHA256: Final = "sha256:"
_GZIP: Final = b"\x1f\x8b"
_STEP: Final = 64 * 1024
_ZIP_ERRORS: Final = (ValueError, OverflowError, RuntimeError, EOFError, OSError, zlib.error, struct.error)
"""What zipfile lets through of damaged files besides its own error."""


def read_archive_file(path: Path) -> Iterator[WarcRecord]:
    """The records of one archive file, as `read_opened_archive`. Raises OSError for one that cannot be opened."""
    with path.open("rb") as file:
        yield from read_opened_archive(file)


def read_opened_archive(raw: io.BufferedReader, allowance: Allowance | None = None) -> Iterator[WarcRecord]:
    """The records of an open archive file, told apart by what it starts with and not by its name; it stays open.

    Raises CorruptArchiveError for a damaged one. What came before the damage has been given by then: whoever keeps
    records waits for the end.
    """
    allowance = allowance or Allowance()
    raw.seek(0)
    file = SmallReads(raw)
    try:
        start = file.read(4)
        file.seek(0)
        if start.startswith(b"PK"):
            yield from _read_wacz(file, allowance)
        elif start.startswith((_GZIP, b"WARC")):
            yield from read_warc(file, compressed=start.startswith(_GZIP), allowance=allowance)
        else:
            raise CorruptArchiveError("no archive")
    finally:
        file.detach()


class SmallReads(io.BufferedReader):
    """Refuses to read much at once: zipfile takes a zip's directory whole, and it is as large as the file says."""

    def read(self, size: int | None = -1, /) -> bytes:
        """As a buffered file does, but never more than MAX_LIST_BYTES."""
        whole = size is None or not 0 <= size <= MAX_LIST_BYTES
        data = super().read(MAX_LIST_BYTES + 1 if whole else size)
        if len(data) > MAX_LIST_BYTES:
            raise CorruptArchiveError("too many files")
        return data


def _read_wacz(file: io.BufferedReader, allowance: Allowance) -> Iterator[WarcRecord]:
    """Reads nothing from a file that the manifest does not vouch for."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = checked_members(archive, allowance)
            digests = _digests(archive, members)
            warcs = [name for name in members if _is_warc(name)]
            if not digests.keys() >= set(warcs):
                raise CorruptArchiveError("file without digest")
            for name in sorted(digests.keys() - set(warcs)):
                with archive.open(members[name]) as content:
                    _Hashed(content).check(digests[name], members[name].file_size)
            for name in warcs:
                with archive.open(members[name]) as content:
                    hashed = _Hashed(content)
                    yield from read_warc(hashed, compressed=hashed.starts_with(_GZIP), allowance=allowance)
                    hashed.check(digests[name], members[name].file_size)
    except (zipfile.BadZipFile, *_ZIP_ERRORS):
        raise CorruptArchiveError("zip") from None


def _is_warc(name: str) -> bool:
    return name.lower().startswith("archive/") and name.lower().endswith((".warc", ".warc.gz"))


class _Hashed:
    """A file of the zip, counted and hashed while it is read, so that it is unpacked once."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self._hash = hashlib.sha256()
        self._count = 0
        self._first = self._next()

    def _next(self) -> bytes:
        data = self._content.read(_STEP)
        self._hash.update(data)
        self._count += len(data)
        return data

    def starts_with(self, mark: bytes) -> bool:
        """Before anything was read."""
        return self._first.startswith(mark)

    def read(self, size: int, /) -> bytes:
        """The next bytes, as many as suit this class: `size` is for the protocol."""
        del size
        data, self._first = self._first, b""
        return data or self._next()

    def check(self, digest: str, size: int) -> None:
        """Refuses a file of another length or digest, read to its end."""
        while self.read(_STEP):
            pass
        if self._count != size:
            raise CorruptArchiveError("file length")
        if self._hash.hexdigest() != digest:
            raise CorruptArchiveError("file digest")


def checked_members(archive: zipfile.ZipFile, allowance: Allowance | None = None) -> dict[str, zipfile.ZipInfo]:
    """Every member by its name, after refusing too many, hostile names, encryption, bombs and names given twice."""
    allowance = allowance or Allowance()
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise CorruptArchiveError("too many files")
    if len({member.filename for member in members}) != len(members):
        raise CorruptArchiveError("name twice")
    if sum(member.file_size for member in members) > allowance.octets:
        raise CorruptArchiveError("too large")
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in member.filename:
            raise CorruptArchiveError("file name")
        if member.flag_bits & 0x1:
            raise CorruptArchiveError("encrypted")
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise CorruptArchiveError("compression")
        if member.file_size > allowance.ratio * max(member.compress_size, 10_000):
            raise CorruptArchiveError("compression ratio")
    return {member.filename: member for member in members}


def _digests(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> dict[str, str]:
    """The SHA-256 digests that datapackage.json gives: WACZ 1.1.1 wants one for every file, and writers may use MD5.

    Refuses a manifest that names a file twice or one that is not there, or that datapackage-digest.json does not fit.
    """
    manifest = _small(archive, members, _MANIFEST)
    if _MANIFEST_DIGEST in members:
        _check_manifest(manifest, _small(archive, members, _MANIFEST_DIGEST))
    try:
        listed = [(str(entry["path"]), str(entry["hash"])) for entry in json.loads(manifest)["resources"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CorruptArchiveError("datapackage") from None
    if len(dict(listed)) != len(listed):
        raise CorruptArchiveError("file listed twice")
    if not members.keys() >= dict(listed).keys():
        raise CorruptArchiveError("file missing")
    return {path: label[len(_SHA256) :].lower() for path, label in listed if label.startswith(_SHA256)}


def _check_manifest(manifest: bytes, stated: bytes) -> None:
    try:
        label = str(json.loads(stated)["hash"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CorruptArchiveError("datapackage digest") from None
    if label.lower() != _SHA256 + hashlib.sha256(manifest).hexdigest():
        raise CorruptArchiveError("datapackage digest")


def _small(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str) -> bytes:
    if name not in members:
        raise CorruptArchiveError("no datapackage")
    if members[name].file_size > MAX_LIST_BYTES:
        raise CorruptArchiveError("datapackage")
    with archive.open(members[name]) as content:
        return b"".join(iter(lambda: content.read(_STEP), b""))
