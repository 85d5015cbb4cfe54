"""A checkpoint is stamped by a real authority, once; its time is said only where configured certificates confirm it."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.casework.room import new_id, now
from tests.needed import program
from tests.outside.conftest import AUDITOR, POSITION, Town
from tests.sources.authority import URL, Authority, authority
from vetting.checkpoints import stamp_checkpoint, standing
from vetting.errors import ExitCode, VettingError
from vetting.handover import export_log
from vetting.settings import Settings, Timestamp
from vetting.sources.timestamp import ask_for_token


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[Authority]:
    folder = tmp_path / "authority"
    folder.mkdir()
    with authority(folder) as running:
        yield running


def configured(settings: Settings, certificates: bytes) -> Settings:
    (settings.config / "tsa.pem").write_bytes(certificates)
    department = settings.department.model_copy(update={"timestamp": Timestamp(url=URL, certificates="tsa.pem")})
    return replace(settings, department=department)


def stamped(settings: Settings, tsa: Authority) -> tuple[int, bool]:
    return stamp_checkpoint(settings, lambda data: ask_for_token(URL, data, tsa.root, tsa.transport))


def test_the_latest_checkpoint_is_stamped_once(town: Town, tsa: Authority) -> None:
    settings = configured(town.settings, tsa.root)
    size, new = stamped(settings, tsa)
    assert new
    assert stamped(settings, tsa) == (size, False)
    assert len(tsa.asked) == 1
    said = standing(settings).stamped[size]
    assert said is not None
    assert abs(said - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_stamp_that_nobody_here_can_confirm_has_no_time(town: Town, tsa: Authority) -> None:
    size, _ = stamped(town.settings, tsa)
    assert standing(town.settings).stamped == {size: None}


def test_a_stamp_by_an_authority_that_is_not_trusted_is_refused(town: Town, tsa: Authority, tmp_path: Path) -> None:
    stamped(town.settings, tsa)
    (tmp_path / "other").mkdir()
    with authority(tmp_path / "other") as stranger, pytest.raises(VettingError, match="does not hold"):
        standing(configured(town.settings, stranger.root))


def test_openssl_confirms_the_stamp_in_a_bundle_as_its_readme_says(town: Town, tsa: Authority) -> None:
    size, _ = stamped(town.settings, tsa)
    folder = export_log(town.settings, AUDITOR, POSITION, town.folder / "bundle", now, new_id).folder
    [line] = [line for line in (folder / "README.txt").read_text().splitlines() if "openssl ts" in line]
    root = shutil.copy(tsa.folder / "root.pem", town.folder / "root.pem")
    words = line.replace("SIZE", str(size)).replace("CERTIFICATES", str(root)).split()
    openssl = [program("openssl", "openssl"), *words[1:]]
    done = subprocess.run(openssl, cwd=folder, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr


def test_nothing_is_kept_of_an_authority_that_gives_nothing(town: Town, tsa: Authority) -> None:
    tsa.status = 500
    with pytest.raises(VettingError) as refused:
        stamped(town.settings, tsa)
    assert refused.value.exit_code is ExitCode.NOT_READY
    assert standing(town.settings).stamped == {}


def test_without_an_authority_nobody_is_asked(town: Town) -> None:
    with pytest.raises(VettingError) as refused:
        stamp_checkpoint(town.settings, None)
    assert (refused.value.code, refused.value.exit_code) == ("timestamp_unconfigured", ExitCode.NOT_READY)
