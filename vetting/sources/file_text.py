"""The text in a file that somebody handed over, as hits; the file itself is opened in another process only."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from vetting.errors import VettingError, bad_input
from vetting.evidence import Capture, Engagement, Hit
from vetting.sources.file_reader import READERS
from vetting.sources.page_text import raw_text
from vetting.sources.received_file import ReceivedFile, Seen

SECONDS: Final = 120
"""By the clock; the reader has half of it in processor time."""
_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from vetting.sources.file_reader import main; main()"
_ROOT: Final = Path(__file__).resolve().parents[2]
_ANOTHER: Final = "Save it anew, or import a screenshot of it: pictures are kept and not read."
_REFUSED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "damaged": ("The file is damaged or not what it starts like", _ANOTHER),
        "encrypted": ("The file is encrypted", "Import it without its password protection."),
        "nested": ("The export holds another archive", "Unpack that, and import its files in a .zip of their own."),
        "too_many": ("The file holds more pages or parts than are read at once", "Import it in parts."),
        "too_large": ("The file holds more text than can be read at once", "Import it in parts."),
        "too_slow": ("The file could not be read in the time that is given to one", _ANOTHER),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """What was read of a file."""

    hits: tuple[Hit, ...] = ()
    partly: bool = False
    """Whether some of it could not be read, or was longer than what is read of one text."""


def reading_of(file: ReceivedFile, capture: Capture, seen: Seen | None) -> FileReading:
    """What is to be read in the file; nothing for a picture, which is kept as evidence and never interpreted.

    Refuses the file as a whole where it cannot be opened, is encrypted, or holds more than may be read.
    """
    if file.kind.value not in READERS:
        return FileReading()
    answer = _answer(file, seen.address.reveal() if seen else "")
    hits = tuple(_hit(found, capture, seen) for found in answer["texts"])
    return FileReading(hits=hits, partly=bool(answer["partly"]))


def _hit(found: Mapping[str, str], capture: Capture, seen: Seen | None) -> Hit:
    place = raw_text(found["place"])
    return Hit(
        capture_id=capture.id,
        text=raw_text(found["text"]),
        locator=place or (seen.address if seen else place),
        author=raw_text(found["author"]),
        posted_at=datetime.fromisoformat(found["published"]) if found["published"] else None,
        engagement=Engagement.UNKNOWN,  # whose words they are is for the investigator to say
        platform="imported",
    )


def _answer(file: ReceivedFile, address: str) -> dict[str, Any]:
    command = [sys.executable, "-I", "-c", _START, str(_ROOT), file.kind.value]
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and our own module; the file goes in on stdin
            command,
            input=address.encode("utf-8", "replace") + b"\n" + file.content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal("too_slow") from None
    answer: dict[str, Any] = _document(done.stdout) if done.returncode == 0 else {"refused": "too_slow"}
    if "texts" in answer:
        return answer
    raise _refusal(str(answer.get("refused")))


def _document(answer: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(answer))
    except ValueError:
        return {"refused": "damaged"}


def _refusal(code: str) -> VettingError:
    sentence, remedy = _REFUSED.get(code, _REFUSED["damaged"])
    return bad_input(f"file_{code}", f"{sentence}; nothing was imported.", remedy)
