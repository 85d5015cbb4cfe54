"""The witness's folder on the disk: who may read it, and what happens when the disk or its files fail."""

from __future__ import annotations

import errno
import os
import random
import resource
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.log.small_log import SmallLog, seen_at
from vetting.log.cosignature import CosignatureKind
from vetting.log.errors import KeyFileError, LogError, NoteError, WitnessError, WitnessForkError
from vetting.log.note import Signer
from vetting.log.witness import Witness

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOBODY = 65_534


@pytest.fixture
def log() -> SmallLog:
    return SmallLog()


@pytest.fixture(params=list(CosignatureKind), ids=[kind.name for kind in CosignatureKind])
def witness(request: pytest.FixtureRequest, tmp_path: Path, log: SmallLog) -> Witness:
    made = Witness.create(tmp_path / "desk", "clerk.example/witness", request.param)
    made.trust(log.signer.verifier.vkey)
    return made


def test_every_file_of_the_folder_is_its_owners_only(witness: Witness, log: SmallLog, tmp_path: Path) -> None:
    witness.cosign(log.request(0, 5), NOON)
    with pytest.raises(WitnessForkError):
        witness.cosign(log.forged(3).request(5, 5), NOON)
    modes = {path.relative_to(tmp_path).parts[-1]: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    of_a_log, of_a_fork = ("checkpoint", "vkeys", "cosigned"), ("seen.checkpoint", "offered.request", "said.txt")
    assert modes.pop("witness.vkey") == 0o444
    assert modes.pop("witness.key") == 0o400
    assert {modes.pop(name) for name in of_a_log} == {0o600}
    assert {modes.pop(name) for name in of_a_fork} == {0o400}
    assert set(modes.values()) == {0o700}, modes
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_may_write_to_is_no_witness(
    witness: Witness, log: SmallLog, tmp_path: Path, mode: int
) -> None:
    (tmp_path / "desk").chmod(mode)
    for act in (lambda: witness.cosign(log.request(0, 5), NOON), lambda: witness.trust(log.signer.verifier.vkey)):
        with pytest.raises(WitnessError, match="Other accounts") as refused:
            act()
        assert "0700" in refused.value.remedy


@pytest.mark.parametrize("room", ["logs", "logs/*"])
def test_a_room_that_others_may_write_to_is_no_witness_s(
    witness: Witness, log: SmallLog, tmp_path: Path, room: str
) -> None:
    (place,) = (tmp_path / "desk").glob(room)
    place.chmod(0o770)
    with pytest.raises(WitnessError, match="Other accounts"):
        witness.cosign(log.request(0, 5), NOON)
    place.chmod(0o700)
    assert seen_at(witness, log.checkpoint(5), witness.cosign(log.request(0, 5), NOON)) == NOON


def test_a_record_put_back_to_nothing_is_never_a_log_not_seen_yet(
    witness: Witness, log: SmallLog, tmp_path: Path
) -> None:
    witness.cosign(log.request(0, 5), NOON)
    (record,) = tmp_path.rglob("checkpoint")
    record.write_text("old 0\n")
    with pytest.raises(WitnessError, match="put back to nothing"):
        witness.cosign(log.forged(2).request(0, 5), NOON)


def test_a_clock_that_goes_back_or_stands_before_1970_signs_nothing(
    witness: Witness, log: SmallLog, tmp_path: Path
) -> None:
    for early in (datetime(1969, 12, 31, tzinfo=UTC), datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)):
        with pytest.raises(WitnessError, match="1970"):
            witness.cosign(log.request(0, 5), early)
    witness.cosign(log.request(0, 5), NOON)
    for asked in (log.request(5, 9), log.request(5, 5)):
        with pytest.raises(WitnessError, match="before this witness's last"):
            witness.cosign(asked, NOON - timedelta(seconds=1))
    assert witness.logs()[0].size == 5
    assert seen_at(witness, log.checkpoint(9), witness.cosign(log.request(5, 9), NOON)) == NOON
    (record,) = tmp_path.rglob("cosigned")
    record.write_text("yesterday\n")
    with pytest.raises(WitnessError, match="damaged"):
        witness.cosign(log.request(9, 9), NOON)


def test_a_folder_is_opened_with_its_key_or_not_at_all(tmp_path: Path) -> None:
    made = Witness.create(tmp_path / "desk", "clerk.example/witness")
    assert Witness.open(tmp_path / "desk").vkey == made.vkey
    assert (tmp_path / "desk" / "witness.vkey").read_text("utf-8") == made.vkey + "\n"
    with pytest.raises(KeyFileError):
        Witness.create(tmp_path / "desk", "clerk.example/witness")
    with pytest.raises(KeyFileError):
        Witness.open(tmp_path / "absent")
    (tmp_path / "desk" / "witness.key").chmod(0o440)
    with pytest.raises(KeyFileError, match="other accounts"):
        Witness.open(tmp_path / "desk")
    with pytest.raises(NoteError):
        Witness.create(tmp_path / "second", "two words")
    with pytest.raises(WitnessError):
        Witness.create(tmp_path / "absent" / "desk", "clerk.example/witness")


@pytest.mark.parametrize("vkey", ["", "nonsense", "log.example+00000000+AAAA", "n" * 300])
def test_a_key_that_is_none_is_not_trusted(witness: Witness, vkey: str) -> None:
    with pytest.raises(NoteError):
        witness.trust(vkey)
    with pytest.raises(NoteError, match="255"):
        witness.trust(Signer.generate("n" * 256).verifier.vkey)
    assert len(witness.logs()) == 1


def test_a_record_that_is_gone_is_never_taken_for_a_log_not_seen_yet(
    witness: Witness, log: SmallLog, tmp_path: Path
) -> None:
    witness.cosign(log.request(0, 5), NOON)
    (record,) = tmp_path.rglob("checkpoint")
    record.unlink()
    for act in (lambda: witness.cosign(log.forged(2).request(0, 5), NOON), witness.logs):
        with pytest.raises(WitnessError, match="missing"):
            act()
    witness.trust(log.signer.verifier.vkey)
    with pytest.raises(WitnessError, match="missing"):
        witness.cosign(log.request(0, 5), NOON)


def test_a_record_with_one_bit_changed_stops_the_witness(log: SmallLog, tmp_path: Path) -> None:
    witness = Witness.create(tmp_path / "desk", "clerk.example/witness", CosignatureKind.ED25519)
    witness.trust(log.signer.verifier.vkey)
    witness.cosign(log.request(0, 5), NOON)
    for name in ("checkpoint", "vkeys"):
        (record,) = tmp_path.rglob(name)
        right = record.read_bytes()
        for bit in random.Random(13).sample(range(len(right) * 8), 300):  # noqa: S311
            changed = bytearray(right)
            changed[bit // 8] ^= 1 << bit % 8
            record.write_bytes(changed)
            with pytest.raises(WitnessError):
                witness.cosign(log.request(5, 9), NOON)
        record.write_bytes(right)
    assert witness.evidence() == []
    witness.cosign(log.request(5, 9), NOON)


def test_the_record_of_another_log_is_not_taken_for_this_one(witness: Witness, log: SmallLog, tmp_path: Path) -> None:
    other = SmallLog(Signer.generate("vetting.example/log-2"))
    witness.trust(other.signer.verifier.vkey)
    for one in (log, other):
        witness.cosign(one.request(0, 5), NOON)
    first, second = sorted(tmp_path.rglob("checkpoint"))
    first.write_bytes(second.read_bytes())
    with pytest.raises(WitnessError, match="record"):
        witness.logs()


# ------------------------------------------------------------------------------------------------------- the disk


@contextmanager
def _full_disk() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))  # as a quota that is used up (SIGXFSZ is ignored)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_full_disk_stops_the_witness_before_it_signs(witness: Witness, log: SmallLog, tmp_path: Path) -> None:
    witness.cosign(log.request(0, 5), NOON)
    before = _contents(tmp_path)
    with _full_disk():
        for act in (
            lambda: witness.cosign(log.request(5, 9), NOON),
            lambda: witness.trust(SmallLog(Signer.generate("other.example")).signer.verifier.vkey),
        ):
            with pytest.raises(WitnessError) as refused:
                act()
            assert "free space" in refused.value.remedy
        with pytest.raises(KeyFileError):
            Witness.create(tmp_path / "second", "clerk.example/witness")
        with pytest.raises(WitnessForkError, match="keep the request file yourself"):
            witness.cosign(log.forged(3).request(5, 5), NOON)
    assert {path: content for path, content in _contents(tmp_path).items() if content} == before
    assert seen_at(witness, log.checkpoint(9), witness.cosign(log.request(5, 9), NOON)) == NOON


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_disk_that_does_not_keep_what_it_took_stops_the_witness(
    witness: Witness, log: SmallLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    witness.cosign(log.request(0, 5), NOON)
    before = _contents(tmp_path)

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(WitnessError, match="signed nothing"):
            witness.cosign(log.request(5, 9), NOON)
    assert _contents(tmp_path) == before


def _as_nobody(act: Callable[[], object]) -> str:
    """What the act raises, done by an account without any rights."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setuid(NOBODY)
        try:
            act()
            answer = "done"
        except LogError as refused:
            answer = f"{refused.code} {refused}"
        except BaseException as other:  # noqa: BLE001  # the child must not go on in the parent's tests
            answer = repr(other)
        os.write(tell, answer.encode())
        os._exit(0)
    os.close(tell)
    os.waitpid(child, 0)
    with os.fdopen(told, "rb") as pipe:
        return pipe.read().decode()


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Give a folder that an account without rights can reach, and that it owns where the test runs as root."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)


def test_a_folder_that_cannot_be_written_is_a_plain_sentence(reachable: Path, log: SmallLog) -> None:
    desk, vkey = reachable / "desk", log.signer.verifier.vkey
    assert _as_nobody(lambda: Witness.create(desk, "clerk.example").trust(vkey)) == "done"
    assert _as_nobody(lambda: Witness.open(desk).cosign(log.request(0, 5), NOON)) == "done"
    for folder in (desk, *desk.rglob("*")):
        if folder.is_dir():
            folder.chmod(0o500)
    refused = _as_nobody(lambda: Witness.open(desk).cosign(log.request(5, 9), NOON))
    assert refused.startswith("LOG-205 "), refused
    assert "signed nothing" in refused
    assert _as_nobody(lambda: Witness.open(desk).logs()) == "done"
    fork = _as_nobody(lambda: Witness.open(desk).cosign(log.forged(3).request(5, 5), NOON))
    assert fork.startswith("LOG-206 "), fork
    assert "keep the request file yourself" in fork
    other = Signer.generate("other.example").verifier.vkey
    assert _as_nobody(lambda: Witness.open(desk).trust(other)).startswith("LOG-205 ")
    for folder in (desk, *desk.rglob("*")):
        if folder.is_dir():
            folder.chmod(0o700)


def test_a_computer_without_file_locks_is_a_plain_sentence(
    witness: Witness, log: SmallLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vetting.log import witness as module

    monkeypatch.setattr(module, "fcntl", None)
    for act in (lambda: witness.cosign(log.request(0, 5), NOON), lambda: Witness.create(tmp_path / "new", "c.example")):
        with pytest.raises(WitnessError, match="Linux or macOS"):
            act()
