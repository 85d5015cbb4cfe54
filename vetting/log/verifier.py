"""The command line of the one-file verifier. It needs Python and `cryptography`, and trusts nothing but the policy."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from vetting.log import answers
from vetting.log.answers import Answer
from vetting.log.errors import LogError
from vetting.log.folder import spelt

NAME = "vetting-verify.pyz"
UNEXPECTED, USAGE, STOPPED = 1, 2, 130
_HELP = f"""\
Verifies a bundle of a transparency log, offline, with the policy alone.

  python {NAME} BUNDLE --policy POLICY [--known SIZE:ROOT]
  python {NAME} proof FILE --policy POLICY
  python {NAME} witness init FOLDER --name NAME [--kind ml-dsa-44|ed25519]
  python {NAME} witness trust FOLDER LOG-KEY
  python {NAME} witness cosign FOLDER REQUEST [--to ANSWER]
  python {NAME} witness show FOLDER
  python {NAME} witness clear FOLDER CONTRADICTION

It prints "OK size root witnesses time", with "(up to N)" where the witnesses saw the first N entries only, or the
first entry that is wrong and why.
Exit codes: 0 OK, 2 wrong command line, 3 a witness refuses, 4 a file cannot be used, 6 the policy's witnesses are
missing, 7 a file cannot be read or written, 9 the log is BAD.
"""
_WORDS = "Type --help for the words this program knows."


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and repeats nothing that could command a terminal."""

    def error(self, message: str) -> NoReturn:
        _, lacks, words = message.partition("are required: ")  # these are our own; all else may be somebody else's
        raise _UsageError(f"The command line lacks: {words}." if lacks else "")

    def print_help(self, file: object = None) -> None:
        del file
        _say(_HELP.removesuffix("\n"))


class _UsageError(Exception):
    pass


def main(arguments: Sequence[str]) -> int:
    """Answer one command; the exit code. Never a traceback, and never OK for what was not verified to its end."""
    os.umask(0o077)
    try:
        answer = _answered(list(arguments))
        _tell(answer.lines)
    except SystemExit as ended:  # argparse, after --help
        return ended.code if isinstance(ended.code, int) else 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place before a person would see a traceback
        sentence, remedy, code = _explained(error)
        for line in (sentence, remedy):
            sys.stderr.write(f"{''.join(c if ' ' <= c < chr(127) else spelt(c) for c in line)}\n")
        return code
    return answer.code


def _explained(error: BaseException) -> tuple[str, str, int]:
    """A sentence, what to do about it, and the exit code."""
    match error:
        case _UsageError():
            return str(error) or "The command line is wrong.", _WORDS, USAGE
        case LogError():
            return str(error), error.remedy, answers.code_of(error)
        case KeyboardInterrupt():
            return "Stopped.", "Nothing was decided; run the command again.", STOPPED
        case OSError():
            why = error.strerror or "input/output error"
            return f"The operating system refused a file ({why}).", "Check its name, its rights, the disk.", 7
        case _:
            return f"Something unexpected happened ({type(error).__name__}).", "Nothing was verified.", UNEXPECTED


def _answered(arguments: list[str]) -> Answer:
    if not arguments:
        raise _UsageError
    if arguments[0] == "witness":
        return _witness(arguments[1:])
    if arguments[0] == "proof":
        given = _parsed(arguments[1:], ("file",), policy=True)
        return answers.show_proof(Path(given.file), answers.read_policy(Path(given.policy)))
    given = _parsed(arguments, ("bundle",), policy=True, known=True)
    policy = answers.read_policy(Path(given.policy))
    seen = answers.sightings_of(given.known)
    return answers.judged(answers.examine(Path(given.bundle), policy, seen), policy)


def _witness(arguments: list[str]) -> Answer:
    word, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    known: dict[str, Callable[[list[str]], Answer]] = {
        "init": _init,
        "trust": _trust,
        "cosign": _cosign,
        "show": _show,
        "clear": _clear,
    }
    if word in {"-h", "--help"}:
        return Answer(lines=tuple(_HELP.splitlines()))
    if word not in known:
        raise _UsageError
    return known[word](rest)


def _init(arguments: list[str]) -> Answer:
    parser = _parser(("folder",))
    parser.add_argument("--name", required=True)
    parser.add_argument("--kind", choices=tuple(answers.KINDS), default="ml-dsa-44")
    given = parser.parse_args(arguments)
    return answers.witness_init(Path(given.folder), given.name, given.kind)


def _trust(arguments: list[str]) -> Answer:
    given = _parsed(arguments, ("folder", "log"))
    return answers.witness_trust(Path(given.folder), given.log)


def _cosign(arguments: list[str]) -> Answer:
    parser = _parser(("folder", "request"))
    parser.add_argument("--to")
    given = parser.parse_args(arguments)
    to = Path(given.to) if given.to is not None else None
    return answers.witness_cosign(Path(given.folder), Path(given.request), to, datetime.now(UTC))


def _show(arguments: list[str]) -> Answer:
    return answers.witness_show(Path(_parsed(arguments, ("folder",)).folder))


def _clear(arguments: list[str]) -> Answer:
    given = _parsed(arguments, ("folder", "contradiction"))
    return answers.witness_clear(Path(given.folder), given.contradiction, datetime.now(UTC))


def _parser(places: Sequence[str]) -> _Parser:
    parser = _Parser(prog=NAME, allow_abbrev=False)
    for place in places:
        parser.add_argument(place)
    return parser


def _parsed(
    arguments: list[str], places: Sequence[str], *, policy: bool = False, known: bool = False
) -> argparse.Namespace:
    parser = _parser(places)
    if policy:
        parser.add_argument("--policy", required=True)
    if known:
        parser.add_argument("--known", action="append", default=[])
    return parser.parse_args(arguments)


def _tell(lines: Sequence[str]) -> None:
    """All lines, to as far as somebody reads them: what was done and found stays when the reader goes away."""
    try:
        for line in lines:
            _say(line)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it ends


def _say(line: str) -> None:
    """A line on standard output. Signature lines hold a dash that some alphabets lack, and files are to be exact."""
    harmless = "".join(c if c.isprintable() else spelt(c) for c in line)  # nothing commands a terminal
    sys.stdout.buffer.write(f"{harmless}\n".encode())
