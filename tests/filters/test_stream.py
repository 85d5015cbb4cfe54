"""`vetting filter --jsonl`: one answer for each line, in order; explained only beside the vault key."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from filters import answering, sanitize
from filters.analyzer import Analyzer
from filters.stream import BATCH_LINES, LONGEST_LINE, Answer, batches, item, lines, read_items, write_items, written
from filters.withholding import Withheld, WithheldReason

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "vetting.cli", "filter", "--processes", "2")
SECONDS = 240

POSTS = tuple(
    sentence.format(who)
    for who in (
        "my wife",
        "a Muslim woman",
        "two old men",
        "Dmitri Volkov",
        "the veterans",
        "some cops",
        "her",
        "Lagos",
    )
    for sentence in (
        "I told {} to shut up and drove home drunk.",
        "Nobody saw {} behind the store last night.",
        "The garden looks like a swamp, says {} again.",
        "Happy Diwali to {} and everybody else in Dorchester.",
        "I am 34 and {} owes me money.",
    )
)


def _run(given: bytes, *options: str, home: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *options],
        input=given,
        env={**os.environ, "PYTHONPATH": str(ROOT), "VETTING_HOME": str(home or ROOT / "nowhere")},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


def _answers(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def _line(name: object, text: object) -> bytes:
    return json.dumps({"id": name, "text": text}).encode() + b"\n"


# ------------------------------------------------------------------------------------------- many and one alike


def test_passages_read_together_come_out_as_each_by_itself(analyzer: Analyzer) -> None:
    alone = [sanitize.sanitize(analyzer, post) for post in POSTS]
    assert sanitize.sanitize_many(analyzer, POSTS) == alone
    assert sum(isinstance(text, str) for text in alone) > len(POSTS) // 2


def test_a_text_that_fails_withholds_itself_and_no_other(analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(texts: Sequence[str]) -> list[object]:
        return [None if "swamp" in text else analyzer._nlp(text) for text in texts]

    monkeypatch.setattr(analyzer, "parse", parsed)
    one, two = sanitize.sanitize_many(analyzer, ("The garden looks like a swamp.", "Nobody saw us behind the store."))
    assert one == Withheld(reason=WithheldReason.FAILED)
    assert two == "Nobody saw us behind the store."


def test_a_model_that_fails_on_a_batch_is_asked_for_each_text_alone(analyzer: Analyzer) -> None:
    class Picky:
        """Fails on batches, and on one text."""

        def pipe(self, _texts: Sequence[str], batch_size: int) -> list[object]:
            raise RuntimeError(batch_size)

        def __call__(self, text: str) -> object:
            if "swamp" in text:
                raise RuntimeError
            return analyzer._nlp(text)

    picky = Analyzer(analyzer._nlp, analyzer._registry, analyzer.packs)
    vars(picky)["_nlp"] = Picky()
    one, two = sanitize.sanitize_many(picky, ("The garden looks like a swamp.", "Nobody saw us behind the store."))
    assert one == Withheld(reason=WithheldReason.FAILED)
    assert two == "Nobody saw us behind the store."


def test_a_text_that_takes_too_long_is_withheld_and_the_others_are_not(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_analyzer: Analyzer, texts: Sequence[str]) -> list[str]:
        while any("swamp" in text for text in texts):
            pass
        return list(texts)

    monkeypatch.setattr(answering, "sanitize_many", slow)
    texts = ("The garden looks like a swamp.", "Nobody saw us behind the store.")
    one, two = answering.answers(analyzer, texts, seconds=0.05)
    assert one.outcome == Withheld(reason=WithheldReason.TIMEOUT)
    assert two.outcome == "Nobody saw us behind the store."


# ------------------------------------------------------------------------------------------------ lines and items


def test_lines_come_as_soon_as_they_are_complete() -> None:
    found = lines(iter([b"one\ntw", b"o\n", b"three\r\n\nfo", b"ur"]))
    assert list(found) == [[b"one"], [b"two"], [b"three\r", b""], [b"four"]]
    assert list(lines(iter([]))) == []
    assert list(lines(iter([b"\n"]))) == [[b""]]


def test_a_line_without_end_is_dropped_and_counted_once() -> None:
    chunk = b"x" * (LONGEST_LINE // 2)
    assert list(lines(iter([b"a\n", *[chunk] * 9, b"\nb\n"]))) == [[b"a"], [None, b"b"]]
    assert list(lines(iter([chunk] * 9))) == [[None]]
    assert list(lines(iter([b"x" * LONGEST_LINE + b"\n"]))) == [[b"x" * LONGEST_LINE]]


def test_batches_are_bounded_in_lines_and_bytes() -> None:
    many = [b'{"id":1,"text":"x"}'] * (BATCH_LINES * 2 + 1)
    assert [len(batch) for batch in batches([many])] == [BATCH_LINES, BATCH_LINES, 1]
    long = [b'{"id":1,"text":"' + b"x" * 40_000 + b'"}'] * 3
    assert [len(batch) for batch in batches([long])] == [1, 1, 1]


@pytest.mark.parametrize(
    ("line", "name", "reason"),
    [
        (b"", "null", "undecodable"),
        (b"   ", "null", "undecodable"),
        (b"no JSON", "null", "undecodable"),
        (b"[1, 2]", "null", "undecodable"),
        (b'"text"', "null", "undecodable"),
        (b"null", "null", "undecodable"),
        (b'{"id": 7}', "7", "undecodable"),
        (b'{"id": 7, "text": 5}', "7", "undecodable"),
        (b'{"id": 7, "text": 5.5}', "7", "undecodable"),
        (b'{"id": 7, "text": null}', "7", "undecodable"),
        (b'{"id": 7, "text": ["x"]}', "7", "undecodable"),
        (b'{"id": [7], "text": "x"}', "null", "undecodable"),
        (b'{"id": NaN, "text": "x"}', "null", "undecodable"),
        (b'{"id": 7, "text": "x\x00y"}', "null", "undecodable"),
        (b'{"id": 7, "text": "caf\xe9"}', "null", "undecodable"),
        (b'{"id": 7, "text": "x"', "null", "undecodable"),
        (b"[" * 100_000, "null", "undecodable"),
        (None, "null", "too_long"),
    ],
)
def test_a_line_that_holds_no_text_is_answered_in_its_place(line: bytes | None, name: str, reason: str) -> None:
    one = item(line)
    assert one.reason is not None
    assert written(one, None) == (
        f'{{"id": {name}, "status": "withheld", "text": "", "reason": "{reason}"}}\n'.encode()
    )


@pytest.mark.parametrize(
    "name", ['"a"', "1", "-0", "1.50", "1e400", "9" * 5000, "null", "true", '"\\ud800"', '"\\u0000\\u202e"', '""']
)
def test_an_identifier_goes_back_as_it_came(name: str) -> None:
    one = item(f'\ufeff{{"text": "x", "id": {name}}}'.encode())
    assert one.text == "x"
    assert written(one, Answer(outcome="y")) == f'{{"id": {name}, "status": "released", "text": "y"}}\n'.encode()


def test_items_travel_between_processes_unchanged() -> None:
    items = tuple(item(line) for line in (b'{"id": 1.0, "text": "\\ud800 \xc3\xa9"}', None, b"x", b'{"text": ""}'))
    assert read_items(write_items(items, explain=True)) == (items, True)
    assert "\ud800" not in repr(items[0])


# ---------------------------------------------------------------------------------------------------- the command


def test_every_line_gets_one_answer_in_order() -> None:
    posts = [(n, f"{POSTS[n % len(POSTS)]} {n}") for n in range(200)]
    given = b"".join(_line(n, text) for n, text in posts)
    given += b'broken\n\n{"id": "\\ud800", "text": "I \\ud800 outran the cops"}\n{"id": 1.50, "text": "a\\u0000b"}\n'
    given += b'{"id": "long", "text": "' + b"x" * 3_000_000 + b'"}\n' + _line("last", "Nobody saw us.")[:-1]
    ended = _run(given, "--jsonl")
    assert ended.returncode == 0, ended.stderr
    found = _answers(ended.stdout)
    assert [one["id"] for one in found] == [*range(200), None, None, "\ud800", 1.5, None, "last"]
    assert [one.get("reason") for one in found[200:]] == [*["undecodable"] * 4, "too_long", None]
    assert b'{"id": 1.50,' in ended.stdout
    for one in found:
        assert set(one) == {"id", "status", "text"} | ({"reason"} if one["status"] == "withheld" else set())
        assert one["status"] in {"released", "withheld"}
        assert bool(one["text"]) == (one["status"] == "released")
    assert ended.stderr.decode() == "3 of 206 lines held no text that can be read; each was answered as withheld.\n"


def test_answers_come_while_the_input_still_waits_and_nobody_to_read_them_is_no_error() -> None:
    process = subprocess.Popen(
        [*COMMAND, "--jsonl", "--class-pack", "federal"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for name in range(3):
        process.stdin.write(_line(name, "My wife drove the getaway car that night."))
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        assert answer == {"id": name, "status": "released", "text": "A relative drove the getaway car that night."}
    process.stdout.close()
    process.stdin.write(_line(4, "Nobody saw us behind the store."))
    process.stdin.flush()
    assert process.wait(SECONDS) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stdin.close()
    process.stderr.close()


def test_a_process_that_dies_is_an_error_and_no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    from vetting.cli.filter_pool import in_order, pool
    from vetting.errors import ExitCode, VettingError

    def answers() -> list[bytes]:
        with pool(ROOT / "config" / "class_packs", ["federal"], 1) as at:
            return list(in_order(batches([[_line(1, "x")] * 3] * 9), at, explain=False))

    monkeypatch.setattr("vetting.cli.filter_pool.write_items", lambda _items, *, explain: b"no frame: %r" % explain)
    with pytest.raises(VettingError) as refused:
        answers()
    assert refused.value.code == "filter_process_ended"
    assert refused.value.exit_code is ExitCode.UNEXPECTED


def test_a_process_is_replaced_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    from vetting.cli import filter_pool

    monkeypatch.setattr(filter_pool._Worker, "__init__", _short_lived)
    with filter_pool.pool(ROOT / "config" / "class_packs", ["federal"], 1) as at:
        groups = [[_line(n, "Nobody saw us.")] for n in range(5)]
        found = _answers(b"".join(filter_pool.in_order(batches(groups), at, explain=False)))
    assert [one["id"] for one in found] == list(range(5))


def _short_lived(worker: Any, channel: object) -> None:  # noqa: ANN401 - private
    worker.channel, worker.left = channel, 2


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ((), 2, b"--jsonl"),
        (("--jsonl", "--class-pack", "atlantis"), 5, b"There is no class pack atlantis."),
        (("--jsonl", "--explain"), 3, b"Nobody is signed in."),
        (("--jsonl", "--processes", "0"), 2, b"--processes"),
    ],
)
def test_what_it_cannot_do_is_one_sentence_and_a_remedy(
    options: tuple[str, ...], code: int, says: bytes, tmp_path: Path
) -> None:
    ended = _run(_line(1, "Nobody saw us."), *options, home=tmp_path / "none")
    assert ended.returncode == code
    assert says in ended.stderr
    assert ended.stdout == b""
    assert b"Traceback" not in ended.stderr


def test_what_was_withheld_is_explained_beside_the_vault_key_and_to_no_decision_maker(tmp_path: Path) -> None:
    home = tmp_path / "home"

    def vetting(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "vetting.cli", *words],
            input=given,
            env={**os.environ, "PYTHONPATH": str(ROOT), "VETTING_HOME": str(home)},
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )

    secret = b"an invented password\n"
    vetting("init", "--administrator", "m.admin", "--name", "M. Admin", "--password-stdin", given=secret)
    vetting("sign-in", "m.admin", "--password-stdin", given=secret)
    for person, role in (("i.search", "investigator"), ("d.decide", "decision_maker")):
        vetting("person", "add", person, "--name", "A. Person", "--role", role, "--password-stdin", given=secret)
    line = _line(1, "My wife drove the getaway car.") + b"x\n"

    vetting("sign-in", "d.decide", "--password-stdin", given=secret)
    refused = _run(line, "--jsonl", "--explain", home=home)
    assert (refused.returncode, refused.stdout) == (3, b"")

    vetting("sign-in", "i.search", "--password-stdin", given=secret)
    told, bad = _answers(_run(line, "--jsonl", "--explain", home=home).stdout)
    assert told["text"] == "A relative drove the getaway car."
    spans = {("My wife drove the getaway car."[s["start"] : s["end"]], s["class"]) for s in told["spans"]}
    assert any("wife" in words for words, _ in spans), spans
    assert set(told["spans"][0]) == {"class", "recognizer", "start", "end", "score"}
    assert bad["spans"] == []

    (home / "case_files" / "vault.key").rename(tmp_path / "elsewhere")
    assert _run(line, "--jsonl", "--explain", home=home).returncode == 7
    assert _run(line, "--jsonl", home=home).returncode == 0
