"""What reviewers mark holds in rewriting, verification and swap test, and never frees what is certain."""

import pytest

from filters.analyzer import Analyzer
from filters.marks import Marks, Spare, restorable, widened, without
from filters.protected_classes import ProtectedClass
from filters.sanitize import leftover, sanitize
from filters.withholding import Withholding

NAMES = ("Ada Invented",)
READING = "I stole two drills from a shed in Reading and outran the cops."


def _span(words: str, phrase: str) -> tuple[int, int]:
    start = words.index(phrase)
    return start, start + len(phrase)


def _marked(analyzer: Analyzer, words: str, marks: Marks) -> str:
    spare = Spare.of(words, marks.restore)
    text = sanitize(analyzer, without(words, marks.withhold), NAMES, spare=spare)
    assert isinstance(text, str)
    assert not leftover(analyzer, text, spare=spare)
    return text


def test_words_withheld_more_leave_the_constant_token(analyzer: Analyzer) -> None:
    words = "I stole two drills from the depot and outran the cops. That Depot is huge."
    text = _marked(analyzer, words, Marks(withhold=(_span(words, "depot"),)))
    assert "depot" not in text.casefold()
    assert text.startswith("I stole two drills from the [withheld] and outran the cops.")


@pytest.mark.parametrize("phrase", ["shed", "drills", "two drills"])
def test_what_the_words_were_does_not_show_in_what_is_left(analyzer: Analyzer, phrase: str) -> None:
    sentence = "I put the {} on the truck and outran the cops on Elm."
    words = sentence.format(phrase)
    neutral = _marked(analyzer, words, Marks(withhold=(_span(words, phrase),)))
    assert neutral == _marked(
        analyzer, sentence.format("thing"), Marks(withhold=(_span(sentence.format("thing"), "thing"),))
    )


def test_half_a_word_is_withheld_whole() -> None:
    words = "I outran the cops at the station."
    start = words.index("tation")
    assert words[slice(*widened(words, (start, start + 2)))] == "station"
    assert without(words, ((start, start + 2),)) == "I outran the cops at the [withheld]."


def test_a_restored_word_stays_through_every_reading(analyzer: Analyzer) -> None:
    assert "Reading" not in str(sanitize(analyzer, READING, NAMES))
    text = _marked(analyzer, READING, Marks(restore=(_span(READING, "Reading"),)))
    assert text == READING


def test_restoring_leaves_everything_else_withheld(analyzer: Analyzer) -> None:
    words = "My wife and I stole two drills in Reading and outran the cops in Dorchester."
    text = _marked(analyzer, words, Marks(restore=(_span(words, "Reading"),)))
    assert "Reading" in text
    assert not [word for word in ("wife", "Dorchester") if word in text]


@pytest.mark.parametrize("phrase", ["Muslim", "wife", "Ada", "she"])
def test_what_is_certain_stays_withheld_whoever_restores_it(analyzer: Analyzer, phrase: str) -> None:
    words = "A Muslim and my wife saw Ada when she outran the cops on the highway."
    text = _marked(analyzer, words, Marks(restore=(_span(words, phrase),)))
    assert text == sanitize(analyzer, words, NAMES)


def test_what_is_withheld_more_counts_before_what_is_restored(analyzer: Analyzer) -> None:
    place = _span(READING, "Reading")
    assert "Reading" not in _marked(analyzer, READING, Marks(withhold=(place,), restore=(place,)))


@pytest.mark.parametrize(
    ("protected_class", "score", "may"),
    [
        (ProtectedClass.RELIGION, 1.0, False),
        (ProtectedClass.ANY_GROUP, 0.5, True),
        (ProtectedClass.PLACE, 1.0, True),
        (ProtectedClass.NAME, 1.0, False),
        (ProtectedClass.PRONOUN, 1.0, False),
        (ProtectedClass.HANDLE, 1.0, False),
        (ProtectedClass.LINK, 1.0, False),
        (ProtectedClass.EMOJI, 1.0, False),
        (ProtectedClass.DIALECT, 1.0, False),
        (ProtectedClass.UNREADABLE, 1.0, False),
    ],
)
def test_a_person_corrects_a_supposition_and_no_certainty(
    protected_class: ProtectedClass, score: float, may: bool
) -> None:
    found = Withholding(start=0, end=1, protected_class=protected_class, recognizer="r", score=score)
    assert restorable(found) is may


def test_a_mark_on_nothing_matches_nothing(analyzer: Analyzer) -> None:
    assert not Spare.of(READING, ((0, 0),))
    assert sanitize(analyzer, READING, NAMES, spare=Spare(("",))) == sanitize(analyzer, READING, NAMES)
