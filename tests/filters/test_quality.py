"""The measurement counts what it says: a filter that hides everything, nothing, or the right words gets its due."""

import json
import random
from dataclasses import replace
from pathlib import Path
from statistics import mean

import pytest

from filters import quality
from filters.analyzer import Analyzer
from filters.measuring import adversary, disguised, report
from filters.measuring.cases import load
from filters.measuring.counting import Share
from filters.measuring.recall import tells_a_class
from tests.needed import missing


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """One small case of each shape of the development data, written for this test."""
    text = "I hate tall zorbians and bees"
    span = {"start": 7, "end": 20, "cls": "religion"}
    name = {"start": 0, "end": 5, "cls": "name"}
    files: dict[str, list[dict[str, object]]] = {
        "spans": [
            {"src": "holisticbias", "text": text, "spans": [span]},
            {"src": "hatecheck", "text": text, "spans": [span], "keep": [{"start": 2, "end": 6}]},
            {"src": "bbq_names", "text": "Zelda left us", "spans": [name], "ethnicity": "Moon"},
            {"src": "bbq_names", "text": "Quill left us", "spans": [name], "ethnicity": "Mars"},
            {"src": "bbq_names", "text": "Robin left us", "spans": [name], "ethnicity": "n/a"},
            {
                "src": "gap",
                "text": "Zelda said that Zelda lost her map",
                "spans": [{"start": 27, "end": 30, "cls": "pronoun"}, name],
            },
        ],
        "counterfactual": [
            {"src": "winogender", "axis": "he/she/they", "variants": ["He left us.", "She left us.", "They left us."]},
            {"src": "crows_pairs", "axis": "age", "variants": ["A young zorb left us.", "A old zorb left us."]},
            {"src": "crows_pairs", "axis": "socioeconomic", "variants": ["A rich zorb.", "A poor zorb."]},
        ],
        "documents": [
            {
                "id": "1",
                "text": "PROCEDURE\n\nMrs Zelda Quill, a Zorbian painter with zorbitis, appealed. She won.",
                "spans": [
                    {"start": 15, "end": 26, "cls": "PERSON", "conf": "NOT_CONFIDENTIAL"},
                    {"start": 30, "end": 37, "cls": "DEM", "conf": "NOT_CONFIDENTIAL"},
                    {"start": 38, "end": 45, "cls": "DEM", "conf": "NOT_CONFIDENTIAL"},
                    {"start": 51, "end": 59, "cls": "DEM", "conf": "HEALTH"},
                ],
            }
        ],
        "neutral": [{"text": "The build is green"}],
    }
    for file, rows in files.items():
        (tmp_path / f"{file}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def _values(folder: Path, visible: quality.Visible, limit: int = 10) -> dict[str, float]:
    return {share.name: share.value for share in quality.measure(folder, visible, limit)}


def test_a_filter_that_hides_nothing_leaks_everything_and_keeps_everything(cases: Path) -> None:
    values = _values(cases, lambda text: text)
    assert len(values) > 40
    for name, value in values.items():
        assert value == (1 if name.endswith(("left", "kept")) else 0), name


def test_a_filter_that_withholds_everything_hides_everything_and_keeps_nothing(cases: Path) -> None:
    values = _values(cases, lambda _text: None)
    nothing = ("left", "kept", quality._SAME)
    for name, value in values.items():
        assert value == (0 if name.endswith(nothing) else 1), name


def test_two_texts_withheld_whole_are_no_success_by_themselves(cases: Path) -> None:
    shares = {share.name: share for share in quality.measure(cases, lambda _text: None, 10)}
    assert shares["winogender: pairs that look the same"].whole == 0
    assert shares["winogender: same, both withheld counted as same"].value == 1
    one = _values(cases, lambda text: None if text.startswith("He") else "They left us.")
    assert one["winogender: pairs that look the same"] == pytest.approx(1 / 3), "one withheld, one shown: they differ"
    assert one["winogender: pairs both withheld whole"] == 0


def test_a_pair_that_differs_in_one_blank_is_not_the_same(cases: Path) -> None:
    values = _values(cases, lambda text: "They  left us." if text.startswith("He") else "They left us.")
    assert values["winogender/he-she: pairs that look the same"] == 0


def test_half_a_descriptor_left_is_a_leak(cases: Path) -> None:
    values = _values(cases, lambda text: text.replace("tall", "[withheld]"))
    assert values["holisticbias: religion withheld"] == 0
    assert values["holisticbias: sentences that leak nothing"] == 0


@pytest.mark.parametrize("left", ["zorbian", "ZORBIANS", "a place of zorbians"])
def test_a_plural_or_a_case_that_changed_still_leaks(cases: Path, left: str) -> None:
    assert _values(cases, lambda _text: f"I hate {left}.")["hatecheck: identity withheld"] == 0


def test_only_the_conduct_is_asked_for_among_what_must_stay(cases: Path) -> None:
    values = _values(cases, lambda _text: "They hate people of a protected group.")
    assert values["hatecheck: conduct words kept"] == 1
    assert values["hatecheck: identity withheld"] == 1


def test_what_a_filter_puts_itself_is_no_word_that_was_kept(cases: Path) -> None:
    values = _values(cases, lambda _text: "<PERSON> a place [withheld]")
    assert values["crows_pairs: shared words kept"] == 0
    assert values["neutral: words lost"] == 1


def test_a_text_that_says_a_canonical_form_by_itself_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "neutral.jsonl").write_text(json.dumps({"text": "It is a place to park."}) + "\n", encoding="utf-8")
    assert _values(tmp_path, lambda text: text)["neutral: words lost"] == 0


def test_a_name_that_can_be_read_at_another_place_is_not_withheld(cases: Path) -> None:
    assert _values(cases, lambda text: text.replace("Zelda", "Person A", 1))["gap: names withheld"] == 0
    assert _values(cases, lambda text: text.replace("Zelda", "Person A"))["gap: names withheld"] == 1


def test_the_gap_between_groups_of_names_is_between_the_best_and_the_worst(cases: Path) -> None:
    shares = quality.measure(cases, lambda text: text.replace("Zelda", "Person A"), 10)
    found = quality.figures(shares, ())
    assert found["bbq_names: as-is, largest gap"].value == 1
    assert found["bbq_names: lower-case, largest gap"].value == 0, "a lower-case name is another text"


def test_the_worst_axis_and_the_macro_average_are_over_axes(cases: Path) -> None:
    rows = [Share(name="holisticbias: age withheld", part=1, whole=1)]
    rows.append(Share(name="holisticbias: ability withheld", part=10, whole=100))
    found = quality.figures((*rows, *quality.measure(cases, lambda text: text, 10)[:0]), ())
    assert found["holisticbias: macro over axes"].value == pytest.approx(0.55)
    assert found["holisticbias: worst axis"].value == pytest.approx(0.1)


def test_types_that_are_not_protected_stay_out_of_the_seven(cases: Path) -> None:
    shares = {share.name: share for share in quality.measure(cases, lambda text: text, 10)}
    assert shares["crows_pairs/protected: pairs that look the same"].whole == 1
    assert shares["crows_pairs: pairs that look the same"].whole == 2


def test_a_court_case_is_read_by_paragraph_with_its_honorifics_and_pronouns(cases: Path) -> None:
    values = _values(cases, lambda text: text.replace("Zorbian", "[withheld]").replace("Mrs Zelda Quill", "Person A"))
    assert values["tab: DEM with protected meaning"] == 0.5
    assert values["tab: HEALTH"] == 0
    assert values["tab: PERSON"] == 1
    assert values["tab: honorifics left"] == 0
    assert values["tab: gendered pronouns left"] == 1
    assert values["tab: occupations and the like (should stay)"] == 0


@pytest.mark.parametrize(
    ("words", "conf", "tells"),
    [
        ("Zorbian national", "NOT_CONFIDENTIAL", True),
        ("age of 41", "NOT_CONFIDENTIAL", True),
        ("bad knees", "HEALTH", True),
        ("painter", "NOT_CONFIDENTIAL", False),
        ("Keeper of the Zorbian Seal", "NOT_CONFIDENTIAL", False),
        ("public office", "NOT_CONFIDENTIAL", False),
    ],
)
def test_which_demographic_mentions_tell_a_class_follows_the_written_rule(words: str, conf: str, tells: bool) -> None:
    assert tells_a_class(words, conf) is tells


def test_a_share_has_the_interval_of_wilson() -> None:
    low, high = Share(name="", part=95, whole=100).interval
    assert low == pytest.approx(0.8882, abs=1e-3)
    assert high == pytest.approx(0.9785, abs=1e-3)
    assert Share(name="", part=0, whole=0).interval == (0, 1)


def test_a_sample_takes_the_same_cases_each_time_and_some_of_each_axis(cases: Path) -> None:
    assert load(cases, 1) == load(cases, 1)
    assert len(load(cases, 1).counterfactual) == 3
    assert len(load(cases, 1).of("bbq_names")) == 3


# --------------------------------------------------------------------------------------- disguises and closed doors


def test_disguised_words_are_many_and_none_is_reached_by_a_filter_that_hides_nothing() -> None:
    every = list(disguised.spellings())
    assert len(every) > 900
    assert len({spelling.word for spelling in every}) == disguised.WORDS
    assert not [spelling for spelling in every if disguised.reached(spelling, spelling.text)]
    assert all(disguised.reached(spelling, None) for spelling in every)


def test_a_disguise_undone_but_left_readable_is_not_reached() -> None:
    spelling = next(s for s in disguised.spellings() if s.disguise == "dotted")
    assert not disguised.reached(spelling, spelling.text.replace(spelling.written, spelling.word))
    assert disguised.reached(spelling, spelling.text.replace(spelling.written, "people of a protected group"))


def test_what_nobody_can_vouch_for_counts_only_where_all_of_it_is_withheld() -> None:
    assert disguised.measure_unvouched(lambda text: text)[0].value == 0
    assert disguised.measure_unvouched(lambda _text: None)[0].value == 1


# --------------------------------------------------------------------------------------------- trained adversary


def _task(seed: int, word: str) -> adversary.Task:
    chance = random.Random(seed)  # noqa: S311 - invented texts
    labels = [n % 2 == 0 for n in range(120)]
    filler = ["red", "barn", "map", "goes", "tall", "river"]
    texts = [" ".join([*chance.choices(filler, k=12), word if label else ""]) for label in labels]
    return adversary.Task(name="t", texts=tuple(texts), labels=tuple(labels), people=tuple(map(str, range(120))))


def _auc(seed: int, word: str) -> float:
    found = adversary.guess(_task(seed, word))
    assert found is not None
    return found.auc


def test_the_adversary_finds_a_telling_word_and_nothing_where_there_is_none() -> None:
    pytest.importorskip("sklearn")
    assert _auc(1, "zorb") > 0.95
    assert abs(mean(_auc(seed, "") for seed in range(8)) - 0.5) < 0.1


def test_the_adversary_does_not_guess_from_a_handful() -> None:
    pytest.importorskip("sklearn")
    few = adversary.Task(name="t", texts=("a", "b"), labels=(True, False), people=("1", "2"))
    assert adversary.guess(few) is None


def test_a_text_withheld_whole_is_seen_to_be_withheld() -> None:
    rows = [{"id": "1", "value": "American_actors", "sentences": ["One.", "Two."]}]
    (by_person, by_sentence) = adversary.biographies(rows, lambda text: None if text == "One." else text)
    assert by_person.texts == (f"{adversary.WITHHELD_WHOLE} Two.",)
    assert by_sentence.texts == (adversary.WITHHELD_WHOLE, "Two.")


def test_a_packet_holds_only_what_was_proposed() -> None:
    author = {"id": "1", "profile": {"age": 30, "sex": "male"}, "comments": [{"text": "I fled."}, {"text": "I ate."}]}
    tasks = adversary.authors(
        [author], lambda text: text.lower(), lambda text: [("Said that.", "fled")] if "fled" in text else []
    )
    texts = {task.name: task.texts[0] for task in tasks}
    assert texts["author sex from the sanitized feed"] == "i fled. i ate."
    assert texts["author sex from the conduct packet, quoted"] == "Said that. fled"
    assert texts["author sex from the conduct packet, statements only"] == "Said that."


# ------------------------------------------------------------------------------------------------------- the page


def test_the_page_tells_counts_and_never_a_text(cases: Path, tmp_path: Path) -> None:
    shares = (*quality.measure(cases, lambda text: text, 10), *disguised.measure_unvouched(lambda text: text))
    measured = report.Measured(shares=shares, figures=quality.figures(shares, ()))
    about = report.About(when="2031-01-02", texts=9, whole=True, swaps=True, authors=4, selected=1, passages=2)
    file = tmp_path / "page.md"
    file.write_text(report.page(measured, measured, about, "Tales told by no word."), encoding="utf-8")
    page = file.read_text(encoding="utf-8")
    assert report.kept_paragraph(file) == "Tales told by no word."
    assert "| HolisticBias: sentence leaks nothing | 0.000 | 0.000 | 0.950 | 0.990 | **no** |" in page
    assert "not measured" in page
    assert not [word for word in ("zorb", "Zelda", "bees", "Ayer") if word.lower() in page.lower()]


def test_every_row_of_the_bar_says_which_way_it_is_met() -> None:
    for bar in quality.BARS:
        assert bar.met(bar.aim), bar.metric
        assert bar.met(bar.bar), bar.metric
        assert not bar.met(bar.bar + 1e-6 if bar.at_most else bar.bar - 1e-6), bar.metric


# --------------------------------------------------------------------------------------------------- the filter itself


def test_the_filter_passes_its_own_measurement(cases: Path, analyzer: Analyzer) -> None:
    values = _values(cases, quality.product(analyzer))
    assert values["winogender: pairs that look the same"] == 1
    assert values["neutral: words lost"] == 0


def test_on_cases_by_others_the_filter_beats_stock_presidio(shared_folder: Path, analyzer: Analyzer) -> None:
    folder = shared_folder / "data" / "filter-dev"
    if not folder.is_dir():
        missing("the development cases by others are absent")
    some = load(folder, 5)
    few = replace(
        some,
        spans=(*some.of("holisticbias"), *some.of("hatecheck")),
        counterfactual=tuple(c for c in some.counterfactual if c["src"] in {"hatecheck", "winogender"}),
        documents=(),
        neutral=(),
    )
    ours, stock = (
        {share.name: share.value for share in quality.score(few, visible)}
        for visible in (quality.product(analyzer), quality.stock_presidio())
    )
    for name in ("holisticbias: protected axes", "hatecheck: identity withheld", "hatecheck: pairs that look the same"):
        assert ours[name] > stock[name], name
    assert ours["holisticbias: protected axes"] >= 0.9
    assert ours["hatecheck: identity withheld"] >= 0.95
    assert ours["winogender: pairs that look the same"] == 1
