"""Promise: bad input is one sentence and a remedy with a documented exit code, and leaves nothing half-written."""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demonstration import ANOTHER, COMMAND, POSITION, ROOT, Demo, completed

REFUSED, BAD_INPUT, NOT_FOUND, STORAGE = 3, 4, 5, 7
CASES = "case_files/case_files.db"


@pytest.fixture(scope="module")
def another_case(copy: Demo) -> str:
    """The number of a case whose searches have not been run."""
    return copy.open_case()


def _rows(copy: Demo) -> int:
    connection = sqlite3.connect(f"file:{copy.home / CASES}?mode=ro", uri=True)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    counts = [connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables]  # noqa: S608
    connection.close()
    return sum(counts)


def _refusal(answer: subprocess.CompletedProcess[str], code: int) -> str:
    """What was said. Fails unless it is the exit code, with a sentence and a remedy and no trace of a traceback."""
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    lines = [line for line in answer.stderr.splitlines() if line.strip()]
    assert len(lines) == 2, answer.stderr
    assert all(line.rstrip().endswith(".") or ": vetting " in line for line in lines), answer.stderr
    return answer.stderr


def _protocol(folder: Path, pattern: str, replacement: str) -> Path:
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    path = config / "protocols" / "patrol_officer.toml"
    text, changes = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert changes == 1
    path.write_text(text, encoding="utf-8")
    return config


@pytest.mark.parametrize(
    ("pattern", "replacement", "code", "said"),
    [
        ('^source = "metasearch"', 'source = "dating_site"', BAD_INPUT, "no source of that name"),
        ('^technique = "public_api"', 'technique = "false_account"', REFUSED, "lawful techniques"),
        ('^technique = "public_api"', 'technique = "web_archive"', BAD_INPUT, "works by"),
        ("^query = .*$", "query = '\"{anchor}\" religion'", BAD_INPUT, "protected"),
        ("^query = .*$", "query = '\"{anchor}\" cancer diagnosis'", BAD_INPUT, "protected"),
        ("^query = .*$", "query = 'anyone'", BAD_INPUT, "{anchor}"),
        ("^query = .*$", "query = '{anchor} {password}'", BAD_INPUT, "placeholder"),
        ("^approved_by = .*$", 'approved_by = ""', REFUSED, "draft"),
        ("^in_force_from = .*$", "in_force_from = 2090-01-01", REFUSED, "in force"),
        ("^lookback_years = .*$", "lookback_years = 70", BAD_INPUT, "lookback_years"),
        ("^lookback_years = .*$", "lookback_years = 8", BAD_INPUT, "1681c"),
        ("^languages = .*$", 'languages = ["fr"]', BAD_INPUT, "languages"),
        ("^languages = .*$", "languages = []", BAD_INPUT, "languages"),
        ("^independent = .*$", "independent = 3", BAD_INPUT, "independent"),
        ("^sample_of_nil_results = .*$", "sample_of_nil_results = 10", BAD_INPUT, "sample_of_nil_results"),
        ("^report_template = .*$", 'report_template = "short"', BAD_INPUT, "report template"),
        ("^attempts = 2", 'attempts = 2\nfailure_policy = "skip"', BAD_INPUT, "failure_policy"),
        ("^attempts = 2", "attempts = 2\ntimeout_seconds = 0", BAD_INPUT, "timeout_seconds"),
        ("^criteria = .*$", 'criteria = "absent"', BAD_INPUT, "criteria"),
        ("^class_packs = .*$", 'class_packs = ["atlantis"]', NOT_FOUND, "atlantis"),
        ("^version = 1", "version = ", BAD_INPUT, "TOML"),
    ],
)
def test_a_protocol_that_may_not_be_run_is_refused(
    copy: Demo, tmp_path: Path, pattern: str, replacement: str, code: int, said: str
) -> None:
    config = _protocol(tmp_path, pattern, replacement)
    before = _rows(copy)
    answer = subprocess.run(
        [*COMMAND, "position", "open", "another", "--protocol", "patrol_officer", "--decision-maker", "chief.osei"],
        env={**copy.environment, "VETTING_CONFIG": str(config)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said in _refusal(answer, code)
    assert _rows(copy) == before


SIGNED = '[authorization]\nform = "form.txt"\nsigned_at = 2026-11-01\nexpires_at = 2090-01-01\n'
NAME = 'full_name = "Ada Invented"\ntown = "Riverton"\n'


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (NAME + 'password = "hunter2-canary"\n' + SIGNED, REFUSED, "credential"),
        (NAME + '[[identifiers]]\nkind = "instagram_password"\nvalue = "canary"\n' + SIGNED, REFUSED, "credential"),
        (NAME + 'religion = "canary"\n' + SIGNED, BAD_INPUT, "religion"),
        (NAME + "date_of_birth = 1990-01-01\n" + SIGNED, BAD_INPUT, "date_of_birth"),
        (NAME, REFUSED, "no authorization"),
        (NAME.replace("Invented", "Invented pregnant") + SIGNED, BAD_INPUT, "protected classes"),
        (NAME.replace("Invented", "Invented site:x.example") + SIGNED, BAD_INPUT, "as on the signed form"),
        (NAME + SIGNED.replace("2090-01-01", "2026-11-02"), REFUSED, "expired"),
        (NAME + SIGNED.replace("2026-11-01", "2089-01-01"), REFUSED, "future"),
        (NAME + SIGNED.replace("form.txt", "absent.txt"), BAD_INPUT, "form"),
        (NAME + SIGNED.replace("form.txt", "../form.txt"), BAD_INPUT, "form"),
        ("full_name = \n", BAD_INPUT, "TOML"),
        (SIGNED, BAD_INPUT, "full_name"),
    ],
)
def test_a_candidate_file_that_may_not_be_used_is_refused(
    copy: Demo, tmp_path: Path, content: str, code: int, said: str
) -> None:
    (tmp_path / "form.txt").write_text("signed", encoding="utf-8")
    path = tmp_path / "candidate.toml"
    path.write_text(content, encoding="utf-8")
    before = _rows(copy)
    answer = copy.vetting("case", "open", POSITION, str(path))
    refusal = _refusal(answer, code)
    assert said in refusal
    assert "canary" not in refusal
    assert _rows(copy) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "C-NOSUCH00"),
        ("release", "C-NOSUCH00"),
        ("review", "C-NOSUCH00"),
        ("import", "C-NOSUCH00", "README.md"),
        ("export", "C-NOSUCH00", "--wacz", "nowhere.wacz"),
        ("case", "list", "no-such-position"),
        ("case", "open", "no-such-position", "demo/candidates/mei_harrowgate.toml"),
        ("deviate", "list", "no-such-position"),
        ("deviate", "approve", "D-NOSUCH00"),
        ("deviate", "request", "no-such-position", "--reason", "source_outage", "--step", "name_web"),
        ("deviate", "request", POSITION, "--reason", "source_outage", "--step", "no_such_step"),
        ("deviate", "request", POSITION, "--reason", "candidate_withdrew", "--case", "C-NOSUCH00"),
        ("position", "open", "other", "--protocol", "nowhere", "--decision-maker", "chief.osei"),
        ("position", "open", "other", "--protocol", "patrol_officer", "--decision-maker", "nobody"),
    ],
)
def test_what_does_not_exist_is_said_so(copy: Demo, arguments: tuple[str, ...]) -> None:
    _refusal(copy.vetting(*arguments), NOT_FOUND)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--reason", "source_outage"),
        ("--reason", "candidate_withdrew", "--step", "name_web"),
        ("--reason", "source_outage", "--step", "name_web", "--case", "C-1"),
    ],
)
def test_a_deviation_that_is_none_is_refused(copy: Demo, arguments: tuple[str, ...]) -> None:
    copy.sign_in("j.alvarez")
    before = _rows(copy)
    _refusal(copy.vetting("deviate", "request", POSITION, *arguments), BAD_INPUT)
    assert _rows(copy) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a warc",
        b"\x1f\x8b\x08\x00garbage",
        b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\nx",
        b"PK",
    ],
    ids=["empty", "text", "gzip", "short", "zip"],
)
def test_a_corrupt_archive_is_refused_as_a_whole(copy: Demo, another_case: str, tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "evidence.warc.gz"
    archive.write_bytes(content)
    before = _rows(copy)
    _refusal(copy.vetting("import", another_case, str(archive)), BAD_INPUT)
    assert _rows(copy) == before


def test_a_whole_archive_is_imported_once(copy: Demo) -> None:
    number = copy.open_case(position="imports-2027")
    archive = "demo/internet/colm_brannigant.warc.gz"
    first = copy.vetting("import", number, archive)
    assert first.returncode == 0, first.stderr
    assert "captures sealed" in first.stdout
    before = _rows(copy)
    _refusal(copy.vetting("import", number, archive), REFUSED)
    assert _rows(copy) == before


def test_a_locked_database_is_a_sentence(copy: Demo) -> None:
    connection = sqlite3.connect(copy.home / CASES, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        opened = copy.vetting("case", "open", POSITION, "demo/candidates/mei_harrowgate.toml")
    finally:
        connection.execute("ROLLBACK")
        connection.close()
    assert "again" in _refusal(opened, STORAGE)


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    copy.open_position()
    before = _rows(copy)
    limit = max(path.stat().st_size for path in (copy.home / "case_files").iterdir()) // 1024
    script = (
        f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit} , {limit})); "
        "from vetting.cli.app import run; import sys; sys.exit(run(sys.argv[1:]))"
    )
    arguments = ("case", "open", ANOTHER, "demo/candidates/mei_harrowgate.toml")
    answer = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=copy.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    _refusal(answer, STORAGE)
    assert _rows(copy) == before
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert copy.vetting("case", "open", *arguments[2:]).returncode == 0
    assert copy.vetting("verify").returncode == 0


def test_nobody_acts_without_signing_in(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    assert copy.vetting("sign-out").returncode == 0
    for arguments in (("run", "C-1"), ("uniformity", POSITION), ("report", "list", POSITION), ("person", "list")):
        assert "signed in" in _refusal(copy.vetting(*arguments), REFUSED)


@pytest.mark.parametrize(
    ("person", "arguments"),
    [
        ("chief.osei", ("case", "open", POSITION, "demo/candidates/mei_harrowgate.toml")),
        ("chief.osei", ("uniformity", POSITION)),
        ("chief.osei", ("deviate", "list", POSITION)),
        ("t.okafor", ("deviate", "request", POSITION, "--reason", "source_outage", "--step", "name_web")),
        ("j.alvarez", ("report", "list", POSITION)),
        ("j.alvarez", ("uniformity", POSITION)),
        ("t.okafor", ("case", "open", POSITION, "demo/candidates/mei_harrowgate.toml")),
        ("t.okafor", ("report", "list", POSITION)),
        ("m.tran", ("case", "open", POSITION, "demo/candidates/mei_harrowgate.toml")),
        ("p.novak", ("case", "open", POSITION, "demo/candidates/mei_harrowgate.toml")),
    ],
)
def test_the_wrong_desk_is_refused(demo: Demo, tmp_path: Path, person: str, arguments: tuple[str, ...]) -> None:
    copy = demo.copy(tmp_path)
    copy.sign_in(person)
    _refusal(copy.vetting(*arguments), REFUSED)


def test_the_wrong_desk_sees_no_case_and_no_finding(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    number = demo.reports[0].stem.removeprefix("R-").removesuffix("-1")
    for person in ("chief.osei", "t.okafor", "s.kim"):
        copy.sign_in(person)
        for arguments in (("review", f"C-{number}"), ("case", "list", POSITION), ("position", "list")):
            answer = copy.vetting(*arguments)
            assert answer.returncode == REFUSED, (person, arguments, answer.stdout)


# ------------------------------------------------------------------------------------------- files that are none


def _unfit(folder: Path, kind: str) -> Path:
    """Something in a file's place that must be neither waited for nor read to its end."""
    path = folder / f"{kind}.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "terabyte":
        with path.open("wb") as file:
            file.truncate(1024**4)
    else:
        path.write_text("a = " + "[" * 5_000, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "terabyte"])
def test_no_command_waits_for_what_is_no_file_or_reads_what_has_no_end(
    copy: Demo, another_case: str, tmp_path: Path, kind: str
) -> None:
    copy.sign_in("j.alvarez")
    unfit = str(_unfit(tmp_path, kind))
    before = _rows(copy)
    for arguments in (
        ("case", "open", POSITION, unfit),
        ("import", another_case, unfit),
        ("verify", "--report", unfit),
    ):
        _refusal(copy.vetting(*arguments), BAD_INPUT)
    assert _rows(copy) == before


@pytest.mark.parametrize("kind", ["pipe", "device", "terabyte"])
def test_an_authorization_form_that_is_no_file_is_refused(copy: Demo, tmp_path: Path, kind: str) -> None:
    form = _unfit(tmp_path, kind)
    path = tmp_path / "candidate.toml"
    path.write_text(NAME + SIGNED.replace("form.txt", form.name), encoding="utf-8")
    copy.sign_in("j.alvarez")
    _refusal(copy.vetting("case", "open", POSITION, str(path)), BAD_INPUT)


@pytest.mark.parametrize("kind", ["pipe", "device", "terabyte", "nested"])
def test_a_configuration_that_is_no_configuration_is_refused(copy: Demo, tmp_path: Path, kind: str) -> None:
    _unfit(tmp_path, kind).rename(tmp_path / "department.toml")
    answer = _with(copy, {"VETTING_CONFIG": str(tmp_path)}, "verify")
    _refusal(answer, BAD_INPUT)


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "terabyte", "absent"])
def test_a_passphrase_file_that_is_none_is_refused(copy: Demo, tmp_path: Path, kind: str) -> None:
    copy.sign_in("j.alvarez")
    path = tmp_path / "absent" if kind == "absent" else _unfit(tmp_path, kind)
    answer = _with(copy, {"VETTING_VAULT_PASSPHRASE_FILE": str(path)}, "position", "list")
    assert "VETTING_VAULT_PASSPHRASE_FILE" in _refusal(answer, STORAGE)


def test_a_session_token_that_is_no_file_signs_nobody_in_and_is_replaced(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    for kind in ("pipe", "device", "terabyte", "nested"):
        (copy.home / "session").unlink()
        _unfit(tmp_path, kind).rename(copy.home / "session")
        assert "signed in" in _refusal(copy.vetting("report", "list", POSITION), REFUSED)
        copy.sign_in("chief.osei")
        assert copy.vetting("report", "list", POSITION).returncode == 0
    (copy.home / "session").unlink()
    (copy.home / "session").mkdir()
    _refusal(copy.vetting("sign-in", "chief.osei", "--password-stdin", typed=_password(copy)), STORAGE)
    _refusal(copy.vetting("sign-out"), STORAGE)


def _password(copy: Demo) -> str:
    return (copy.home / "password").read_text(encoding="ascii")


def _with(copy: Demo, variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command with more in its environment."""
    return completed([*COMMAND, *arguments], copy.environment | variables)
