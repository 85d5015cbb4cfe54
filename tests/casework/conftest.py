"""The room that the tests of releasing share."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from filters.criteria import Criteria, load_criteria
from tests.casework.room import ONE, TWO, Room, impatient, new_id, now
from tests.data_folder import set_up
from tests.sources.conftest import site, transport  # noqa: F401  # a loopback server, for what is asked once more
from vetting.casework.opening import open_desk
from vetting.casework.protocol_file import declared_packs
from vetting.settings import REPOSITORY, Settings, load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return shutil.copytree(REPOSITORY / "config", tmp_path / "config")


@pytest.fixture
def settings(tmp_path: Path, config: Path) -> Settings:
    return set_up(load_settings(tmp_path / "home", config))


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    folder = REPOSITORY / "config"
    return Analyzer.load(folder / "class_packs", declared_packs(folder, "patrol_officer"))


@pytest.fixture(scope="session")
def criteria() -> Criteria:
    return load_criteria(REPOSITORY / "config" / "criteria" / "police.toml")


@pytest.fixture
def room(settings: Settings, analyzer: Analyzer, criteria: Criteria) -> Room:
    one = impatient(open_desk(settings, ONE, now, new_id), settings)
    return Room(settings=settings, analyzer=analyzer, criteria=criteria, one=one, two=replace(one, person=TWO))
