"""The log's key on disk: readable by its owner only, never replaced, never shown."""

import stat
from pathlib import Path

import pytest

from vetting.log.errors import KeyFileError, NoteError
from vetting.log.keys import LogKey, load_vkey


@pytest.fixture
def key() -> LogKey:
    return LogKey.generate("vetting.example/log-1")


@pytest.fixture
def files(key: LogKey, tmp_path: Path) -> tuple[Path, Path]:
    private, public = tmp_path / "log.key", tmp_path / "log.vkey"
    key.save(private, public)
    return private, public


def test_a_key_read_back_is_the_same_key(key: LogKey, files: tuple[Path, Path]) -> None:
    private, public = files
    assert LogKey.load(private).vkey == key.vkey
    assert load_vkey(public) == key.verifier
    assert key.origin == "vetting.example/log-1"


def test_only_the_owner_can_read_the_private_key(files: tuple[Path, Path]) -> None:
    private, public = files
    assert stat.S_IMODE(private.stat().st_mode) == 0o400
    assert stat.S_IMODE(public.stat().st_mode) == 0o444


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o420, 0o644, 0o601])
def test_a_key_that_others_can_reach_is_refused(files: tuple[Path, Path], mode: int) -> None:
    private, _ = files
    private.chmod(mode)
    with pytest.raises(KeyFileError) as refused:
        LogKey.load(private)
    assert "0400" in refused.value.remedy


def test_a_key_is_never_overwritten(files: tuple[Path, Path], tmp_path: Path) -> None:
    private, public = files
    before = private.read_bytes(), public.read_bytes()
    for taken in ((private, tmp_path / "new.vkey"), (tmp_path / "new.key", public)):
        with pytest.raises(KeyFileError):
            LogKey.generate("vetting.example/log-2").save(*taken)
    assert (private.read_bytes(), public.read_bytes()) == before
    assert not (tmp_path / "new.key").exists()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log.key", "log.vkey"]


def test_a_missing_or_damaged_key_file_is_a_plain_sentence(files: tuple[Path, Path], tmp_path: Path) -> None:
    private, public = files
    with pytest.raises(KeyFileError):
        LogKey.load(tmp_path / "absent.key")
    with pytest.raises(KeyFileError):
        load_vkey(tmp_path / "absent.vkey")
    with pytest.raises(KeyFileError):
        LogKey(LogKey.generate("log").signer).save(tmp_path / "absent" / "log.key", tmp_path / "new.vkey")
    secret = private.read_bytes()
    for damaged in (b"", b"\xff\xfe", secret[:-3], secret.lower(), secret + b"more"):
        private.chmod(0o600)
        private.write_bytes(damaged)
        with pytest.raises(KeyFileError) as refused:
            LogKey.load(private)
        assert secret.decode()[-20:].strip() not in str(refused.value)
    public.chmod(0o600)
    public.write_bytes(b"vetting.example/log-1+00000000+AAAA\n")
    with pytest.raises(NoteError):
        load_vkey(public)
    public.write_bytes(b"\xff")
    with pytest.raises(KeyFileError):
        load_vkey(public)


def test_nothing_that_is_printed_shows_the_private_key(key: LogKey) -> None:
    seed = key.signer.secret().split("+", 4)[4]
    for shown in (repr(key), str(key), repr(key.signer), str(key.signer), key.vkey, repr(key.verifier)):
        assert seed not in shown
        assert "PRIVATE" not in shown
