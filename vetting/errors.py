"""The one error a person can meet: a code, one sentence, and what to do next.

An error that crosses the wall carries its code only. No message ever holds captured text: messages are written by the
caller from fixed words, counts and identifiers, never from what the internet said.
"""

from __future__ import annotations

from enum import IntEnum
from typing import final


class ExitCode(IntEnum):
    """Exit codes of the `vetting` command, documented in docs/exit-codes.md."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3  # the person, role or state does not allow the act
    BAD_INPUT = 4  # a file or value that was given cannot be used
    NOT_FOUND = 5  # an unknown case, position, person or report
    NOT_READY = 6  # something must happen first (a search without outcome, a finding without validation)
    STORAGE = 7  # full disk, locked database, missing store or key
    NOT_UNIFORM = 8  # the uniformity check found a difference
    LOG_BROKEN = 9  # the transparency log does not verify
    LEAK = 10  # a report failed its leak check; nothing was released


@final
class VettingError(Exception):
    """Refused, and what a person does next.

    `code` is stable and safe to log anywhere, `sentence` says what is wrong, `remedy` what to do.
    """

    def __init__(self, code: str, sentence: str, remedy: str, exit_code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


def refused(code: str, sentence: str, remedy: str) -> VettingError:
    """A person, role or state that does not allow the act."""
    return VettingError(code, sentence, remedy, ExitCode.REFUSED)


def bad_input(code: str, sentence: str, remedy: str) -> VettingError:
    """A file or value that cannot be used as it is."""
    return VettingError(code, sentence, remedy, ExitCode.BAD_INPUT)


def not_found(code: str, sentence: str, remedy: str) -> VettingError:
    """An unknown case, position, person or report."""
    return VettingError(code, sentence, remedy, ExitCode.NOT_FOUND)


def not_ready(code: str, sentence: str, remedy: str) -> VettingError:
    """Something else must happen first."""
    return VettingError(code, sentence, remedy, ExitCode.NOT_READY)


def storage(code: str, sentence: str, remedy: str) -> VettingError:
    """A store, key or disk that cannot be used."""
    return VettingError(code, sentence, remedy, ExitCode.STORAGE)
