"""What a person types: passwords without echo, and notes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

import typer

from vetting.cli.process import ctrl_c
from vetting.errors import ExitCode, VettingError, bad_input

LONGEST_LINE = 10_000
"""Characters of a password or an address that are read at most; a longer one is refused by its length."""


def read_password(from_stdin: bool, *, confirmed: bool = False) -> str:
    """The password from standard input or a hidden prompt; never an argument, which others could see.

    Refuses an input that ends before it, one that is no text, and a prompt where there is no terminal to hide it.
    """
    if from_stdin:
        return _answer(_line)
    if not _terminal():
        raise VettingError(
            "no_terminal",
            "There is no terminal at which to type a password unseen.",
            "Give it on standard input, with --password-stdin.",
            ExitCode.USAGE,
        )
    return _answer(lambda: str(typer.prompt("Password", hide_input=True, confirmation_prompt=confirmed)))


def ask(question: str) -> str:
    """The answer to a question. Refuses an input that ends before it, and one that is no text.

    It is asked on standard error: a result on standard output, above all JSON, holds no question.
    """
    with redirect_stdout(sys.stderr):
        return _answer(lambda: str(typer.prompt(question)))


def read_line() -> str:
    """The next line of standard input. Refuses what `ask` refuses."""
    return _answer(_line)


def _answer(read: Callable[[], str]) -> str:
    try:
        answer = read()
        answer.encode()
    except (typer.Abort, EOFError):
        if ctrl_c.pressed:
            raise KeyboardInterrupt from None
        raise VettingError(
            "input_ended",
            "The input ended before the answer; nothing was recorded.",
            "Run the command again and answer, or give a program's answer on its standard input.",
            ExitCode.USAGE,
        ) from None
    except UnicodeError:
        raise bad_input("input_not_text", "What was typed is not UTF-8 text.", "Type it again.") from None
    return answer


def _line() -> str:
    line = sys.stdin.readline(LONGEST_LINE)
    if not line:
        raise EOFError
    return line.rstrip("\n")


def _terminal() -> bool:
    """Whether a password can be typed unseen: at the terminal in front of the person, or on standard input."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return sys.stdin.isatty()
    return True
