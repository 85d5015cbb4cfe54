"""Camel case, stretched endings and slips of the pen hide no class word, and make none of ordinary words."""

import pytest

from filters.analyzer import Analyzer, known_word
from filters.lexicon import naming
from filters.sanitize import sanitize
from filters.spelling import meant, slips


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("He wrote superLatinaPower on the wall behind the garage.", "latina"),
        ("They kept shouting proudMuslimLife at the officers.", "muslim"),
        ("He yelled immigrantss at the drivers all night.", "immigrant"),
        ("He yelled lightskinnedd at the drivers all night.", "skinned"),
        ("The imigrants next door fixed my truck.", "imigrant"),
        ("The transgendre driver next door fixed my truck.", "transgend"),
        ("My pregnent coworker drove the van to the garage.", "pregn"),
        ("The lesbain couple bought the old garage.", "lesb"),
    ],
)
def test_a_disguised_class_word_is_withheld(analyzer: Analyzer, text: str, hidden: str) -> None:
    assert hidden not in str(sanitize(analyzer, text, swaps=False)).lower()


@pytest.mark.parametrize(
    "text",
    [
        "The JavaScript bundle loads twice in the browser.",
        "Call setTimeout with zero and read the innerWidth of the window.",
        "I definately recieved the tikcet and payed it.",
        "The mechanik fixed the transmision of the van.",
    ],
)
def test_ordinary_words_misspelt_or_run_together_stay_as_written(analyzer: Analyzer, text: str) -> None:
    assert sanitize(analyzer, text, swaps=False) == text


def test_a_slip_is_one_letter_missing_more_swapped_or_replaced() -> None:
    assert {"lesban", "lesbiian", "lesbina", "lexbian", "lesbians"} <= set(slips("lesbian"))


@pytest.mark.parametrize("word", ["Imigrant", "asain", "garage", "kubernetes", "maria"])
def test_capitalized_short_and_known_words_are_no_slips(word: str) -> None:
    assert meant(word, known_word, naming) is None
