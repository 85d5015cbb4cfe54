"""Ways around the filter that once worked: how a word is written down, broken over lines, or run into others."""

import time

import pytest

from filters.analyzer import Analysis, Analyzer
from filters.answering import answers
from filters.language import LONGEST
from filters.marks import without
from filters.sanitize import sanitize
from filters.withholding import Withheld
from vetting.evidence import RawText


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("The guy in a\nwheelchair parked behind the garage.", "wheelchair"),
        ("The guy in a wheel-\nchair parked behind the garage.", "chair"),
        ("I am hard of\nhearing and parked behind the garage.", "hearing"),
        ("I am HIV\npositive and parked behind the garage.", "positive"),
        ("I served in the Air\nForce and parked behind the garage.", "air"),
        ("I am green\ncard holder and parked behind the garage.", "card"),
        ("My user name is blackmom84 and I parked behind the garage.", "mom"),
        ("My user name is 123gay and I parked behind the garage.", "gay"),
        ("The g<b></b>ay driver parked behind the garage.", "ay "),
        ("The <b>Mus</b>lim driver parked behind the garage.", "lim"),
        ("The TXVzbGlt sign behind the garage came down.", "txvz"),
        ("The 6c65736269616e sign behind the garage came down.", "6c65"),
        ("The Zhfyvz sign behind the garage came down.", "zhfyvz"),
        ("The naibsel sign behind the garage came down.", "naibsel"),
        ("The \\u004duslim sign behind the garage came down.", "uslim"),
        ("The =4Duslim sign behind the garage came down.", "uslim"),
        ("The %2525254duslim sign behind the garage came down.", "uslim"),
        ("The &amp;amp;amp;#77;uslim sign behind the garage came down.", "uslim"),
        ("The M|u|s|l|i|m sign behind the garage came down.", "u|s"),
        ("I am M\nu\ns\nl\ni\nm and parked behind the garage.", "\nu"),
        ("I (42f) parked behind the garage with my old friend (33M).", "33"),
        ("M/42/MA here, parked behind the garage.", "42"),
        ("I was born nineteen eighty-four and I parked behind the garage.", "eighty"),
        ("I hit the big 5-0 and parked behind the garage.", "5-0"),
        ("Just turned the big four zero, so I parked behind the garage.", "four"),
        ("hes parking and shes gone, hed never pay for the garage.", "hes"),
    ],
)
def test_a_way_around_leads_nowhere(analyzer: Analyzer, text: str, hidden: str) -> None:
    seen = sanitize(analyzer, text, swaps=False)
    assert not isinstance(seen, Withheld)
    assert hidden not in seen.lower()
    assert "garage" in seen or "sign" in seen


@pytest.mark.parametrize(
    "text",
    [
        "Use utf8, mp3, x86, port80, 10th, 5km, base64 and ipv6 here.",
        "A List<String> and a Map<K,V> hold the rows of the table.",
        "Set x=41 and y=4Duty in the config of the parser.",
        "The commit 5f4a6b7c8d fixed the build of the parser.",
        "The value (20m) and page 35/f are in the table of the parser.",
        "The shed behind the garage burned like hell.",
        "Steps:\n- open the door\n- close it\nThen go home.",
    ],
)
def test_ordinary_writing_comes_back_whole(analyzer: Analyzer, text: str) -> None:
    assert sanitize(analyzer, text, swaps=False) == text


def test_a_wrapped_line_comes_back_as_one(analyzer: Analyzer) -> None:
    text = "We fixed the well-\nknown bug in the\nparser and went home."
    assert sanitize(analyzer, text, swaps=False) == "We fixed the well-known bug in the parser and went home."


@pytest.mark.parametrize("town", ["Nigeria", "New Haven"])
def test_where_somebody_was_born_takes_nothing_of_what_they_did(analyzer: Analyzer, town: str) -> None:
    seen = sanitize(analyzer, f"I was born in {town} and I ran from the garage.", swaps=False)
    assert str(seen).endswith("and I ran from the garage.")
    assert town not in str(seen)


def test_a_pattern_that_matched_without_its_named_part_takes_the_whole_match(analyzer: Analyzer) -> None:
    text = "Happy Pride to everybody behind the garage."
    assert "Pride" not in str(sanitize(analyzer, text))
    assert all(found.end > found.start >= 0 for found in analyzer.withholdings(RawText(text), ()))


def test_an_explanation_that_goes_wrong_covers_the_whole_passage(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Analysis, "captured", lambda *_: (_ for _ in ()).throw(ValueError("range")))
    (found,) = analyzer.withholdings(RawText("My wife parked the car."), ())
    assert (found.start, found.end, found.recognizer) == (0, 23, "reading:failed")


@pytest.mark.parametrize("spelt", ["s\u200bhed", "SHED", "\uff33\uff28\uff25\uff24", "sh\u00aded"])
def test_words_withheld_more_are_withheld_however_they_are_spelt(spelt: str) -> None:
    words = f"I put the shed and the {spelt} behind the garage."
    assert without(words, ((10, 14),)) == "I put the [withheld] and the [withheld] behind the garage."


@pytest.mark.parametrize("piece", ["a@", "[withheld]", "Black-owned-", "a.b.c.d.", "AbCd", "a'", "abcdefghij", "a_b_"])
def test_one_run_of_characters_as_long_as_may_be_takes_no_time(analyzer: Analyzer, piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    before = time.process_time()
    answers(analyzer, (text,))
    assert time.process_time() - before < 6.0
