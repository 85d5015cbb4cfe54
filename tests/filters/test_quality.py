"""The measurement counts what it says: a filter that hides everything, nothing, or the right words gets its due."""

import json
from pathlib import Path

import pytest

from filters import quality
from filters.analyzer import Analyzer
from tests.needed import missing


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Three small sets in the shape of the development data, written for this test."""
    text = "I hate tall zorbians and bees"
    span = {"start": 7, "end": 20, "cls": "religion"}
    files: dict[str, list[dict[str, object]]] = {
        "spans": [
            {"src": "holisticbias", "text": text, "spans": [span]},
            {"src": "hatecheck", "text": text, "spans": [span], "keep": [{"start": 2, "end": 6}]},
        ],
        "counterfactual": [{"src": "winogender", "variants": ["He left.", "She left.", "They left."]}],
        "neutral": [{"text": "The build is green"}],
    }
    for name, rows in files.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def _values(folder: Path, visible: quality.Visible) -> dict[str, float]:
    return {share.name: share.value for share in quality.measure(folder, visible, 10)}


def test_a_filter_that_hides_nothing_leaks_everything(cases: Path) -> None:
    values = _values(cases, lambda text: text)
    assert values["holisticbias: religion withheld"] == 0
    assert values["hatecheck: conduct words kept"] == 1
    assert values["winogender: pairs that look the same"] == 0
    assert values["neutral: words lost"] == 0


def test_a_filter_that_withholds_everything_keeps_nothing(cases: Path) -> None:
    values = _values(cases, lambda _text: None)
    assert values["holisticbias: religion withheld"] == 1
    assert values["hatecheck: conduct words kept"] == 0
    assert values["hatecheck: texts withheld whole"] == 1
    assert values["winogender: pairs that look the same"] == 0, "two texts withheld whole are no success"
    assert values["neutral: words lost"] == 1


def test_half_a_descriptor_left_is_a_leak(cases: Path) -> None:
    values = _values(cases, lambda text: text.replace("tall", "[withheld]"))
    assert values["holisticbias: religion withheld"] == 0


def test_the_filter_passes_its_own_measurement(cases: Path, analyzer: Analyzer) -> None:
    values = _values(cases, quality.product(analyzer))
    assert values["winogender: pairs that look the same"] == 1
    assert values["neutral: words lost"] == 0


def test_on_cases_by_others_the_filter_beats_stock_presidio(shared_folder: Path, analyzer: Analyzer) -> None:
    folder = shared_folder / "data" / "filter-dev"
    if not folder.is_dir():
        missing("the development cases by others are absent")
    ours = _values_of(folder, quality.product(analyzer))
    stock = _values_of(folder, quality.stock_presidio())
    for name in ("holisticbias: protected axes", "hatecheck: identity withheld", "hatecheck: pairs that look the same"):
        assert ours[name] > stock[name], name
    assert ours["holisticbias: protected axes"] >= 0.9
    assert ours["hatecheck: identity withheld"] >= 0.95
    assert ours["winogender: pairs that look the same"] == 1


def _values_of(folder: Path, visible: quality.Visible) -> dict[str, float]:
    return {share.name: share.value for share in quality.measure(folder, visible, 60)}
