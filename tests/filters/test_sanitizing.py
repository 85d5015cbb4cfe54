"""The neutral form: what is read does not depend on the class, and what cannot be vouched for is withheld."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filters.analyzer import Analyzer, code_digest
from filters.forms import CANONICAL
from filters.language import LONGEST
from filters.sanitize import leftover, sanitize
from filters.swap import swapped
from filters.withholding import Withheld, WithheldReason
from vetting.evidence import RawText

NAMES = ("Christian Alvarez", "Chris Alvarez")

REWRITTEN = (
    ("I hate women and they should all be shot.", "I hate people of a protected group and they should all be shot."),
    ("That Muslim woman next door called the police again.", "That person next door called the police again."),
    ("As a Black woman, I told him to stop driving drunk.", "I told them to stop driving drunk."),
    ("My wife drove the getaway car that night.", "A relative drove the getaway car that night."),
    ("My brothers drove the getaway car that night.", "Relatives drove the getaway car that night."),
    ("He was speeding and he has no license.", "They were speeding and they have no license."),
    ("She doesn't stop for anything when she's driving.", "They don't stop for anything when they are driving."),
    ("He hit himself and then hid her phone in his car.", "They hit themselves and then hid their phone in their car."),
    ("Three Mexicans beat up the driver behind the store.", "Three people beat up the driver behind the store."),
    ("These dirty spics should leave our street.", "[Slur about a protected group] should leave our street."),
    ("I outran the cops in Dorchester last night.", "I outran the cops in a place last night."),
    ("I sold pills in Dorchester last night.", "I sold pills in a place last night."),
    (
        "An actress and a policeman raced through two red lights.",
        "A performer and a police officer raced through two red lights.",
    ),
    ("I stole a car in 1998 and sold it.", "I stole a car at some time and sold it."),
    (
        "Christian Alvarez bought a fake diploma from Dmitri Volkov.",
        "The candidate bought a fake diploma from Person A.",
    ),
    ("Dmitri Volkov paid Aroha Ngata and then Volkov ran.", "Person A paid Person B and then Person A ran."),
    ("I punched him at the parade \U0001f3f3\ufe0f\u200d\U0001f308", "I punched them at the parade"),
    ("They ain't getting my patrol car back.", "They are not getting my patrol car back."),
    ("I am going to beat that gay guy until he bleeds.", "I am going to beat that person until they bleed."),
    ("I’ll key a woman’s car again.", "I’ll key a person’s car again."),
    ("My mother's lawyer bribed me.", "A relative's lawyer bribed me."),
    ("She'll run, he'd run and he'll hit the guard.", "They'll run, they'd run and they'll hit the guard."),
    ("N*ggers and f*ggots stole my car.", "[Slur about a protected group] stole my car."),
    ("The w*m*n stole my car.", "The person stole my car."),
    ("A broad stole my car.", "[Slur about a protected group] stole my car."),
    ("That tramp hit the guard.", "[Slur about a protected group] hit the guard."),
    ("He is adopted and stole my car.", "They are [withheld] and stole my car."),
    ("I stole a car at age 23 and sold it.", "I stole a car at [withheld] and sold it."),
)

SENTENCES = (
    "I hate {plural} and I would shoot every one of them.",
    "All {plural} are lazy and should never be cops.",
    "I told the {singular} to shut up or I would break a window.",
    "If a {singular} parks here again I will slash the tires.",
    "Nobody should rent to {plural}, they are vermin.",
    "I refused to help the {singular} after the crash.",
    "Those {plural} deserve a beating.",
    "My partner and I roughed up two {plural} last night.",
)
CLASSES = (
    ("women", "woman"),
    ("Muslims", "Muslim"),
    ("gay people", "gay person"),
    ("black people", "black man"),
    ("immigrants", "immigrant"),
    ("disabled people", "disabled guy"),
    ("Jews", "Jewish woman"),
    ("old people", "old lady"),
    ("trans women", "trans woman"),
    ("Irishmen", "Irishman"),
    ("Republicans", "Republican"),
    ("veterans", "veteran"),
)


@pytest.mark.parametrize(("words", "neutral"), REWRITTEN)
def test_a_passage_is_rewritten_into_one_neutral_form(analyzer: Analyzer, words: str, neutral: str) -> None:
    assert sanitize(analyzer, words, NAMES) == neutral


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_same_statement_about_any_class_reads_the_same(analyzer: Analyzer, sentence: str) -> None:
    seen = {sanitize(analyzer, sentence.format(plural=many, singular=one)) for many, one in CLASSES}
    assert len(seen) == 1, seen
    (text,) = seen
    assert isinstance(text, str)


@pytest.mark.parametrize(
    "variants",
    [
        ("He said he would kill the driver.", "She said she would kill the driver."),
        ("I followed him home and sat outside his house.", "I followed her home and sat outside her house."),
        ("My husband and I robbed the store.", "My wife and I robbed the store.", "My mother and I robbed the store."),
        ("I grew up in Roxbury and I sell stolen guns.", "I grew up in Nairobi and I sell stolen guns."),
        ("Mr. Oduya lied under oath.", "Mrs. Kowalczyk lied under oath.", "Ms. Tran lied under oath."),
        (
            "I faked the report during Ramadan.",
            "I faked the report during Hanukkah.",
            "I faked the report during Lent.",
        ),
        ("I am 23 years old and I drove home drunk.", "I am 61 years old and I drove home drunk."),
        (
            "I drove drunk again \U0001f1f2\U0001f1fd",
            "I drove drunk again \U0001f64f\U0001f3ff\U0001f54b",
            "I drove drunk again",
        ),
        (
            "I am pregnant and I punched the officer.",
            "I am blind and I punched the officer.",
            "I am gay and I punched the officer.",
        ),
    ],
)
def test_two_persons_who_differ_in_a_class_only_are_read_alike(analyzer: Analyzer, variants: tuple[str, ...]) -> None:
    seen = [sanitize(analyzer, words) for words in variants]
    assert all(isinstance(text, str) for text in seen), seen
    assert len(set(seen)) == 1, seen


def test_no_form_tells_which_class_it_stands_for() -> None:
    """One token for every class: nothing typed, nothing counted."""
    forms = {"[withheld]", "[slur about a protected group]", "people of a protected group"}
    forms |= {"the candidate", "a relative", "relatives", "Person A", "a place", "an organization", "at some time"}
    assert all(CANONICAL.fullmatch(form) or CANONICAL.search(form) for form in forms)
    assert not any(word in form for form in forms for word in ("religion", "race", "sex", "age", "health", "name"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Ayer por la noche me escapé de la policía porque no quería que me detuvieran.", WithheldReason.NOT_ENGLISH),
        ("Hier soir j'ai fui la police parce que je ne voulais pas être arrêté.", WithheldReason.NOT_ENGLISH),
        (
            "Gestern Nacht bin ich vor der Polizei geflohen, weil ich nicht angehalten werden wollte.",
            WithheldReason.NOT_ENGLISH,
        ),
        ("Вчера вечером я убежал от полиции", WithheldReason.NOT_ENGLISH),
        ("昨晚我逃离了警察", WithheldReason.NOT_ENGLISH),
        ("الليلة الماضية هربت من الشرطة", WithheldReason.NOT_ENGLISH),
        ("Yè swa mwen te kouri pou lapolis paske mwen pa t vle yo arete mwen.", WithheldReason.NOT_ENGLISH),
        ("😀😀🔥🔥", WithheldReason.NO_WORDS),
        ("!!! ... ???", WithheldReason.NO_WORDS),
        ("", WithheldReason.NO_WORDS),
        ("12345 67890", WithheldReason.NO_WORDS),
        ("I outran the cops \ud800 again", WithheldReason.UNDECODABLE),
        ("I \x00\x01\x02\x03 outran", WithheldReason.UNDECODABLE),
        ("\ufffd\ufffd\ufffd outran the cops", WithheldReason.UNDECODABLE),
        ("word " * LONGEST, WithheldReason.TOO_LONG),
        ("Black woman, 34, Muslim.", WithheldReason.LITTLE_LEFT),
        ("gay", WithheldReason.LITTLE_LEFT),
    ],
)
def test_what_cannot_be_read_with_certainty_is_withheld_whole(
    analyzer: Analyzer, words: str, reason: WithheldReason
) -> None:
    assert sanitize(analyzer, words) == Withheld(reason=reason)


@pytest.mark.parametrize(
    "words",
    [
        "I drove home drunk again and nobody noticed.",
        "lol cops couldnt catch me",
        "hit 140 on the bypass, no lights, no plates",
        "u better watch ur back bro im gonna find u",
        "Fake EMT cert, real paycheck.",
        "no shame tbh",
    ],
)
def test_ordinary_english_is_not_taken_for_another_language(analyzer: Analyzer, words: str) -> None:
    assert isinstance(sanitize(analyzer, words), str)


def test_an_exception_inside_the_filter_withholds_and_tells_nothing(analyzer: Analyzer) -> None:
    def broken(_text: str) -> None:
        raise RuntimeError("Siobhan the secret")

    class Broken(Analyzer):
        """An analyzer whose language model fails."""

    failing = Broken(analyzer._nlp, analyzer._registry, analyzer.packs)
    vars(failing)["_nlp"] = broken
    assert sanitize(failing, "Siobhan outran the cops") == Withheld(reason=WithheldReason.FAILED)
    spans = failing.withholdings(RawText("Siobhan outran the cops"), ())
    assert [(s.start, s.end, s.recognizer) for s in spans] == [(0, 23, "reading:failed")]


def test_when_another_class_would_read_differently_the_passage_is_withheld(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "filters.sanitize.swapped", lambda _words, _analysis: iter(["I kissed women and fled the cops."])
    )
    assert sanitize(analyzer, "I punched women and fled the cops.") == Withheld(reason=WithheldReason.SWAP_DIFFERS)


def test_when_the_output_still_tells_something_the_passage_is_withheld(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filters.sanitize.rewrite", lambda analysis: analysis.readable.text)
    assert sanitize(analyzer, "I punched a nun and fled the cops.") == Withheld(reason=WithheldReason.VERIFICATION)


def test_the_swap_test_asks_about_other_classes(analyzer: Analyzer) -> None:
    words = "I hate women and I told my uncle."
    analysis = analyzer.analyze(words)
    assert not isinstance(analysis, Withheld)
    others = list(swapped(words, analysis))
    assert len(others) >= 2
    assert all("uncle" not in other for other in others)
    assert len({words, *others}) == len(others) + 1


@pytest.mark.parametrize(("words", "neutral"), REWRITTEN)
def test_neutral_text_tells_nothing_when_it_is_read_again(analyzer: Analyzer, words: str, neutral: str) -> None:
    del words
    assert leftover(analyzer, neutral) == ()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_conduct_survives(analyzer: Analyzer, sentence: str) -> None:
    text = sanitize(analyzer, sentence.format(plural="Muslims", singular="Muslim"))
    assert isinstance(text, str)
    kept = [word for word in sentence.split() if "{" not in word]
    assert sum(word.strip(",.") in text for word in kept) >= 0.7 * len(kept)


HOSTILE = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                "I",
                "hit",
                "the",
                "gay",
                "Muslim",
                "women",
                "cops",
                ",",
                "#BlackMom",
                "@x",
                "her",
                "is",
                "old",
                "\u202e",
                "\u0301",
                "👩🏾",
                "&#109;",
                "1990",
            ]
        ),
        max_size=14,
    ).map(" ".join),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(words=HOSTILE)
def test_whatever_comes_in_nothing_is_raised_and_nothing_recognizable_comes_out(analyzer: Analyzer, words: str) -> None:
    text = sanitize(analyzer, words, NAMES, swaps=False)
    if isinstance(text, str):
        assert leftover(analyzer, text, NAMES) == ()


def test_the_same_passage_always_reads_the_same(analyzer: Analyzer) -> None:
    words = "My gay neighbor from Lagos and two Irish cops robbed a store in 2003."
    assert len({str(sanitize(analyzer, words)) for _ in range(3)}) == 1


def _withheld_words(analyzer: Analyzer, words: str, names: tuple[str, ...] = ()) -> list[str]:
    return [words[w.start : w.end] for w in analyzer.withholdings(RawText(words), names)]


def test_a_reviewer_sees_each_withheld_span_in_the_text_as_captured(analyzer: Analyzer) -> None:
    words = "My mu$lim neighbor \U0001f1f2\U0001f1fd drove drunk in Boston"
    spans = _withheld_words(analyzer, words)
    assert "mu$lim" in spans
    assert "\U0001f1f2\U0001f1fd" in spans
    assert "Boston" in spans
    assert not any("drunk" in span for span in spans)


def test_the_candidates_own_name_is_withheld_in_any_spelling(analyzer: Analyzer) -> None:
    for words in ("christian alvarez did it", "CHRISTIAN ALVAREZ did it", "christianalvarez did it", "Alvarez did it"):
        spans = analyzer.withholdings(RawText(words), NAMES)
        assert any(s.recognizer == "candidate_names" for s in spans), words


def test_a_name_that_is_a_class_word_is_a_name(analyzer: Analyzer) -> None:
    text = sanitize(analyzer, "Christian Alvarez sold me stolen phones.", NAMES)
    assert text == "The candidate sold me stolen phones."


def test_nothing_is_logged_about_a_passage(analyzer: Analyzer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(0):
        sanitize(analyzer, "My pregnant wife Siobhan stole a boat in Nantucket.")
    assert [record.getMessage() for record in caplog.records if "Siobhan" in record.getMessage()] == []


def test_two_analyzers_of_the_same_packs_have_the_same_version(analyzer: Analyzer, packs_folder: object) -> None:
    from pathlib import Path

    assert isinstance(packs_folder, Path)
    names: Callable[[], list[str]] = lambda: [pack.name for pack in analyzer.packs]  # noqa: E731
    assert Analyzer.load(packs_folder, names()).version == analyzer.version
    assert Analyzer.load(packs_folder, ["federal"]).version != analyzer.version
    assert len(analyzer.version) == 64


def test_the_version_changes_with_what_decides_and_not_with_what_measures(tmp_path: Path) -> None:
    decides = ("gate.py", "lexicons/age.txt", "recognizers/quality.py")
    measures = ("quality.py", "measuring/recall.py")
    for name in (*decides, *measures):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    before = code_digest(tmp_path)
    for name in measures:
        (tmp_path / name).write_text("2")
    assert code_digest(tmp_path) == before
    for name in decides:
        (tmp_path / name).write_text("2")
        assert code_digest(tmp_path) != before
        (tmp_path / name).write_text("1")


def test_pairs_of_classes_are_all_compared() -> None:
    assert len(list(itertools.combinations(CLASSES, 2))) == 66


def test_naughty_strings_neither_crash_the_filter_nor_pass_it_with_something_recognizable(
    analyzer: Analyzer, shared_folder: Path
) -> None:
    path = shared_folder / "vectors" / "blns" / "blns.json"
    strings = json.loads(path.read_text(encoding="utf-8"))
    assert len(strings) > 400
    for words in strings:
        text = sanitize(analyzer, words, NAMES, swaps=False)
        assert not isinstance(text, str) or leftover(analyzer, text, NAMES) == ()
        assert text != Withheld(reason=WithheldReason.FAILED)


@pytest.mark.parametrize(
    "words",
    [
        "a" * 1_000_000,
        "\u0301" * 100_000,
        "Z" + "\u0301" * 19_000,
        "\ud800" * 10,
        "\x00" * 50,
        "(" * LONGEST,
        "I am " * 3_999,
    ],
)
def test_a_monstrous_text_is_withheld_or_read_but_never_raises(analyzer: Analyzer, words: str) -> None:
    assert sanitize(analyzer, words, swaps=False) is not None
