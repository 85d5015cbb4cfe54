"""What a rewriting may not lose: who acted, what was said, and what somebody was called."""

import pytest

from filters.analyzer import Analyzer
from filters.sanitize import sanitize
from filters.withholding import Withheld, WithheldReason


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("As a Black woman I hate that referee, I will break his jaw.", "I hate that referee, I will break their jaw."),
        ("As a proud Muslim from Boston, I keyed his car.", "I keyed their car."),
        ("As someone with PTSD from Fallujah I keep a loaded gun.", "I keep a loaded gun."),
    ],
)
def test_who_somebody_speaks_as_goes_and_what_is_said_stays(analyzer: Analyzer, words: str, seen: str) -> None:
    assert sanitize(analyzer, words) == seen


def test_what_straddles_a_form_goes_with_it(analyzer: Analyzer) -> None:
    seen = sanitize(analyzer, "We met at a place of worship behind the garage.")
    assert seen == "We met at [withheld] behind the garage."


def test_forms_typed_into_a_text_to_confuse_the_rewriting_withhold_it(analyzer: Analyzer) -> None:
    assert sanitize(analyzer, "[withheld]Muslim[withheld] said so in the garage.") == Withheld(
        reason=WithheldReason.VERIFICATION
    )


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("My Muslim friend Zahra and I sold pills.", "My friend Person A and I sold pills."),
        ("Sgt. Miller told us to delete it.", "Sgt. Person A told us to delete it."),
        (
            "Someone should beat those tranny freaks.",
            "Someone should beat those [slur about a protected group] freaks.",
        ),
    ],
)
def test_who_acts_and_what_somebody_is_called_stay(analyzer: Analyzer, words: str, seen: str) -> None:
    assert sanitize(analyzer, words, swaps=False) == seen
