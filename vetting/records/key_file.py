"""Key files: wrapped by a passphrase, readable by their owner alone, never overwritten."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vetting.errors import VettingError, refused, storage

_FORMAT = "vetting-vault-key/1"
_LARGEST = 10_000
"""Bytes; a key file has about 250."""


def wrap(secret: bytes, passphrase: str) -> bytes:
    """The secret under AES-256-GCM with a key made from the passphrase. Refuses an empty one."""
    if not passphrase:
        raise refused("passphrase_empty", "The passphrase is empty.", "Give a passphrase of several words.")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_stretch(passphrase, salt)).encrypt(nonce, secret, _FORMAT.encode())
    fields = {"salt": salt, "nonce": nonce, "sealed": sealed}
    document = {"format": _FORMAT, **{name: base64.b64encode(v).decode() for name, v in fields.items()}}
    return (json.dumps(document, indent=1) + "\n").encode()


def unwrap(content: bytes, passphrase: str, path: Path) -> bytes:
    """The secret. Refuses a damaged file and a wrong passphrase."""
    try:
        document = json.loads(content)
        if document["format"] != _FORMAT:
            raise damaged(path)
        salt, nonce, sealed = (base64.b64decode(document[n], validate=True) for n in ("salt", "nonce", "sealed"))
        return AESGCM(_stretch(passphrase, salt)).decrypt(nonce, sealed, _FORMAT.encode())
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged(path) from None
    except InvalidTag:
        raise storage(
            "wrong_passphrase",
            f"The passphrase does not open {path.name}.",
            "Give the passphrase with which the key was made; there is no other way in.",
        ) from None


def _stretch(passphrase: str, salt: bytes) -> bytes:
    """Argon2id with the second recommended parameters of RFC 9106 section 4: 3 passes, 64 MiB, 4 lanes."""
    if len(salt) != 16:
        raise ValueError("salt")
    return hash_secret_raw(
        passphrase.encode(), salt, time_cost=3, memory_cost=65_536, parallelism=4, hash_len=32, type=Type.ID
    )


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Writes a new file and waits for the disk. Refuses an existing file; leaves nothing half-written."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise refused(
            "key_exists",
            f"{path.name} exists already and is never overwritten.",
            "Move the old key to a safe place first; case files sealed to it open with nothing else.",
        ) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(number, mode)
            os.fsync(number)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def read_private(path: Path) -> bytes:
    """The content of a file that only its owner may read. Refuses one that its group or others may touch."""
    try:
        mode = path.stat().st_mode
    except OSError:
        mode = 0
    if mode & 0o077:
        raise storage(
            "key_open_to_others",
            f"Other accounts of this machine may read {path.name}.",
            "Set it to mode 0400 and consider the key known: make a new one if others use this machine.",
        )
    return read(path)


def read(path: Path) -> bytes:
    """The content. Refuses a missing or unreadable file and one too large to be a key."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise storage(
            "key_missing",
            f"There is no {path.name} at its place.",
            "Check the data folder, or run the set-up first.",
        ) from None
    except OSError as error:
        raise storage(
            "key_unreadable", f"{path.name} cannot be read ({error.strerror}).", "Check its owner and mode."
        ) from None
    if len(content) > _LARGEST:
        raise damaged(path)
    return content


def damaged(path: Path) -> VettingError:
    """A key file that nobody wrote like this."""
    return storage("key_damaged", f"{path.name} is damaged or is no key file.", "Restore it from its backup.")


def _unwritable(path: Path, error: OSError) -> VettingError:
    return storage(
        "key_not_written",
        f"{path.name} cannot be written ({error.strerror}).",
        "Check the folder and the free space.",
    )
