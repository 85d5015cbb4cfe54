"""What is not English, or only half of it, is withheld whole; slang, typing errors and technical English are not."""

import pytest

from filters.analyzer import Analyzer
from filters.language import marks, not_english
from filters.sanitize import sanitize
from filters.withholding import Withheld, WithheldReason
from tests.filters.languages import ENGLISH, MIXED, OTHER


@pytest.mark.parametrize("text", [*OTHER, *MIXED])
def test_a_text_that_is_not_all_english_is_withheld(text: str) -> None:
    assert not_english(text) is WithheldReason.NOT_ENGLISH


@pytest.mark.parametrize("text", ENGLISH)
def test_english_as_people_type_it_is_read(text: str) -> None:
    assert not_english(text) is None


def test_a_sentence_in_another_language_never_reaches_the_parser(analyzer: Analyzer) -> None:
    assert sanitize(analyzer, OTHER[0]) == Withheld(reason=WithheldReason.NOT_ENGLISH)


def test_names_and_formulas_say_nothing_of_the_language() -> None:
    assert marks("Okonjo Brandeau Valdivia") == ()
    assert marks("f(x, y) = x_t + 2y") == ()
