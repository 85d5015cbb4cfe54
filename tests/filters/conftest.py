"""What the filter's tests share: one loaded analyzer, the packs and the criteria of the repository."""

from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from filters.criteria import Criteria, load_criteria

CONFIG = Path(__file__).resolve().parents[2] / "config"
ALL_PACKS = ("federal", "massachusetts", "california", "new_york", "illinois", "washington")


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return Analyzer.load(CONFIG / "class_packs", ALL_PACKS)


@pytest.fixture(scope="session")
def criteria() -> Criteria:
    return load_criteria(CONFIG / "criteria" / "police.toml")


@pytest.fixture(scope="session")
def packs_folder() -> Path:
    return CONFIG / "class_packs"
