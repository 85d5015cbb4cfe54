"""What a hit says for and against being the candidate's, and what it does not say."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.casework.identifying import made_of_name, signals_of
from vetting.casework.places import Residence, residence
from vetting.evidence import Engagement, Hit, Profile, ProfileLink, RawText
from vetting.protocol import Step, Technique
from vetting.search import Search
from vetting.signals import Signal

S, K = Signal, IdentifierKind
ADA = Candidate(
    full_name="Ada Quellington",
    town="Riverton, Massachusetts",
    other_names=("Ada Marlowe",),
    identifiers=(
        Identifier(kind=K.HANDLE, value="bluefinch77"),
        Identifier(kind=K.FORUM_ACCOUNT, value="fernwright"),
        Identifier(kind=K.EMAIL, value="Ada@Mail.example"),
        Identifier(kind=K.WEBSITE, value="https://www.ada.example/home/"),
    ),
)


def search(anchor: IdentifierKind = K.FORUM_ACCOUNT, source: str = "forum", ordinal: int = 1) -> Search:
    step = Step(
        id="step",
        title="A step",
        source=source,
        technique=Technique.PUBLIC_PAGE,
        anchor=anchor,
        query="{anchor}",
        max_pages=1,
        max_items=1,
        attempts=1,
    )
    return Search(key="step.1", step=step, ordinal=ordinal, query="anything")


def profile(
    handle: str = "x9", name: str = "", place: str = "", *, links: Sequence[ProfileLink] = (), **more: object
) -> Profile:
    emails = more.get("emails", ())
    assert isinstance(emails, tuple)
    return Profile(
        handle=RawText(handle),
        name=RawText(name),
        place=RawText(place),
        links=tuple(links),
        emails=tuple(RawText(email) for email in emails),
        confirmed=bool(more.get("confirmed")),
    )


def hit(text: str = "", author: str = "", of: Profile | None = None, platform: str = "profile") -> Hit:
    return Hit(
        capture_id="K-1",
        text=RawText(text),
        locator=RawText("https://site.example/u/x9"),
        author=RawText(author),
        posted_at=None,
        engagement=Engagement.AUTHORED,
        profile=of,
        platform=platform,
    )


WEB = search(K.FULL_NAME, "metasearch")
ELSEWHERE = search(K.HANDLE, "site_profile")


def link(url: str, *, verified: bool = False) -> ProfileLink:
    return ProfileLink(url=RawText(url), verified=verified)


def test_an_account_the_candidate_disclosed_is_strong_and_confirmed_names_make_it_mutual() -> None:
    assert signals_of(hit(), search(), ADA) == (S.DISCLOSED_ACCOUNT,)
    confirmed = hit(of=profile("fernwright", confirmed=True))
    assert signals_of(confirmed, search(), ADA) == (S.DISCLOSED_ACCOUNT, S.RECIPROCAL_LINK)


def test_names_that_confirm_each_other_on_an_account_nobody_disclosed_say_nothing() -> None:
    assert signals_of(hit(of=profile("x9", confirmed=True)), WEB, ADA) == ()


def test_a_page_that_a_search_service_found_for_a_disclosed_account_is_not_that_account() -> None:
    assert signals_of(hit(), search(K.FORUM_ACCOUNT, "metasearch"), ADA) == ()


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://ada.example/home/notes/1", True),
        ("https://ada.example/", False),
        ("https://ada.example.org/home", False),
    ],
)
def test_a_page_of_a_disclosed_site_is_disclosed_however_it_was_found(url: str, own: bool) -> None:
    page = replace(hit(), locator=RawText(url))
    assert (signals_of(page, WEB, ADA) == (S.DISCLOSED_ACCOUNT,)) is own
    assert (signals_of(page, None, ADA) == (S.DISCLOSED_ACCOUNT,)) is own


def test_a_handle_for_many_sites_may_be_somebody_elses_on_each_of_them() -> None:
    assert signals_of(hit(author="@BlueFinch77"), ELSEWHERE, ADA) == (S.SAME_HANDLE,)
    assert signals_of(hit(author="bluefinch7"), ELSEWHERE, ADA) == ()


@pytest.mark.parametrize("handle", ["ada.quellington", "QuellingtonA", "adamarlowe1990"])
def test_a_handle_made_of_the_name_says_no_more_than_the_name(handle: str) -> None:
    namesake = Candidate(
        full_name=ADA.full_name,
        town=ADA.town,
        other_names=ADA.other_names,
        identifiers=(Identifier(kind=K.HANDLE, value=handle),),
    )
    for text in ("", f"There is no {handle} here, @{handle}"):
        shown = hit(text, handle, profile(handle, f"{handle.title()} on Site"))
        assert signals_of(shown, ELSEWHERE, namesake) == (S.HANDLE_FROM_NAME,)


@pytest.mark.parametrize(
    ("name", "handle", "made"),
    [
        ("An Li", "anli", True),
        ("An Li", "a.li_88", True),
        ("Jo Ng", "jng7", True),
        ("An Li", "lively", False),
        ("Jo Ng", "longwing", False),
        ("\u738b\u660e", "\u738b\u660e99", True),
    ],
)
def test_a_short_name_makes_a_handle_as_a_long_one_does(name: str, handle: str, made: bool) -> None:
    somebody = Candidate(full_name=name, town="Riverton", identifiers=())
    assert made_of_name(handle, somebody) is made


@pytest.mark.parametrize(
    "shown", ["Ada Quellington", "QUELLINGTON, Ada", "Ada M. Quellington", "Ada Marlowe", "Áda  Quéllington"]
)
def test_any_of_the_candidates_names_in_a_profile_is_the_same_signal(shown: str) -> None:
    assert signals_of(hit(of=profile(name=shown)), WEB, ADA) == (S.SAME_NAME,)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("written by Ada Quellington yesterday", True),
        ("Quellington Ada, third", True),
        ("Ada B. Quellington", True),
        ("Ada went with Bert Quellington", False),
        ("Adam Quellington", False),
        ("quellington", False),
    ],
)
def test_a_name_in_a_text_stands_together(text: str, there: bool) -> None:
    assert (S.SAME_NAME in signals_of(hit(text, platform="web_page"), WEB, ADA)) is there


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Riverton", Residence.SAME),
        ("riverton, MA", Residence.SAME),
        ("Riverton, Massachusetts, USA", Residence.SAME),
        ("Riverton, Utah", Residence.OTHER),
        ("Boston", Residence.OTHER),
        ("Boston, near Riverton", Residence.UNSAID),
        ("Massachusetts", Residence.UNSAID),
        ("New York", Residence.UNSAID),
        ("my hometown", Residence.UNSAID),
        ("hometown", Residence.UNSAID),
        ("the moon", Residence.UNSAID),
        ("", Residence.UNSAID),
    ],
)
def test_a_stated_place_is_the_town_another_town_or_in_doubt_nothing(place: str, said: Residence) -> None:
    assert residence(place, ADA.town) is said


def test_a_town_counts_where_somebody_says_they_live_and_not_where_they_write_about_it() -> None:
    assert signals_of(hit(of=profile(place="Riverton, MA")), WEB, ADA) == (S.SAME_TOWN,)
    assert signals_of(hit(of=profile(place="Boston")), WEB, ADA) == (S.DIFFERENT_TOWN,)
    assert signals_of(hit("Lives in Riverton."), WEB, ADA) == (S.SAME_TOWN,)
    assert signals_of(hit("Traffic in Riverton!", platform="social_post"), WEB, ADA) == ()
    assert signals_of(hit("Rivertonians"), WEB, ADA) == ()


def test_an_address_the_account_gives_is_strong_and_one_in_the_words_is_weak() -> None:
    given_ = hit("mail ada@mail.example", of=profile(emails=("ADA@mail.example",)))
    assert signals_of(given_, WEB, ADA) == (S.SAME_EMAIL,)
    assert signals_of(hit("Ask ada@mail.example."), WEB, ADA) == (S.EMAIL_IN_TEXT,)
    assert signals_of(hit("nada@mail.example, ada@mail.example.org"), WEB, ADA) == ()


def test_a_link_to_a_disclosed_site_identifies_only_where_the_service_saw_it_answered() -> None:
    assert signals_of(hit(of=profile(links=[link("http://ada.example/home/me")])), WEB, ADA) == (S.LINKS_TO_DISCLOSED,)
    assert signals_of(hit(of=profile(links=[link("https://ada.example/home", verified=True)])), WEB, ADA) == (
        S.RECIPROCAL_LINK,
    )


@pytest.mark.parametrize(
    "url", ["https://ada.example/homework", "https://ada.example/", "https://x.ada.example/home", "https://[", "ada"]
)
def test_an_address_beside_the_disclosed_site_is_another_site(url: str) -> None:
    assert signals_of(hit(of=profile(links=[link(url, verified=True)])), WEB, ADA) == ()


def test_another_persons_name_on_a_disclosed_account_speaks_against_it() -> None:
    shown = hit(author="fernwright", of=profile("fernwright", name="Robert Kingsley"))
    assert signals_of(shown, search(), ADA) == (S.DISCLOSED_ACCOUNT, S.DIFFERENT_PERSON_SHOWN)
    squatter = hit(of=profile("bluefinch77", name="Robert Kingsley | Notes"))
    assert signals_of(squatter, ELSEWHERE, ADA) == (S.SAME_HANDLE, S.DIFFERENT_PERSON_SHOWN)


@pytest.mark.parametrize(
    "name", ["Ada Smith", "Adaline K.", "Blue Heron", "User profile", "fernwright", "Robert", "Fern Wright", ""]
)
def test_a_nickname_a_title_or_a_name_in_common_does_not_speak_against_it(name: str) -> None:
    shown = hit(of=profile("fernwright", name=name))
    assert S.DIFFERENT_PERSON_SHOWN not in signals_of(shown, search(), ADA)


def test_another_name_on_an_account_that_nobody_disclosed_is_no_evidence() -> None:
    assert signals_of(hit(of=profile("x9", name="Robert Kingsley")), WEB, ADA) == ()


def test_an_import_is_compared_by_its_words_alone() -> None:
    found = signals_of(hit("Ada Quellington, Riverton", platform="imported"), None, ADA)
    assert found == (S.SAME_TOWN, S.SAME_NAME)


@given(text=st.text(), name=st.text(), place=st.text(), url=st.text(), author=st.text())
def test_no_words_of_the_internet_stop_the_comparison(text: str, name: str, place: str, url: str, author: str) -> None:
    found = signals_of(hit(text, author, profile(author, name, place, links=[link(url)])), ELSEWHERE, ADA)
    assert all(signal in Signal for signal in found)
