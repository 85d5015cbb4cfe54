"""What is sealed opens with the right key in the right place, and nowhere else; key files are kept from others."""

from __future__ import annotations

import json
import os
import pickle
import resource
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.records.refusals import refused
from vetting.errors import ExitCode, VettingError
from vetting.records.seal import VaultKey, VaultPublicKey, context

PRIVATE = bytes(range(1, 33))
KEY = VaultKey(PRIVATE)
INFO = context("C-0001", "F-0001", "finding")
PASSPHRASE = "correct horse battery staple"

SEALED_BY_VERSION_1 = bytes.fromhex(
    "e689884633e3e952641e5a76cc2dc2154be8b3d0b7d9f7b677b5c74b734a74152fa2109153935303594a5af64aefb674e9d0543a6a8ad17c"
    "3d568d2303dd64fa5201ff934cda56a3e0569237cd1cc009b04ef0d70d5275ea0a265b90c56d4054abf6201d26dbba74e838d634d0b3ae1b"
    "df0a4e0f7274229311ca1e9c9d25ae6538fb81fc22090a20e0c002412129e414b286ea2ed58cfb2e9811979b7610f6fd70cf55f7e92a478a"
    "fa0b61d641f236332fd70859478bc7e0ed4d0e3c8d6ba8ed0f7f615752332fd8e7849fda405d321e7bf44e278ac53c37691df7e804ad4bf2"
    "ea060d1670e8189dfd1ac5c67f94b173a2b70decfc02e11f28018484d87c97c1080176e414de334eb73f9c84b35b053047fe1971ffd258ef"
    "f87d050236a90995876824e30c34c56706f673eac6fd26ae"
)
KEY_FILE_OF_VERSION_1 = {
    "format": "vetting-vault-key/1",
    "salt": "9CSiILX0eE8sXjpVlWqSQA==",
    "nonce": "/xRcmkJgmQWi07s9",
    "sealed": "vLOzodfJSSgrXTheN7guG3vxm8WzOJ2yPsN8wkmep5rRyA4qFe0eN/r0xk4nUEZ0",
}


@given(st.binary(max_size=3000), st.text(max_size=40).filter(lambda s: s.isprintable()))
def test_what_was_sealed_opens_unchanged(plaintext: bytes, info: str) -> None:
    assert KEY.open(KEY.public.seal(plaintext, info), info) == plaintext


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.text(st.characters(codec="utf-8"), max_size=20))
def test_what_was_sealed_for_one_place_opens_in_no_other(here: str, there: str) -> None:
    assume(here != there)
    sealed = KEY.public.seal(b"secret", here)
    refused(lambda: KEY.open(sealed, there), "seal_broken")


def test_the_context_of_a_seal_cannot_be_forged_by_a_separator() -> None:
    assert context("C-1", "F-1", "finding") == "vetting/v1|C-1|F-1|finding"
    with pytest.raises(ValueError, match="separator"):
        context("C-1|F-1", "x", "finding")


def test_another_key_opens_nothing() -> None:
    refused(lambda: VaultKey.generate().open(KEY.public.seal(b"secret", INFO), INFO), "seal_broken")


def test_every_changed_byte_and_every_cut_is_noticed() -> None:
    sealed = KEY.public.seal(b"secret", INFO)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 0x01
        if place == 31:
            changed[place] ^= 0x03  # the highest bit of an X25519 key is ignored (RFC 7748): change another
        with pytest.raises(VettingError):
            KEY.open(bytes(changed), INFO)
    for length in (0, 1, 31, 32, 47, 48, len(sealed) - 1):
        refused(lambda n=length: KEY.open(sealed[:n], INFO), "seal_broken")  # type: ignore[misc]


def test_the_same_words_sealed_twice_look_different() -> None:
    assert KEY.public.seal(b"same", INFO) != KEY.public.seal(b"same", INFO)


def test_the_size_of_what_is_sealed_tells_little_of_what_is_in_it() -> None:
    sizes = {n: len(KEY.public.seal(bytes(n), INFO)) for n in (*range(0, 2000, 7), 9_300, 9_900, 70_000, 1_000_000)}
    assert len({sizes[n] for n in sizes if n < 240}) == 1, "all short texts look alike"
    assert len({sizes[n] for n in sizes if n < 2000}) <= 8
    assert all(sizes[n] <= n + 8 + 48 + max(255, (n + 8) / 8) for n in sizes), "at most an eighth is added"
    assert sizes[9_300] == sizes[9_900]


def test_what_an_earlier_version_sealed_still_opens() -> None:
    assert KEY.open(SEALED_BY_VERSION_1, INFO) == b"An invented statement."


def test_any_program_that_knows_rfc_9180_opens_the_envelope() -> None:
    """Base mode of RFC 9180 written out from its sections 4, 5.1 and 7, without the library's own HPKE."""
    shared_info, info = b"KEM\x00\x20", INFO.encode()
    suite = b"HPKE\x00\x20\x00\x01\x00\x02"
    enc, ciphertext = SEALED_BY_VERSION_1[:32], SEALED_BY_VERSION_1[32:]
    private = X25519PrivateKey.from_private_bytes(PRIVATE)
    diffie_hellman = private.exchange(X25519PublicKey.from_public_bytes(enc))
    prk = _extract(shared_info, b"", b"eae_prk", diffie_hellman)
    secret = _expand(shared_info, prk, b"shared_secret", enc + private.public_key().public_bytes_raw(), 32)
    schedule = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    prk = _extract(suite, secret, b"secret", b"")
    key, nonce = _expand(suite, prk, b"key", schedule, 32), _expand(suite, prk, b"base_nonce", schedule, 12)
    padded = AESGCM(key).decrypt(nonce, ciphertext, b"")
    assert padded[8 : 8 + int.from_bytes(padded[:8], "big")] == b"An invented statement."


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    mac = hmac.HMAC(salt or bytes(32), hashes.SHA256())
    mac.update(b"HPKE-v1" + suite + label + material)
    return mac.finalize()


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return HKDFExpand(algorithm=hashes.SHA256(), length=length, info=labeled).derive(prk)


# ------------------------------------------------------------------------------------------------ key files


def test_a_key_saved_under_a_passphrase_opens_what_it_opened_before(tmp_path: Path) -> None:
    key = VaultKey.generate()
    sealed = key.public.seal(b"secret", INFO)
    key.save(tmp_path / "new" / "vault.key", PASSPHRASE)
    key.public.save(tmp_path / "new" / "vault.pub")
    assert VaultKey.load(tmp_path / "new" / "vault.key", PASSPHRASE).open(sealed, INFO) == b"secret"
    assert VaultPublicKey.load(tmp_path / "new" / "vault.pub") == key.public


def test_a_key_file_of_an_earlier_version_still_opens(tmp_path: Path) -> None:
    path = _key_file(tmp_path, json.dumps(KEY_FILE_OF_VERSION_1).encode())
    assert VaultKey.load(path, PASSPHRASE).public == KEY.public


def test_only_its_owner_may_read_the_private_key_and_everyone_the_public_one(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        KEY.save(tmp_path / "new" / "vault.key", PASSPHRASE)
        KEY.public.save(tmp_path / "new" / "vault.pub")
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "new").iterdir()}
    assert modes == {"vault.key": 0o400, "vault.pub": 0o644}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_neither_key_stands_in_clear_in_the_key_file(tmp_path: Path) -> None:
    KEY.save(tmp_path / "vault.key", PASSPHRASE)
    content = (tmp_path / "vault.key").read_bytes()
    for secret in (PRIVATE, PRIVATE.hex().encode(), PASSPHRASE.encode()):
        assert secret not in content


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    KEY.save(tmp_path / "vault.key", PASSPHRASE)
    KEY.public.save(tmp_path / "vault.pub")
    other = VaultKey.generate()
    refused(lambda: other.save(tmp_path / "vault.key", PASSPHRASE), "key_exists", ExitCode.REFUSED)
    refused(lambda: other.public.save(tmp_path / "vault.pub"), "key_exists", ExitCode.REFUSED)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    refused(lambda: other.save(tmp_path / "link", PASSPHRASE), "key_exists", ExitCode.REFUSED)
    assert VaultKey.load(tmp_path / "vault.key", PASSPHRASE).public == KEY.public


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o640, 0o604, 0o420, 0o777])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    KEY.save(tmp_path / "vault.key", PASSPHRASE)
    (tmp_path / "vault.key").chmod(mode)
    refused(lambda: VaultKey.load(tmp_path / "vault.key", PASSPHRASE), "key_open_to_others")


def test_a_wrong_passphrase_is_refused_and_an_empty_one_never_used(tmp_path: Path) -> None:
    KEY.save(tmp_path / "vault.key", PASSPHRASE)
    error = refused(lambda: VaultKey.load(tmp_path / "vault.key", "wrong horse"), "wrong_passphrase")
    assert "wrong horse" not in str(error)
    refused(lambda: KEY.save(tmp_path / "other.key", ""), "passphrase_empty", ExitCode.REFUSED)
    assert not (tmp_path / "other.key").exists()


_DAMAGED = {
    "empty": b"",
    "no JSON": b"-----BEGIN KEY-----",
    "not UTF-8": b'{"format": "\xff"}',
    "another shape": b"[1, 2]",
    "a number": b"7",
    "another format": json.dumps({**KEY_FILE_OF_VERSION_1, "format": "vetting-vault-key/9"}).encode(),
    "a field missing": json.dumps({"format": "vetting-vault-key/1", "salt": "AA=="}).encode(),
    "no base64": json.dumps({**KEY_FILE_OF_VERSION_1, "nonce": "!!!"}).encode(),
    "a field of another type": json.dumps({**KEY_FILE_OF_VERSION_1, "sealed": 7}).encode(),
    "a short salt": json.dumps({**KEY_FILE_OF_VERSION_1, "salt": "AA=="}).encode(),
    "a short nonce": json.dumps({**KEY_FILE_OF_VERSION_1, "nonce": "AA=="}).encode(),
    "huge": b"[" * 1_000_000,
    "deep": b"[" * 9_000,
}


@pytest.mark.parametrize("content", _DAMAGED.values(), ids=_DAMAGED.keys())
def test_a_damaged_key_file_is_a_sentence_and_not_a_crash(tmp_path: Path, content: bytes) -> None:
    path = _key_file(tmp_path, content)
    refused(lambda: VaultKey.load(path, PASSPHRASE), "key_damaged")
    refused(lambda: VaultPublicKey.load(path), "key_damaged")


def test_a_public_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    ed25519 = Ed25519PrivateKey.generate().public_key()
    pem = ed25519.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    refused(lambda: VaultPublicKey.load(_key_file(tmp_path, pem)), "key_damaged")


def test_a_missing_key_says_so(tmp_path: Path) -> None:
    refused(lambda: VaultKey.load(tmp_path / "vault.key", PASSPHRASE), "key_missing")
    refused(lambda: VaultPublicKey.load(tmp_path / "vault.pub"), "key_missing")


def test_a_folder_in_the_place_of_a_key_says_so(tmp_path: Path) -> None:
    (tmp_path / "vault.key").mkdir(mode=0o700)
    refused(lambda: VaultKey.load(tmp_path / "vault.key", PASSPHRASE), "key_unreadable")


def test_a_key_that_cannot_be_written_leaves_no_file_behind(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    (tmp_path / "file").touch()
    refused(lambda: KEY.save(tmp_path / "file" / "vault.key", PASSPHRASE), "key_not_written")
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))  # as a quota that is used up (SIGXFSZ is ignored)
    try:
        refused(lambda: KEY.save(tmp_path / "vault.key", PASSPHRASE), "key_not_written")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (tmp_path / "vault.key").exists()


def test_the_private_key_is_neither_printed_nor_pickled() -> None:
    assert PRIVATE.hex() not in repr(KEY)
    assert f"{KEY}" == repr(KEY)
    with pytest.raises(TypeError):
        pickle.dumps(KEY)


def _key_file(folder: Path, content: bytes) -> Path:
    path = folder / "vault.key"
    path.write_bytes(content)
    path.chmod(0o400)
    return path
