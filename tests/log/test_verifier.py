"""The one-file verifier runs beside `cryptography` alone, says OK only for what it verified, and never fails loudly."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cryptography
import pytest

from tests.log.bundles import NOON, SIZE, export, filled_log, policy, request, witnesses
from vetting.errors import ExitCode
from vetting.log import answers, verifier
from vetting.log.inclusion_file import spell
from vetting.log.verifier import main
from vetting.log.verifier_file import verifier_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.log.conftest import OpenLog
    from vetting.log.witness import Witness

NAMES = ("clerk", "council", "inspector")
LONE = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A log, those outside it, and what an auditor was given."""

    log: OpenLog
    outside: dict[str, Witness]
    folder: Path

    def policy(self, threshold: str = "") -> str:
        """Write the policy; where it lies."""
        path = self.folder / f"policy-{threshold or LONE}"
        path.write_text(policy(self.log, self.outside, threshold))
        return str(path)

    def cosign(self, *names: str) -> None:
        """Have these witnesses cosign the log as it stands."""
        for name in names:
            size = self.log.reader.latest_cosigned(f"{name}.town.example") or 0
            line = self.outside[name].cosign(request(self.log, size), NOON)
            self.log.writer.add_cosignatures(self.log.reader.checkpoint(self.log.key.verifier).size, [line])


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    log = filled_log(tmp_path)
    yield Town(log=log, outside=witnesses(log, tmp_path, *NAMES), folder=tmp_path)
    log.store.close()


def said(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the verifier in this process: the exit code, and both outputs."""
    capfd.readouterr()
    code = main(arguments)
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment in which only cryptography is installed."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", home], check=True)
    [packages] = home.glob("lib/python3*/site-packages")
    installed = Path(cryptography.__file__).parents[1]
    for needed in (installed / "cryptography", installed / "cffi", *installed.glob("_cffi_backend*")):
        (packages / needed.name).symlink_to(needed)
    return home / "bin" / "python"


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verifier") / "vetting-verify.pyz"
    path.write_bytes(verifier_bytes())
    return path


def alone(lonely: Path, pyz: Path, *arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the file as somebody outside does."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C"}
    command = list(map(str, (lonely, pyz, *arguments)))
    done = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


def test_nothing_but_cryptography_is_there(lonely: Path) -> None:
    for name in ("sqlalchemy", "rfc8785", "vetting", "typer", "pydantic"):
        missing = subprocess.run([lonely, "-c", f"import {name}"], capture_output=True, check=False, cwd="/")
        assert missing.returncode == 1
    assert subprocess.run([lonely, "-c", "import cryptography"], check=False).returncode == 0


def test_a_bundle_is_verified_where_only_cryptography_is_installed(town: Town, lonely: Path, pyz: Path) -> None:
    town.cosign("clerk", "council")
    bundle = export(town.log, town.folder / "bundle")
    done = alone(lonely, pyz, bundle, "--policy", town.policy("2"))
    root = town.log.reader.checkpoint(town.log.key.verifier).root_hex
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"OK {SIZE} {root} clerk council 2026-03-02T12:00:00Z\n"


def test_an_edited_byte_is_named_where_only_cryptography_is_installed(town: Town, lonely: Path, pyz: Path) -> None:
    bundle = export(town.log, town.folder / "bundle")
    entries = bundle / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"key":"web:5"', b'"key":"web:6"'))
    done = alone(lonely, pyz, bundle, "--policy", town.policy())
    assert done.returncode == 9
    why = "the bytes of entry 8 do not have the hash stored beside them: one of the two was changed"
    assert done.stdout.startswith(f"BAD at entry 8: {why}.\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("bundle",), 2),
        (("bundle", "--policy"), 2),
        (("--unknown\x1b[31m",), 2),
        (("witness",), 2),
        (("witness", "sign"), 2),
        (("proof", "nowhere"), 2),
        (("nowhere", "--policy", "policy-nobody"), 4),
        (("bundle", "--policy", "nowhere"), 4),
        (("bundle", "--policy", "."), 4),
        (("bundle", "--policy", "bundle/entries.jsonl"), 4),
        (("bundle", "--policy", "policy-nobody", "--known", "15:abc"), 4),
        (("proof", "policy-nobody", "--policy", "policy-nobody"), 4),
        (("witness", "show", "nowhere"), 7),
        (("witness", "clear", "clerk"), 2),
        (("witness", "clear", "clerk", "0123456789abcdef"), 3),
        (("witness", "cosign", "clerk", "policy-nobody"), 3),
        (("witness", "trust", "clerk", "not+a+key"), 4),
        (("witness", "trust", "clerk", "nowhere"), 4),
        (("witness", "init", "clerk", "--name", "clerk"), 7),
        (("witness", "init", "new", "--name", "two words"), 4),
        (("witness", "init", "new", "--name", "x", "--kind", "rsa"), 2),
    ],
)
def test_every_mistake_is_a_sentence_where_only_cryptography_is_installed(
    town: Town, lonely: Path, pyz: Path, arguments: tuple[str, ...], code: int
) -> None:
    export(town.log, town.folder / "bundle")
    town.policy()
    done = alone(lonely, pyz, *arguments, cwd=town.folder)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert "\x1b" not in done.stderr


def test_a_witness_needs_nothing_but_the_file(town: Town, lonely: Path, pyz: Path) -> None:
    (town.folder / "log.vkey").write_text(town.log.key.vkey + "\n")
    (town.folder / "request").write_text(request(town.log))
    steps = (
        ("witness", "init", "desk", "--name", "auditor.state.example"),
        ("witness", "trust", "desk", "log.vkey"),
        ("witness", "cosign", "desk", "request", "--to", "answer"),
        ("witness", "show", "desk"),
    )
    told = [alone(lonely, pyz, *step, cwd=town.folder) for step in steps]
    assert [done.returncode for done in told] == [0, 0, 0, 0], told[-1].stderr
    assert f"{SIZE} entries" in told[-1].stdout
    answer = (town.folder / "answer").read_text()
    assert answer.count("\n— ") == 2
    printed = alone(lonely, pyz, "witness", "cosign", "desk", "request", cwd=town.folder)
    assert printed.stdout.count("\n— ") == 2
    vkey = (town.folder / "desk" / "witness.vkey").read_text().strip()
    assert (town.folder / "desk" / "witness.key").stat().st_mode & 0o777 == 0o400
    town.log.writer.add_cosignatures(SIZE, [answer.splitlines()[-1]])
    asked = town.folder / "policy"
    asked.write_text(f"log {town.log.key.vkey}\nwitness state {vkey}\nquorum state\n")
    done = alone(lonely, pyz, export(town.log, town.folder / "bundle"), "--policy", asked)
    assert done.stdout.startswith(f"OK {SIZE} ")
    assert " state 20" in done.stdout


def test_a_fork_is_kept_and_shown_where_only_cryptography_is_installed(town: Town, lonely: Path, pyz: Path) -> None:
    (town.folder / "elsewhere").mkdir()
    other = filled_log(town.folder / "elsewhere", key=town.log.key, town="mill")
    other.store.close()
    town.cosign("clerk")
    (town.folder / "request").write_text(request(other))
    done = alone(lonely, pyz, "witness", "cosign", town.folder / "clerk", town.folder / "request")
    assert (done.returncode, done.stdout) == (9, "")
    shown = alone(lonely, pyz, "witness", "show", town.folder / "clerk")
    assert shown.returncode == 9
    assert "CONTRADICTION" in shown.stdout
    [kept] = (town.folder / "clerk" / "evidence").iterdir()
    assert len(list(kept.iterdir())) == 3
    cleared = alone(lonely, pyz, "witness", "clear", town.folder / "clerk", kept.name)
    assert (cleared.returncode, cleared.stderr) == (0, "")
    shown = alone(lonely, pyz, "witness", "show", town.folder / "clerk")
    assert shown.returncode == 0
    assert "Cleared contradiction" in shown.stdout


def test_a_witness_is_told_at_once_that_no_older_copy_may_come_back(town: Town, lonely: Path, pyz: Path) -> None:
    made = alone(lonely, pyz, "witness", "init", town.folder / "fresh", "--name", "fresh.example")
    assert "Never put an older copy back" in made.stdout
    assert "back it up" not in made.stdout


def test_the_file_has_the_same_bytes_wherever_and_whenever_it_is_built(tmp_path: Path) -> None:
    program = (
        "import sys; from vetting.log.verifier_file import verifier_bytes; sys.stdout.buffer.write(verifier_bytes())"
    )
    shutil.copytree(Path(__file__).parents[2] / "vetting", tmp_path / "vetting")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7"}
    elsewhere = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    assert hashlib.sha256(elsewhere.stdout).digest() == hashlib.sha256(verifier_bytes()).digest()


def test_the_file_holds_the_log_s_rooms_and_no_other(pyz: Path) -> None:
    with zipfile.ZipFile(pyz) as archive:
        names = set(archive.namelist())
        source = b"".join(archive.read(name) for name in names)
    assert all(name == "__main__.py" or name.startswith("vetting/log/") for name in names - {"vetting/__init__.py"})
    assert {"vetting/log/verify.py", "vetting/log/policy.py", "vetting/log/witness.py"} <= names
    assert not any(word in source for word in (b"import sqlalchemy", b"import rfc8785", b"from vetting.errors"))


def test_an_older_python_or_one_without_cryptography_gets_a_sentence(pyz: Path, tmp_path: Path) -> None:
    bare = subprocess.run([sys.executable, "-S", pyz], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert bare.returncode == 1
    assert bare.stderr == "This program needs Python's package cryptography.\n"


def test_its_exit_codes_are_those_of_the_command() -> None:
    pairs = {
        answers.REFUSED: ExitCode.REFUSED,
        answers.BAD_INPUT: ExitCode.BAD_INPUT,
        answers.NOT_WITNESSED: ExitCode.NOT_READY,
        answers.STORAGE: ExitCode.STORAGE,
        answers.BROKEN: ExitCode.LOG_BROKEN,
        verifier.USAGE: ExitCode.USAGE,
        verifier.UNEXPECTED: ExitCode.UNEXPECTED,
    }
    assert all(ours == int(theirs) for ours, theirs in pairs.items())


def test_a_log_that_nobody_is_asked_to_witness_is_ok_and_unwitnessed(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    town.cosign("clerk")
    bundle = export(town.log, town.folder / "bundle")
    code, out, _ = said(capfd, str(bundle), "--policy", town.policy())
    assert code == 0
    assert out.splitlines()[0].startswith(f"OK {SIZE} ")
    assert out.splitlines()[0].endswith(" UNWITNESSED")


def test_too_few_witnesses_are_no_ok_and_those_that_signed_are_named(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    town.cosign("council")
    bundle = export(town.log, town.folder / "bundle")
    code, out, _ = said(capfd, str(bundle), "--policy", town.policy("2"))
    assert code == 6
    assert out.startswith(f"UNWITNESSED {SIZE} ")
    assert "OK" not in out
    assert "2 of (clerk, council, inspector)" in out
    assert f"council up to {SIZE}." in out


def test_nothing_is_complained_of_where_nobody_reads_on_after_a_signature(town: Town, lonely: Path, pyz: Path) -> None:
    (town.folder / "request").write_text(request(town.log))
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as broken:
        command = list(map(str, (lonely, pyz, "witness", "cosign", town.folder / "clerk", town.folder / "request")))
        done = subprocess.run(command, stdout=broken, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_the_witnesses_have_not_seen_is_counted(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    town.cosign("clerk", "inspector")
    [last] = [entry.event for entry in town.log.reader.entries() if entry.sequence == SIZE - 1]
    town.log.writer.append(type(last)(**{name: getattr(last, name) for name in last.__slots__} | {"id": "more:1"}))
    bundle = export(town.log, town.folder / "bundle")
    code, out, _ = said(capfd, str(bundle), "--policy", town.policy("2"))
    assert code == 0
    assert out.splitlines()[0].endswith(f" clerk inspector 2026-03-02T12:00:00Z (up to {SIZE})")
    assert f"first {SIZE} entries. After that: 1," in out


def test_a_false_cosignature_is_bad(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    town.cosign("clerk", "council")
    bundle = export(town.log, town.folder / "bundle")
    lines = (bundle / "cosignatures.txt").read_text("utf-8").splitlines(keepends=True)
    (bundle / "cosignatures.txt").write_text(lines[0].replace(f"{SIZE} ", f"{SIZE - 3} ", 1) + lines[1], "utf-8")
    code, out, _ = said(capfd, str(bundle), "--policy", town.policy("1"))
    assert code == 9
    assert out.startswith("BAD at entry")


@pytest.mark.parametrize("file", ["cosignatures.txt", "checkpoints.txt"])
def test_every_flipped_bit_of_a_signature_is_found(town: Town, file: str, capfd: pytest.CaptureFixture[str]) -> None:
    town.cosign("clerk", "council")
    bundle = export(town.log, town.folder / "bundle")
    right = (bundle / file).read_bytes()
    asked = town.policy("2")
    for place in range(3, len(right) * 8, max(1, len(right) * 8 // 200)):
        wrong = bytearray(right)
        wrong[place // 8] ^= 1 << place % 8
        (bundle / file).write_bytes(wrong)
        code, out, err = said(capfd, str(bundle), "--policy", asked)
        assert code, (place, out)
        assert not out.startswith("OK")
        assert out or err


def test_a_root_from_paper_is_held_against_the_bundle(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    bundle, asked = str(export(town.log, town.folder / "bundle")), town.policy()
    with town.log.reader.snapshot() as snapshot:
        roots = {size: note.split(b"\n")[2] for size, note in snapshot.checkpoints()}
    assert 6 in roots
    root = town.log.reader.signed_at(6, town.log.key.verifier)
    assert root is not None
    assert said(capfd, bundle, "--policy", asked, "--known", f"6:{root.root_hex[:16]}")[0] == 0
    assert said(capfd, bundle, "--policy", asked, "--known", f"6:{'0' * 16}")[0] == 9
    assert said(capfd, bundle, "--policy", asked, "--known", f"99:{root.root_hex}")[0] == 9
    right, wrong = ("--known", f"6:{root.root_hex[:16]}"), ("--known", f"6:{'0' * 16}")
    for both in ((*right, *wrong), (*wrong, *right)):
        code, out, err = said(capfd, bundle, "--policy", asked, *both)
        assert (code, out) == (9, "")
        assert "two different roots at 6 entries" in err
    assert said(capfd, bundle, "--policy", asked, *right, "--known", f"6:{root.root_hex.upper()}")[0] == 0
    longer = f"{root.root_hex[:16]}{'0' * 48}"
    assert said(capfd, bundle, "--policy", asked, "--known", f"6:{longer}", *right)[0] == 9


def test_a_policy_of_another_log_is_no_ok(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    (town.folder / "other").mkdir()
    other = filled_log(town.folder / "other")
    other.store.close()
    asked = town.folder / "policy"
    asked.write_text(f"log {other.key.vkey}\nquorum none\n")
    code, out, err = said(capfd, str(export(town.log, town.folder / "bundle")), "--policy", str(asked))
    assert (code, out) == (4, "")
    assert "another log" in err


@pytest.mark.parametrize(
    "text",
    ["", "quorum none\n", "log x\nquorum none\n", "{log}\n", "{log}\r\nquorum none\r\n", "\ufeff{log}\nquorum none\n"],
)
def test_a_policy_that_asks_for_nothing_is_refused(town: Town, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    asked = town.folder / "policy"
    asked.write_bytes(text.replace("{log}", f"log {town.log.key.vkey}").encode())
    code, out, err = said(capfd, str(export(town.log, town.folder / "bundle")), "--policy", str(asked))
    assert (code, out) == (4, ""), err


def test_a_name_that_commands_a_terminal_is_spelt_out(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    bundle = export(town.log, town.folder / "bundle")
    (bundle / "\x1b]0;owned\x07.txt").touch()
    code, out, err = said(capfd, str(bundle), "--policy", town.policy())
    assert (code, out) == (4, "")
    assert "\\x1b]0;owned\\x07.txt" in err


def test_a_proof_shows_one_entry_and_who_saw_it(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    town.cosign("clerk", "council")
    with town.log.reader.snapshot() as snapshot:
        body = next(snapshot.rows(7)).body
    file = town.folder / "entry.tlog-proof"
    file.write_text(spell(town.log.reader.inclusion(7), extra=body))
    code, out, _ = said(capfd, "proof", str(file), "--policy", town.policy("2"))
    first, entry = out.splitlines()
    assert code == 0
    assert first.startswith(f"OK entry 7 of {SIZE} ")
    assert first.endswith(" clerk council 2026-03-02T12:00:00Z")
    assert entry == body.decode()
    code, out, _ = said(capfd, "proof", str(file), "--policy", town.policy("3"))
    assert code == 6
    assert out.startswith("UNWITNESSED entry 7 ")
    file.write_text(file.read_text().replace("index 7", "index 6"))
    assert said(capfd, "proof", str(file), "--policy", town.policy("2"))[:2] == (4, "")
