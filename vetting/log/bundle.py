"""The bundle: a whole log, and what one position needs to be audited, as a folder of plain files.

Whoever receives it trusts none of it. `verify` walks it as it walks a database; what is beside the log (the protocol,
the check sums, the time stamps) is held against the log by `Bundle.check`.

| file               | holds                                                                        |
|--------------------|------------------------------------------------------------------------------|
| README.txt         | what this is and how to verify it                                            |
| SHA256SUMS         | the digest of every other file, as `sha256sum --check` reads it               |
| entries.jsonl      | every entry's bytes, one a line: that nothing is left out shows in all only  |
| leaves.txt         | every entry's leaf hash, so that a changed entry can be named                |
| checkpoints.txt    | every signed checkpoint, smallest first, a blank line between two            |
| cosignatures.txt   | what witnesses signed: the size and one signature line                       |
| time-stamps/       | SIZE.tsr, a token (RFC 3161), and SIZE.checkpoint, the note it stands for    |
| log.vkey           | the log's key; which key is the right one, the policy says and not the bundle |
| position.txt       | the position that it was exported for                                        |
| protocol.json      | that position's frozen protocol                                              |
| schema/            | the form of an entry, and what each type means (JSON Schema)                 |
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from vetting.log.errors import EntryError, FileError, LogDamagedError, NoteError
from vetting.log.event import MAX_ENTRY_BYTES, SCHEMA, EventType, parse
from vetting.log.folder import Folder
from vetting.log.merkle import HASH_SIZE, Frontier
from vetting.log.note import Verifier
from vetting.log.profile import Json, decode, encode, is_token
from vetting.log.schema import SCHEMA_FILES, schema_text
from vetting.log.verify import StoredEntry

README, SUMS, VKEY = "README.txt", "SHA256SUMS", "log.vkey"
ENTRIES, LEAVES, CHECKPOINTS, COSIGNATURES = "entries.jsonl", "leaves.txt", "checkpoints.txt", "cosignatures.txt"
POSITION, PROTOCOL = "position.txt", "protocol.json"
STAMPS, SCHEMAS = "time-stamps", "schema"
FILES = frozenset(
    {README, SUMS, VKEY, ENTRIES, LEAVES, CHECKPOINTS, COSIGNATURES, POSITION, PROTOCOL, SCHEMA_FILES[SCHEMA]}
)

KIBIBYTE = 1024
LONGEST_LINE = 64 * KIBIBYTE
"""Bytes of a line of a checkpoint or a cosignature; the longest signature has 3,300."""
MAX_TOKEN_BYTES = 256 * KIBIBYTE
README_TEXT = f"""\
A transparency log: what a department did for its candidates, in order, as it signed it.
No content is in it: identifiers, codes, counts, digests, salted commitments, and frozen protocols.

To verify it you need Python 3.11 or newer with its package cryptography, the file vetting-verify.pyz, and a policy:
the log's key, the witnesses' keys and how many of them you ask for. Neither file is in this folder, and neither should
come with it. Every true copy of one release of vetting-verify.pyz has the same SHA-256.

    python vetting-verify.pyz FOLDER --policy POLICY
    python vetting-verify.pyz FOLDER --policy POLICY --known SIZE:ROOT

It says "OK size root witnesses time", with "(up to N)" where the witnesses saw the first N entries only, or the first
entry that is wrong and why. SIZE:ROOT stands at the foot of every
released report. Each line of {ENTRIES} is one entry; {SCHEMAS}/ says what is in it. {PROTOCOL} is the protocol by
which every candidate of the position in {POSITION} was to be searched; its SHA-256 stands on their reports. The
whole log is here, other positions too: that nothing was left out can be shown of the whole only. What a time stamp
says, OpenSSL shows:

    openssl ts -verify -in {STAMPS}/SIZE.tsr -data {STAMPS}/SIZE.checkpoint -CAfile CERTIFICATES
"""

_STAMP = re.compile(r"time-stamps/(0|[1-9][0-9]{0,15})\.(tsr|checkpoint)", re.ASCII)
_COSIGNED = re.compile(rb"(0|[1-9][0-9]{0,15}) (\xe2\x80\x94 .+)")
_SUM = re.compile(rb"([0-9a-f]{64})  ([!-~]+)")
_LONGEST_SUM = 256
_LONGEST_TEXT = KIBIBYTE
"""Bytes of the signed text of a checkpoint, which is kept while its stretch of the log is walked."""
_ID = b'"id":"'


class Bundle:
    """A bundle in a folder. Raises `FileError` where a file is missing, superfluous or no plain file."""

    __slots__ = ("_folder",)

    def __init__(self, path: Path) -> None:
        rooms = {STAMPS: lambda name: _STAMP.fullmatch(name) is not None, SCHEMAS: _is_schema}
        self._folder = Folder(path, FILES, rooms)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._folder.path

    @property
    def position(self) -> str:
        """The position that it was exported for. Raises `FileError` where that is no name."""
        name = self._folder.text_of(POSITION, KIBIBYTE)
        if not name.endswith("\n") or not is_token(name[:-1]):
            raise FileError(f"{POSITION} does not hold the name of a position.")
        return name[:-1]

    @property
    def verifier(self) -> Verifier:
        """The key that the bundle says is the log's. Raises `FileError` where it is none."""
        try:
            verifier = Verifier.parse(self._folder.text_of(VKEY, 4 * KIBIBYTE).removesuffix("\n"))
        except NoteError as malformed:
            raise FileError(f"{VKEY}: {malformed}") from None
        if self._folder.text_of(VKEY, 4 * KIBIBYTE) != f"{verifier.vkey}\n":
            raise FileError(f"{VKEY} is not one line with one key.")
        return verifier

    @contextmanager
    def snapshot(self) -> "Iterator[BundleSnapshot]":
        """The log in it. The files are read as they are asked for."""
        yield BundleSnapshot(self._folder)

    def time_stamps(self) -> tuple[int, ...]:
        """The sizes of those checkpoints that a time-stamping authority was shown. Raises `FileError`."""
        found: dict[int, set[str]] = {}
        for name in self._folder.names:
            if match := _STAMP.fullmatch(name):
                found.setdefault(int(match[1]), set()).add(match[2])
        for size, kinds in sorted(found.items()):
            if len(kinds) != len(("tsr", "checkpoint")):
                raise FileError(f"{STAMPS}/{size} lacks its token or its checkpoint.")
        return tuple(sorted(found))

    def time_stamp(self, size: int) -> tuple[bytes, bytes]:
        """The note and the token of one time stamp."""
        note = self._folder.bytes_of(f"{STAMPS}/{size}.checkpoint", LONGEST_LINE)
        return note, self._folder.bytes_of(f"{STAMPS}/{size}.tsr", MAX_TOKEN_BYTES)

    def check(self, logs: Collection[Verifier]) -> None:
        """Hold what lies beside the log against the log and against the check sums; the log itself is `verify`'s.

        `logs` are the keys that the policy names. Raises `FileError` for the first file that is not what it should be.
        """
        if self.verifier not in logs:
            raise FileError(f"{VKEY} is the key of another log than the policy means.")
        self.unverified()  # too long a file is refused before it is read to its end
        self._check_schema()
        self._check_stamps()
        self._check_protocol()
        self._check_sums()

    def unverified(self) -> tuple[str, ...]:
        """The files that no signature covers and that are not, byte for byte, what this release writes.

        Another release may have written them, or somebody between the log and its reader. Raises `FileError` where one
        is too long.
        """
        ours = {README: README_TEXT, SCHEMA_FILES[SCHEMA]: schema_text()}
        read = {name: self._folder.bytes_of(name, 64 * KIBIBYTE) for name in ours}
        return tuple(name for name, text in ours.items() if read[name] != text.encode("ascii"))

    def _check_schema(self) -> None:
        for name in SCHEMA_FILES.values():
            if f'"$id": "{SCHEMA}"' not in self._folder.text_of(name, 64 * KIBIBYTE):
                raise FileError(f"{name} is not the schema that entries of this version have.")

    def _check_stamps(self) -> None:
        """Each token lies beside the checkpoint of its size, byte for byte as the log holds it."""
        stamped = dict.fromkeys(self.time_stamps(), False)
        with self.snapshot() as snapshot:
            for size, note in snapshot.checkpoints():
                if size in stamped:
                    stamped[size] = self.time_stamp(size)[0] == note
        for size, equal in stamped.items():
            if not equal:
                raise FileError(f"{STAMPS}/{size}.checkpoint is not the checkpoint that the log holds for that size.")

    def _check_protocol(self) -> None:
        """The protocol is the one that the log froze for the position, and the log froze one only."""
        content, position = self._folder.bytes_of(PROTOCOL, LONGEST_LINE), self.position
        try:
            decode(content)
        except EntryError as malformed:
            why = str(malformed).replace("An entry", "it", 1)  # the profile is that of entries, and this is none
            raise FileError(f"{PROTOCOL} is not canonical JSON: {why}") from None
        frozen = set(self._frozen(position))
        if not frozen:
            raise FileError(f"The log holds no frozen protocol of the position in {POSITION}.")
        if len(frozen) > 1:
            raise FileError(f"The log froze two different protocols of the position in {POSITION}.")
        if content not in frozen:
            raise FileError(f"{PROTOCOL} is not the protocol that the log froze for the position in {POSITION}.")

    def _frozen(self, position: str) -> Iterator[bytes]:
        with self.snapshot() as snapshot:
            for row in snapshot.rows():
                if EventType.PROTOCOL_FROZEN.value.encode() in row.body:
                    event = parse(row.body).event
                    if (event.type, event.position) == (EventType.PROTOCOL_FROZEN, position):
                        yield encode(cast("Json", event.body.get("document", {})))

    def _check_sums(self) -> None:
        stated: dict[str, str] = {}
        for line in self._folder.lines(SUMS, _LONGEST_SUM):
            match = _SUM.fullmatch(line)
            if match is None or (name := match[2].decode("ascii")) in stated:
                raise FileError(f"{SUMS} is not a list of one digest for each file.")
            if name not in self._folder.names - {SUMS}:  # at once: whoever wrote the list decides how long it is
                raise FileError(f"{SUMS} names other files than the bundle holds.")
            stated[name] = match[1].decode("ascii")
        if len(stated) != len(self._folder.names - {SUMS}):
            raise FileError(f"{SUMS} names other files than the bundle holds.")
        for name, digest in sorted(stated.items()):
            if self._folder.digest_of(name) != digest:
                raise FileError(f"{name} is not what {SUMS} says: one of the two was changed after the export.")


class BundleSnapshot:
    """The log in a bundle, row by row."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def rows(self, start: int = 0) -> Iterator[StoredEntry]:
        """The entries from `start` on, each with the leaf hash that stands beside it.

        Raises `LogDamagedError` at a line that can be no entry, and where the two files have not the same length.
        """
        leaves = self._leaves()
        sequence = 0
        for sequence, body in enumerate(self._folder.lines(ENTRIES, MAX_ENTRY_BYTES + 1)):
            leaf = next(leaves, None)
            if leaf is None:
                raise LogDamagedError(f"{LEAVES} holds no hash for entry {sequence}")
            if sequence >= start:
                yield StoredEntry(sequence=sequence, idem=_id(body), body=body, leaf=leaf)
        if next(leaves, None) is not None:
            raise LogDamagedError(f"{ENTRIES} ends before {LEAVES} does: an entry is missing")

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """The size and the signed note of every checkpoint, in order."""
        before = -1
        for note in self._notes():
            size = note.split(b"\n", 2)[1]
            if not size.isdigit() or len(size) > 16 or int(size) <= before:
                raise LogDamagedError(f"{CHECKPOINTS} is not in order of size")
            before = int(size)
            yield before, note

    def cosignatures(self) -> Iterator[tuple[int, bytes]]:
        """The size and one signature line for each cosignature, in order of size."""
        before = -1
        for line in self._folder.lines(COSIGNATURES, LONGEST_LINE):
            match = _COSIGNED.fullmatch(line)
            if match is None or int(match[1]) < before:
                raise LogDamagedError(f"{COSIGNATURES} is not a list of sizes and signature lines in order")
            before = int(match[1])
            yield before, match[2] + b"\n"

    def frontier(self) -> tuple[int, bytes]:
        """The frontier that the leaf hashes have; a bundle stores none."""
        tree = Frontier.of(self._leaves())
        return tree.size, bytes(tree)

    def _leaves(self) -> Iterator[bytes]:
        for line in self._folder.lines(LEAVES, 2 * HASH_SIZE + 1):
            if len(line) != 2 * HASH_SIZE or set(line) - set(b"0123456789abcdef"):
                raise LogDamagedError(f"a line of {LEAVES} is not a hash")
            yield bytes.fromhex(line.decode("ascii"))

    def _notes(self) -> Iterator[bytes]:
        """Each note: its text, a blank line, its signatures; then a blank line before the next."""
        parts: list[bytes] = []
        block = bytearray()
        for line in self._folder.lines(CHECKPOINTS, LONGEST_LINE):
            if line or not block:
                block += line + b"\n"
                if len(block) > (LONGEST_LINE if parts else _LONGEST_TEXT):
                    raise LogDamagedError(f"a checkpoint in {CHECKPOINTS} is too long")
            else:
                parts.append(bytes(block))
                block = bytearray()
            if len(parts) == 2:
                yield b"\n".join(parts)
                parts = []
        parts.append(bytes(block))
        if len(parts) != 2 or not block:
            raise LogDamagedError(f"{CHECKPOINTS} ends in the middle of a checkpoint")
        yield b"\n".join(parts)


def _id(body: bytes) -> str:
    """The event's id as its canonical bytes spell it: the last of that key, for an entry's own keys follow its body."""
    return body[body.rfind(_ID) + len(_ID) :].partition(b'"')[0].decode("utf-8", "replace")


def _is_schema(name: str) -> bool:
    if name not in SCHEMA_FILES.values():
        raise FileError("The bundle holds a schema of a version that this program does not know.")
    return True
