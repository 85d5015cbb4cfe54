"""Signing keys on disk, the log's own above all: made once, in a file only its owner can read, never overwritten."""

import os
import stat
from pathlib import Path

from vetting.log.durable import write_new
from vetting.log.errors import KeyFileError
from vetting.log.note import Signer, Verifier

_ASK_FOR_VKEY = "Choose another file name; an existing key is never overwritten."

_ASK_FOR_COPY = "Put the log's verification key, log.vkey, beside the log; whoever keeps the log has it."
_LONGEST = 4096
"""Bytes; a key file has about 150."""


class LogKey:
    """The key that signs this log's checkpoints. The key's name is the log's origin."""

    __slots__ = ("signer",)

    def __init__(self, signer: Signer) -> None:
        self.signer = signer

    @classmethod
    def generate(cls, origin: str) -> "LogKey":
        """A fresh key for the log named `origin`, a host-like name such as `vetting.example.gov/log-1`.

        Raises `NoteError` where the name is empty or holds a space or a plus sign.
        """
        return cls(Signer.generate(origin))

    @classmethod
    def load(cls, path: Path) -> "LogKey":
        """Read the private key; raises `KeyFileError` if missing, malformed, or readable by others."""
        return cls(Signer.parse(read_secret(path)))

    @property
    def origin(self) -> str:
        """The name of the log that this key signs."""
        return self.signer.verifier.name

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return self.signer.verifier

    @property
    def vkey(self) -> str:
        """The public half as one line of text, for the auditor."""
        return self.signer.verifier.vkey

    def save(self, private: Path, public: Path) -> None:
        """Write the private key (mode 0400) and the verification key (mode 0444), each new and whole.

        Raises `KeyFileError` if either file already exists; the private key is then not written.
        """
        write_pair(private, public, secret=self.signer.secret(), vkey=self.vkey)


def load_vkey(path: Path) -> Verifier:
    """Read a verification key file; raises `KeyFileError` if it is missing or no file, `NoteError` if malformed."""
    try:
        if not path.is_file():  # a pipe in a copy that somebody handed over would be waited for
            raise KeyFileError("There is no verification key file at its place.", remedy=_ASK_FOR_COPY)
        with path.open("rb") as file:
            text = file.read(_LONGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise KeyFileError("The verification key file cannot be read.", remedy=_ASK_FOR_COPY) from None
    return Verifier.parse(text.removesuffix("\n"))


def read_secret(path: Path) -> str:
    """The text of a private key file; raises `KeyFileError` if it is missing or can be read by others."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyFileError("The signing key file can be read by other accounts.")
            secret = file.read(_LONGEST)
    except OSError:
        raise KeyFileError("The signing key file cannot be read.") from None
    return secret.decode("utf-8", "replace").removesuffix("\n")


def write_pair(private: Path, public: Path, *, secret: str, vkey: str) -> None:
    """Write a private key (mode 0400) and its verification key (mode 0444), each new and whole.

    Raises `KeyFileError` if either file already exists; the private key is then not written.
    """
    if public.exists():
        raise KeyFileError("A verification key file of that name already exists.", remedy=_ASK_FOR_VKEY)
    _write_new(private, secret + "\n", 0o400)
    _write_new(public, vkey + "\n", 0o444)


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        write_new(path, text.encode(), mode)
    except FileExistsError:
        raise KeyFileError("A key file of that name already exists.", remedy=_ASK_FOR_VKEY) from None
    except OSError:
        raise KeyFileError("The key file cannot be written.", remedy="Check the folder and its free space.") from None
