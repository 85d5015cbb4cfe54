"""A name is searched for unread, so it must be one: no operator, no second question, and nobody is enrolled twice."""

import pytest

from filters.lexicon import FOLDER, read, word_list
from filters.query_linter import lint_name
from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.casework.disclosed import check_disclosed, same_candidate
from vetting.errors import ExitCode, VettingError

NAMES = (
    "Ottoline Quarrelworth",
    "Vi Ng",
    "José Núñez y García",
    "Nguyễn Thị Minh Khai",
    "O'Brien-Smith, Jr.",
    "J. R. R. d\u2019Arcy",
    "Ἀλέξανδρος Παπαδόπουλος",
    "李 小龙",
    "محمد علي",
    "Jesus Church",
    "Christian Gay White",
    "Young Bishop",
    "Or Cohen",
    "Bi Wei",
    "Trans Nguyen",
    "Dominic Race",
    "Mary Ann Single",
    "Dover Mann",
    "JOHN DOBBS",
)
NO_NAMES = (
    'Dana" OR "pregnant',
    "Dana -site:x.example",
    "Dana site:grindr.com",
    "!images Dana Whitfield",
    "Dana (Whitfield)",
    "Dana OR Whitfield",
    "Dana Whitfield NOT police",
    "Dana Whitfield2",
    "Dana\u200bWhitfield",
    "Dana \u202eWhitfield",
    "-Dana",
    "Dana Whitfield,",
    "Dana Whit\u3164field",
    "Dana Whitfield\ufe0f",
    "...",
    "a" * 101,
    "one two three four five six seven eight nine",
)
ASKING = (
    "Dana Whitfield pregnant",
    "Dana Whitfield cancer",
    "Dana Whitfield mosque",
    "Dana Whitfield photo",
    "Dana Whitfield lesbian",
    "Dana Whitfield arrested",
    "Dana Whitfield Pregnant",
    "Dana Lesbian",
    "Lesbian Nguyen",
    "Dana Photo",
    "Dana Transgender",
    "Dana race",
    "Dana Single Mary Whitfield",
    "Dana Single Whitfield",
)
IDENTIFIERS = (
    (IdentifierKind.EMAIL, "ottoline.q+jobs@mail.example.org"),
    (IdentifierKind.ATPROTO_HANDLE, "blackgirlmagic.social.example"),
    (IdentifierKind.ATPROTO_HANDLE, "@ottoline.example"),
    (IdentifierKind.WIKI_ACCOUNT, "User:Ottoline (Q)"),
    (IdentifierKind.FORUM_ACCOUNT, "otto_q-84"),
    (IdentifierKind.WEBSITE, "ottoline.example"),
    (IdentifierKind.WEBSITE, "https://ottoline.example/my-mosque/?page_id=3"),
    (IdentifierKind.FEED, "http://ottoline.example:8080/atom.xml"),
)
NO_IDENTIFIERS = (
    (IdentifierKind.EMAIL, '"pregnant OR"@x.example'),
    (IdentifierKind.EMAIL, "a b@x.example"),
    (IdentifierKind.EMAIL, "dana@localhost"),
    (IdentifierKind.EMAIL, "site:x.example dana@x.example"),
    (IdentifierKind.ATPROTO_HANDLE, "dana"),
    (IdentifierKind.ATPROTO_HANDLE, "dana.example cancer"),
    (IdentifierKind.WIKI_ACCOUNT, "Dana|cancer"),
    (IdentifierKind.FORUM_ACCOUNT, "../admin"),
    (IdentifierKind.FORUM_ACCOUNT, "is ann pregnant now"),
    (IdentifierKind.WIKI_ACCOUNT, "Mei, is she gay & pregnant"),
    (IdentifierKind.WIKI_ACCOUNT, "Mei, Lin"),
    (IdentifierKind.WEBSITE, "file:///etc/passwd"),
    (IdentifierKind.WEBSITE, "https://user:secret@x.example/"),
    (IdentifierKind.WEBSITE, "https://x.example/search?q=Dana+pregnant"),
    (IdentifierKind.FEED, "https://news.example/rss?q=dana%20cancer"),
    (IdentifierKind.FEED, "https://x.example/ y"),
    (IdentifierKind.FEED, "https://[::1/"),
)


def _candidate(name: str = "Ottoline Quarrelworth", town: str = "Riverton", *identifiers: Identifier) -> Candidate:
    return Candidate(full_name=name, town=town, identifiers=identifiers)


@pytest.mark.parametrize("name", NAMES)
def test_whoever_has_a_name_can_be_enrolled_under_it(name: str) -> None:
    check_disclosed(_candidate(name))


@pytest.mark.parametrize("name", [*NO_NAMES, *ASKING])
def test_a_name_that_is_a_query_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(VettingError) as refusal:
        check_disclosed(_candidate(name))
    assert refusal.value.exit_code is ExitCode.BAD_INPUT
    assert name not in str(refusal.value)


@pytest.mark.parametrize(
    "town",
    [
        "Riverton",
        "Winchester-on-the-Severn",
        "St. Mary's",
        "Moscow",
        "Ward 4",
        "White Plains",
        "Mashpee",
        "Union",
        "Indian Orchard",
        "Old Orchard Beach",
        "New Union",
        "Lame Deer",
    ],
)
def test_a_town_is_a_town(town: str) -> None:
    check_disclosed(_candidate(town=town))


@pytest.mark.parametrize(
    "town",
    [
        "Riverton pregnant",
        'Riverton" "cancer',
        "Riverton disability",
        "Riverton Mosque",
        "Salem Jewish",
        "Indian orchard",
        "site:x.example",
    ],
)
def test_a_town_that_asks_is_refused(town: str) -> None:
    with pytest.raises(VettingError):
        check_disclosed(_candidate(town=town))


@pytest.mark.parametrize("names", ["first_names", "last_names", "ambiguous_names", "ambiguous_last_names"])
def test_no_name_of_the_census_is_refused(names: str) -> None:
    for name in word_list(names):
        lint_name(f"{name.title()} {name.title()}")


def test_no_city_of_the_lists_is_refused() -> None:
    cities = (spelling for spelling, term in read(FOLDER / "place.txt") if not term.ambiguous)
    refused = {city for city in cities if not _accepted(city.title())}
    assert refused == {"section 8 housing", "section 8 housings"}


def _accepted(town: str) -> bool:
    try:
        lint_name(town, place=True)
    except VettingError:
        return False
    return True


def test_a_real_name_that_the_lists_lack_is_accepted_where_the_department_says_so() -> None:
    with pytest.raises(VettingError):
        check_disclosed(_candidate("Dana Cancer"))
    check_disclosed(_candidate("Dana Cancer"), accepted_names=("Cancer",))


@pytest.mark.parametrize(("kind", "value"), IDENTIFIERS)
def test_an_account_is_searched_for_as_it_was_disclosed(kind: IdentifierKind, value: str) -> None:
    check_disclosed(_candidate("Ottoline Quarrelworth", "Riverton", Identifier(kind=kind, value=value)))


@pytest.mark.parametrize(("kind", "value"), NO_IDENTIFIERS)
def test_an_identifier_that_is_more_than_one_is_refused(kind: IdentifierKind, value: str) -> None:
    with pytest.raises(VettingError) as refusal:
        check_disclosed(_candidate("Ottoline Quarrelworth", "Riverton", Identifier(kind=kind, value=value)))
    assert refusal.value.code == "identifier_malformed"


_NAMES = iter(f"Ottoline {chr(ord('A') + n)}" for n in range(26))


def _of(kind: IdentifierKind, value: str) -> Candidate:
    """Somebody with a name of their own and one account."""
    return _candidate(next(_NAMES), "Riverton", Identifier(kind=kind, value=value))


MAIL = Identifier(kind=IdentifierKind.EMAIL, value="otto@mail.example")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (_candidate(), _candidate("OTTOLINE  QUARRELWORTH", "riverton"), True),
        (_candidate("J.R. Quarrelworth"), _candidate("J. R. Quarrelworth"), True),
        (_candidate("Ottoline Q", "Elsewhere", MAIL), _candidate("O. Quarrelworth", "Riverton", MAIL), True),
        (_candidate("José Núñez"), _candidate("Jose Nunez"), True),
        (_candidate("Mary-Ann O'Shea"), _candidate("O\u2019Shea, Mary Ann"), True),
        (_candidate(town="Riverton"), _candidate(town="Riverton, Massachusetts"), True),
        (_of(IdentifierKind.WEBSITE, "https://Otto.example/"), _of(IdentifierKind.WEBSITE, "otto.example"), True),
        (_of(IdentifierKind.WIKI_ACCOUNT, "Otto_Q"), _of(IdentifierKind.WIKI_ACCOUNT, "User:Otto Q"), True),
        (_of(IdentifierKind.ATPROTO_HANDLE, "@otto.example"), _of(IdentifierKind.ATPROTO_HANDLE, "Otto.Example"), True),
        (_of(IdentifierKind.FORUM_ACCOUNT, "otto"), _of(IdentifierKind.WIKI_ACCOUNT, "otto"), False),
        (_candidate(), _candidate(town="Elsewhere"), False),
        (_candidate(), _candidate("Ottoline P. Quarrelworth"), False),
    ],
)
def test_one_person_is_known_by_name_and_town_or_by_an_account(one: Candidate, other: Candidate, *, same: bool) -> None:
    assert same_candidate(one, other) is same


def test_one_account_in_two_spellings_is_not_searched_twice() -> None:
    handles = (Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value=v) for v in ("@mei.example", "mei.example"))
    with pytest.raises(VettingError) as refusal:
        check_disclosed(_candidate("Mei Q", "Riverton", *handles))
    assert refusal.value.code == "identifier_twice"
