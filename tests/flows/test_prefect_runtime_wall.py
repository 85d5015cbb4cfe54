"""What passes through a flow leaves no trace in Prefect, on disk or on screen; the caller still learns what to do."""

from __future__ import annotations

import base64
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from flows.coded import coded_flow, coded_task
from tests.flows.canary_hunt import contains, hunt
from vetting.errors import ExitCode, VettingError

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("canary_program.py")
CANARY = "Grünfink-8c41f2d07e"


def _run(home: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, PROGRAM, home, CANARY, *words], cwd=ROOT, env=_environment(), capture_output=True, check=False
    )


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[bytes]]:
    """One run of every way in, behind the wall."""
    home = tmp_path_factory.mktemp("walled")
    return home, _run(home)


def test_no_text_from_a_flow_reaches_prefects_database_or_folder(
    walled: tuple[Path, subprocess.CompletedProcess[bytes]],
) -> None:
    home, finished = walled
    assert finished.returncode == 0, finished.stderr.decode()
    assert (home / "prefect.db").exists()
    assert hunt(home, CANARY) == set()


def test_no_text_from_a_flow_reaches_the_screen(walled: tuple[Path, subprocess.CompletedProcess[bytes]]) -> None:
    _, finished = walled
    assert not contains(finished.stdout, CANARY)
    assert finished.stderr == b""


def test_the_caller_learns_code_and_exit_code_of_what_went_wrong(
    walled: tuple[Path, subprocess.CompletedProcess[bytes]],
) -> None:
    _, finished = walled
    assert finished.stdout.decode().splitlines() == [
        "flow unexpected 1 no text",
        "fall unexpected 1 no text",
        "leave unexpected 1 no text",
        "group unexpected 1 no text",
        "refuse store_locked 6 no text",
        "subject subject_not_opaque 4 no text",
        "done",
    ]


def test_without_the_wall_the_same_hunt_finds_the_text(tmp_path: Path) -> None:
    finished = _run(tmp_path, "bare")
    assert finished.returncode == 0, finished.stderr.decode()
    hits = hunt(tmp_path, CANARY)
    assert {"table flow_run", "table flow_run_state"} <= hits
    assert any(hit.startswith("storage/") for hit in hits)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: data,
        lambda data: b"x" + base64.b64encode(b"??" + data),
        lambda data: b'{"a":"' + base64.encodebytes(zlib.compress(data)).replace(b"\n", b"\\n") + b'"}',
        lambda data: data.hex().encode(),
        lambda data: data.decode().encode("utf-16"),
        lambda data: base64.b64encode(base64.b64encode(data)),
    ],
)  # fmt: skip
def test_the_hunt_sees_through_encodings(wrap: object) -> None:
    assert callable(wrap)
    assert contains(wrap(CANARY.encode()), CANARY)
    assert not contains(wrap(b"nothing to see here, move along"), CANARY)


def test_a_flow_outside_the_server_is_refused() -> None:
    @coded_flow("alone")
    def alone(subject: str) -> str:
        return subject

    with pytest.raises(VettingError) as refusal:
        alone("MA-2026-0001")
    assert refusal.value.code == "prefect_absent"
    assert refusal.value.exit_code is ExitCode.NOT_READY


@pytest.mark.parametrize("name", ["Jane Doe", "vet_candidate", "", "vet-{text}", "a" * 41])
def test_a_name_that_could_carry_text_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="lower-case words"):
        coded_task(name)(lambda: None)
    with pytest.raises(ValueError, match="lower-case words"):
        coded_flow(name)(lambda subject: subject)
