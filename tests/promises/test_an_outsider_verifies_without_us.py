"""Promise: who audits the department from outside needs a folder, one file and their own policy, and trusts nobody."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demonstration import POSITION, Demo

REFUSED, USAGE, BAD_INPUT, NOT_FOUND, NOT_READY, STORAGE, BROKEN = 3, 2, 4, 5, 6, 7, 9
VERIFIER = "vetting-verify.pyz"


@pytest.fixture(scope="module")
def outside(copy: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what an outsider holds: a bundle of the demo's log, the verifier, and a policy."""
    folder = tmp_path_factory.mktemp("outside")
    copy.sign_in("t.okafor")
    exported = copy.vetting("export", POSITION, "--to", str(folder / "bundle"))
    assert exported.returncode == 0, exported.stderr
    assert "UNWITNESSED" in exported.stdout
    built = copy.vetting("verifier", "build", "--to", str(folder / VERIFIER))
    assert built.returncode == 0, built.stderr
    shutil.copy(copy.home / "transparency_log" / "policy", folder / "policy")
    return folder


def verified(outside: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the one file where the program itself cannot be found."""
    return subprocess.run(
        [sys.executable, "-I", VERIFIER, *arguments],
        cwd=outside,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_demo_s_log_is_verified_from_outside(outside: Path, copy: Demo) -> None:
    answer = verified(outside, "bundle", "--policy", "policy")
    assert answer.returncode == 0, answer.stderr
    size, root = answer.stdout.split()[1:3]
    assert answer.stdout.splitlines()[0] == f"OK {size} {root} UNWITNESSED"
    known = copy.vetting("verify", "--known", f"{size}:{root[:16]}")
    assert known.returncode == 0
    assert "UNWITNESSED" in known.stdout


def test_a_report_s_size_and_root_hold_in_the_bundle(outside: Path, copy: Demo) -> None:
    shown = copy.vetting("checkpoint", "show").stdout
    assert "UNWITNESSED" in shown
    [pair] = [line.split()[-1] for line in shown.splitlines() if line.startswith("On paper: ")]
    assert verified(outside, "bundle", "--policy", "policy", "--known", pair).returncode == 0
    assert verified(outside, "bundle", "--policy", "policy", "--known", f"5:{'0' * 16}").returncode == BROKEN


def test_one_edited_byte_is_named(outside: Path, tmp_path: Path) -> None:
    bundle = shutil.copytree(outside / "bundle", tmp_path / "bundle")
    content = (bundle / "entries.jsonl").read_bytes()
    lines = content.split(b"\n")
    [number] = [n for n, line in enumerate(lines) if b'"blocked"' in line][:1]
    lines[number] = lines[number].replace(b'"blocked"', b'"cleaned"')
    (bundle / "entries.jsonl").write_bytes(b"\n".join(lines))
    answer = verified(outside, str(bundle), "--policy", "policy")
    assert answer.returncode == BROKEN
    assert answer.stdout.startswith(f"BAD at entry {number}: ")


def test_no_name_handle_or_protected_fact_is_in_the_bundle(outside: Path, hunted: list[str]) -> None:
    content = b"".join(path.read_bytes() for path in (outside / "bundle").rglob("*") if path.is_file()).lower()
    told = [word for word in hunted if len(word) > 4 and word.lower().encode() in content]
    assert told == []


def test_a_released_report_has_a_proof_of_its_own(outside: Path, copy: Demo) -> None:
    proof = outside / "report.tlog-proof"
    made = copy.vetting("checkpoint", "proof", "--report", str(copy.reports[0]), "--to", str(proof))
    assert made.returncode == 0, made.stderr
    answer = verified(outside, "proof", str(proof), "--policy", "policy")
    assert answer.returncode == 0, answer.stderr
    assert '"type":"report.released"' in answer.stdout
    assert copy.reports[0].stem in answer.stdout


def test_a_bundle_is_never_judged_by_the_keeper_s_own_policy(copy: Demo, outside: Path) -> None:
    for verb in (("verify",), ("uniformity", POSITION)):
        silent = copy.vetting(*verb, "--bundle", str(outside / "bundle"))
        assert (silent.returncode, silent.stdout) == (USAGE, "")
        assert "--policy POLICY" in silent.stderr
    named = copy.vetting("verify", "--bundle", str(outside / "bundle"), "--policy", str(outside / "policy"))
    assert named.returncode == 0, named.stderr
    absent = copy.vetting("verify", "--bundle", "nowhere", "--policy", str(outside / "policy"))
    assert absent.returncode == BAD_INPUT


@pytest.mark.parametrize("person", ["j.alvarez", "chief.osei"])
def test_nobody_but_an_auditor_exports_the_log(copy: Demo, tmp_path: Path, person: str) -> None:
    copy.sign_in(person)
    answer = copy.vetting("export", POSITION, "--to", str(tmp_path / "bundle"))
    copy.sign_in("t.okafor")
    assert answer.returncode == REFUSED
    assert len(answer.stderr.splitlines()) == 2
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("export",), USAGE),
        (("export", POSITION, "--force"), USAGE),
        (("export", "nowhere", "--to", "x"), NOT_FOUND),
        (("verify", "--bundle", "nowhere"), USAGE),
        (("uniformity", POSITION, "--bundle", "nowhere"), USAGE),
        (("verify", "--policy", "nowhere"), BAD_INPUT),
        (("verify", "--policy", "README.md"), BAD_INPUT),
        (("verify", "--policy", "/dev/zero"), BAD_INPUT),
        (("checkpoint", "proof"), BAD_INPUT),
        (("checkpoint", "proof", "999999"), NOT_FOUND),
        (("checkpoint", "proof", "--report", "README.md"), NOT_FOUND),
        (("checkpoint", "proof", "1", "--to", "nowhere/x"), STORAGE),
        (("checkpoint", "accept", "README.md"), BAD_INPUT),
        (("checkpoint", "accept", "nowhere"), BAD_INPUT),
        (("checkpoint", "request", "--witness", "nobody"), NOT_FOUND),
        (("checkpoint", "request", "--start", "999999"), BAD_INPUT),
        (("checkpoint", "stamp"), NOT_READY),
        (("witness", "show", "nowhere"), STORAGE),
        (("witness", "init", "nowhere/x", "--name", "two words"), BAD_INPUT),
        (("witness", "init", "x", "--name", "x", "--kind", "rsa"), BAD_INPUT),
        (("verifier", "build", "--to", "nowhere/x"), STORAGE),
    ],
)
def test_every_mistake_is_a_sentence_and_a_remedy(
    copy: Demo, outside: Path, arguments: tuple[str, ...], code: int
) -> None:
    assert outside.is_dir()
    answer = copy.vetting(*arguments)
    assert (answer.returncode, answer.stdout) == (code, ""), answer.stderr
    assert len(answer.stderr.splitlines()) == 2, answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_town_s_clerk_witnesses_the_demo_s_log(copy: Demo, outside: Path) -> None:
    policy = copy.home / "transparency_log" / "policy"
    before = policy.read_text()
    steps = (
        ("witness", "init", "desk", "--name", "clerk.riverton.example"),
        ("witness", "trust", "desk", str(copy.home / "transparency_log" / "log.vkey")),
    )
    assert [verified(outside, *step).returncode for step in steps] == [0, 0]
    vkey = (outside / "desk" / "witness.vkey").read_text()
    policy.write_text(before.replace("quorum none", f"witness clerk {vkey.strip()}\nquorum clerk"))
    assert copy.vetting("verify").returncode == NOT_READY
    request = outside / "request"
    assert copy.vetting("checkpoint", "request", "--to", str(request)).returncode == 0
    assert verified(outside, "witness", "cosign", "desk", "request", "--to", "answer").returncode == 0
    kept = copy.vetting("checkpoint", "accept", str(outside / "answer"))
    assert "cosigned by clerk." in kept.stdout, kept.stderr
    answer = copy.vetting("verify")
    assert answer.returncode == 0
    assert "Witnessed up to" in answer.stdout
    assert "UNWITNESSED" not in answer.stdout
    assert os.access(outside / "desk" / "witness.key", os.R_OK)
    policy.write_text(before)
