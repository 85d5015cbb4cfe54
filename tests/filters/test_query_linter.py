"""A query that asks for protected facts is refused before it is run: asking is already the violation."""

import pytest

from filters.query_linter import lint_query
from vetting.errors import ExitCode, VettingError

REFUSED = (
    "{anchor} church",
    "{anchor} cancer",
    "{anchor} arrested",
    '"{anchor}" mugshot',
    "{anchor} pregnant",
    "{anchor} BRCA1",
    "{anchor} family medical history",
    "{anchor} genetic test",
    "{anchor} disability",
    "{anchor} depression",
    "{anchor} gay",
    "{anchor} g@y",
    "{anchor} race",
    "{anchor} old",
    "{anchor} black",
    "{anchor} Muslim OR Jewish",
    "{anchor} union",
    "{anchor} Republican",
    "{anchor} divorce",
    "{anchor} veteran",
    "{anchor} bankruptcy",
    "{anchor} workers comp",
    "{anchor} EEOC complaint",
    "{anchor} Boston",
    "{anchor} Howard University",
    "{anchor} photo",
    "{anchor} birthday",
    "{anchor} immigrant",
    "{anchor} site:grindr.com",
    "{anchor} wife",
    "{anchor} Ramadan",
    "{anchor} mu\u200bslim",
    "{anchor} мuslim",
)
ALLOWED = (
    "{anchor}",
    '"{anchor}"',
    "{anchor} police",
    "{anchor} volunteer",
    "{anchor} site:news.example",
    "from:{anchor}",
)


@pytest.mark.parametrize("template", REFUSED)
def test_a_template_that_asks_for_protected_facts_is_refused(template: str) -> None:
    with pytest.raises(VettingError) as refusal:
        lint_query(template)
    assert refusal.value.code == "query_refused"
    assert refusal.value.exit_code is ExitCode.BAD_INPUT
    asked = template.replace("{anchor}", "").strip(' "')
    assert asked not in str(refusal.value)


@pytest.mark.parametrize("template", ALLOWED)
def test_a_template_that_asks_for_the_identifier_alone_is_allowed(template: str) -> None:
    lint_query(template)


@pytest.mark.parametrize(
    ("query", "anchor"),
    [
        ("Christian White", "Christian White"),
        ('"Christian White" "Boston"', '"Christian White" "Boston"'),
        ("christian.white.example", "christian.white.example"),
        ('"Jesus Black"', "Jesus Black"),
        ("Mary Church police", "Mary Church"),
    ],
)
def test_a_name_that_is_a_class_word_does_not_stop_the_search(query: str, anchor: str) -> None:
    lint_query(query, [anchor])


def test_what_stands_beside_such_a_name_is_still_read() -> None:
    with pytest.raises(VettingError):
        lint_query("Christian White church", ["Christian White"])


def test_a_name_inside_a_longer_word_is_no_anchor() -> None:
    with pytest.raises(VettingError):
        lint_query("Mark cancer", ["can"])


@pytest.mark.parametrize(
    "query",
    [
        "{anchor} class of 2004",
        "{anchor} 02139",
        "{anchor} 60629-1234",
        "{anchor} aged 45",
        "{anchor} 62 years",
        "{anchor} born in 1974",
    ],
)
def test_a_figure_that_tells_an_age_or_a_neighborhood_is_no_query(query: str) -> None:
    with pytest.raises(VettingError) as refused:
        lint_query(query)
    assert refused.value.code == "query_refused"


@pytest.mark.parametrize("query", ["{anchor}", "{anchor} site:example.org", "{anchor} 1312", "{anchor} v2.10345"])
def test_other_figures_may_stand_in_a_query(query: str) -> None:
    lint_query(query)
