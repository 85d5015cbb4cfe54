"""A disclosed handle on one site of the list: believed only where the site tells a known account from nobody."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.registry import build_sources
from vetting.sources.site_list import REFUSED_WORDS, Category, checked_sites
from vetting.sources.site_profiles import SiteProfiles, build, control_name

CONFIG = Path(__file__).parents[2] / "config"
A_SITE = {
    "id": "a_site",
    "name": "A Site",
    "category": "crafts",
    "profile": "http://site.example/@{account}",
    "exists": {"status": 200, "text": "Makes by {account}"},
    "missing": {"status": 404},
    "known": "staff",
    "reviewed_on": "2026-01-02",
}
SOFT = {**A_SITE, "missing": {"status": 200, "text": "No such person"}}


def _source(**changes: object) -> SiteProfiles:
    return build(AGENT, {"sites": [{**A_SITE, **changes}]})


def _profile(account: str, *more: str) -> str:
    return (
        f"<html><head><title>{account} makes</title></head><body><p>Makes by {account}</p>{''.join(more)}</body></html>"
    )


def _staffed(site: Site) -> None:
    site.answer("/@staff", _profile("staff"))


def _asked(site: Site) -> list[str]:
    return [path for path in site.paths() if path != "/robots.txt"]


def _said(run: Runner, source: SiteProfiles, query: str = "a_site:jroe") -> tuple[Outcome, str]:
    done = run(source, query)
    assert bool(done.hits) is (done.result.outcome is Outcome.COMPLETED)
    return done.result.outcome, done.result.reason


def test_a_profile_that_exists_is_one_hit_with_the_links_it_calls_its_own(site: Site, run: Runner) -> None:
    _staffed(site)
    links = (
        '<a rel="nofollow me noopener" href="/about">a</a><a rel=me href="https://jane.example/">b</a>'
        '<a rel="me" href="javascript:x">c</a><a rel="friend" href="http://other.example/">d</a>'
        '<link rel="me" href="https://jane.example/"><a rel=me href="http://u:p@jane.example/">e</a>'
    )
    site.answer("/@jroe", _profile("jroe", "<p>I race at night.</p>", links))
    done = run(_source(), "a_site:@jroe")
    (hit,) = done.hits
    assert done.result.reason == "found"
    assert "I race at night." in hit.text.reveal()
    assert (hit.platform, hit.engagement, hit.author.reveal()) == ("profile", Engagement.AUTHORED, "jroe")
    assert hit.locator.reveal() == "http://site.example/@jroe"
    assert hit.profile is not None
    assert hit.profile.handle.reveal() == "jroe"
    assert [link.url.reveal() for link in hit.profile.links] == ["http://site.example/about", "https://jane.example/"]
    assert not any(link.verified for link in hit.profile.links)
    assert not hit.profile.confirmed
    assert hit.capture_id == done.captures[-1].id


def test_a_handle_that_is_missing_where_the_site_tells_accounts_apart_is_no_account(site: Site, run: Runner) -> None:
    _staffed(site)
    assert _said(run, _source()) == (Outcome.NO_RESULTS, "account_not_found")


def test_three_pages_are_asked_for_and_two_candidates_differ_in_the_last_only(site: Site, run: Runner) -> None:
    _staffed(site)
    source = _source()
    run(source, "a_site:jroe")
    run(source, "a_site:other.name")
    control = control_name(source.sites["a_site"])
    assert _asked(site) == ["/@staff", f"/@{control}", "/@jroe", "/@staff", f"/@{control}", "/@other.name"]
    assert len(control) == 12


def test_the_name_that_nobody_has_is_another_on_each_site_and_after_each_review() -> None:
    names = {
        control_name(next(iter(_source(**changes).sites.values())))
        for changes in ({}, {"id": "b_site"}, {"reviewed_on": "2026-01-03"}, {"reviewed_on": None})
    }
    assert len(names) == 4


def test_a_site_that_does_not_know_its_own_account_is_inconclusive(site: Site, run: Runner) -> None:
    site.answer("/@jroe", _profile("jroe"))
    assert _said(run, _source()) == (Outcome.UNAVAILABLE, "inconclusive")
    assert len(_asked(site)) == 1


def test_a_soft_404_that_greets_everybody_is_inconclusive(site: Site, run: Runner) -> None:
    source = _source()
    for account in ("staff", control_name(source.sites["a_site"]), "jroe"):
        site.answer(f"/@{account}", _profile(account))
    assert _said(run, source) == (Outcome.UNAVAILABLE, "inconclusive")
    assert len(_asked(site)) == 2


def test_a_site_that_answers_200_for_everything_is_told_by_its_words(site: Site, run: Runner) -> None:
    _staffed(site)
    site.answer("", "<p>No such person")
    source = build(AGENT, {"sites": [SOFT]})
    assert _said(run, source) == (Outcome.NO_RESULTS, "account_not_found")
    site.answer("/@jroe", _profile("jroe"))
    assert _said(run, source) == (Outcome.COMPLETED, "found")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<p>Something else"),
        (410, "<p>Gone"),
        (400, "<p>Bad"),
        (200, "<p>Makes by somebody else"),
        (204, ""),
    ],
)
def test_a_page_that_meets_neither_rule_is_inconclusive(site: Site, run: Runner, status: int, body: str) -> None:
    _staffed(site)
    site.answer("/@jroe", body, status=status)
    assert _said(run, _source()) == (Outcome.UNAVAILABLE, "inconclusive")


def test_a_handle_that_sites_use_for_their_own_pages_is_inconclusive(site: Site, run: Runner) -> None:
    site.answer("", _profile("about"))
    assert _said(run, _source(), "a_site:About") == (Outcome.UNAVAILABLE, "inconclusive")
    assert site.asked == []


def test_a_page_that_meets_both_rules_is_inconclusive(site: Site, run: Runner) -> None:
    _staffed(site)
    site.answer("", "<p>No such person")
    site.answer("/@jroe", _profile("jroe", "No such person"))
    assert _said(run, build(AGENT, {"sites": [SOFT]})) == (Outcome.UNAVAILABLE, "inconclusive")


@pytest.mark.parametrize(
    ("status", "body", "outcome", "reason"),
    [
        (403, "<p>no", Outcome.BLOCKED, "http_403"),
        (429, "", Outcome.BLOCKED, "http_429"),
        (202, _profile("jroe"), Outcome.BLOCKED, "challenge_page"),
        (503, "<p>later", Outcome.UNAVAILABLE, "http_5xx"),
        (503, "<title>Just a moment...</title><p>Checking your browser before", Outcome.BLOCKED, "challenge_page"),
        (404, "<title>Are you human?</title>", Outcome.BLOCKED, "challenge_page"),
        (200, "<title>Log in</title><form><input type=password></form>", Outcome.BLOCKED, "login_page"),
    ],
)
@pytest.mark.parametrize("whose", ["staff", "jroe"])
def test_a_refusal_is_never_an_answer_about_an_account(
    site: Site, run: Runner, whose: str, status: int, body: str, outcome: Outcome, reason: str
) -> None:
    _staffed(site)
    site.answer(f"/@{whose}", body, status=status)
    assert _said(run, _source()) == (outcome, reason)


def test_a_profile_without_readable_words_is_found_all_the_same(site: Site, run: Runner) -> None:
    _staffed(site)
    site.answer("/@jroe", "<html><head><title>jroe</title><script>let by = 'Makes by jroe'</script></head></html>")
    assert [hit.text.reveal() for hit in run(_source(), "a_site:jroe").hits] == ["jroe"]


@pytest.mark.parametrize(
    "query", ["", "jroe", "a_site:", "other:jroe", "a_site:j/../x", "a_site:..", "a_site:" + "x" * 50]
)
def test_what_is_no_handle_on_a_listed_site_touches_no_network(site: Site, run: Runner, query: str) -> None:
    assert _said(run, _source(), query) == (Outcome.UNAVAILABLE, "anchor_unusable")
    assert site.asked == []


def test_the_recording_gives_the_same_again(site: Site, run: Runner) -> None:
    _staffed(site)
    site.answer("/@jroe", _profile("jroe"))
    first = run(_source(), "a_site:jroe")
    again = run.again(first, _source(), "a_site:jroe")
    assert again.result.reason == "found"
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]


# ------------------------------------------------------------------------------------------------------- the list


def _list() -> tuple[Mapping[str, object], ...]:
    return tuple(tomllib.loads((CONFIG / "sites.toml").read_text(encoding="utf-8"))["sites"])


def test_the_house_s_own_list_has_twenty_to_forty_sites_of_every_category() -> None:
    sites = checked_sites({"sites": _list()})
    assert 20 <= len(sites) <= 40
    assert {site.category for site in sites.values()} == set(Category)
    assert len({site.profile for site in sites.values()}) == len(sites)
    assert all(site.profile.startswith("https://") for site in sites.values())


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("Meet Singles", "meet.example"), ("A Site", "www.grindr.test"), ("A Site", "okcupid.test"),
        ("A Site", "some-porn.test"), ("Only Fans", "a.test"), ("Sex Forum", "a.test"), ("A Site", "fetlife.test"),
        ("Town Democrats", "a.test"), ("A Site", "gop.test"), ("A Site", "truthsocial.test"), ("Vote Now", "a.test"),
        ("Patients Together", "a.test"), ("A Site", "soberlife.test"), ("A Site", "hiv.test"),
        ("Diabetes Talk", "a.test"), ("A Site", "sexforum.test"),
        ("First Church", "a.test"), ("A Site", "muslimforum.test"), ("A Site", "bible-study.test"),
        ("Jewish Life", "a.test"),
        ("A Site", "gaytown.test"), ("Veterans Online", "a.test"),
    ],
)  # fmt: skip
def test_a_site_that_would_tell_a_class_is_refused_whatever_category_it_claims(name: str, host: str) -> None:
    site = {**A_SITE, "name": name, "profile": f"https://{host}/{{account}}"}
    for category in Category:
        with pytest.raises(VettingError) as refusal:
            checked_sites({"sites": [*_list(), {**site, "category": category.value}]})
        assert (refusal.value.code, refusal.value.exit_code) == ("site_refused", ExitCode.REFUSED)


@pytest.mark.parametrize("kind", REFUSED_WORDS)
def test_each_refused_word_refuses_a_site(kind: str) -> None:
    for word in REFUSED_WORDS[kind]:
        host = word if "." in word else f"{word}.test"
        with pytest.raises(VettingError, match="protected class"):
            checked_sites({"sites": [{**A_SITE, "profile": f"https://{host}/{{account}}"}]})


@pytest.mark.parametrize(
    "change",
    [
        {"category": "dating"}, {"category": "adult"}, {"category": "political"}, {"category": "health"},
        {"category": "religious"}, {"profile": "https://{account}.example/"}, {"profile": "https://a.example/"},
        {"profile": "https://a.example/{account}/{account}"}, {"profile": "ftp://a.example/{account}"},
        {"profile": "https://u:p@a.example/{account}"}, {"profile": "https:///{account}"},
        {"exists": {"status": 200}}, {"exists": {"status": 404, "text": "x"}}, {"missing": {"status": 403}},
        {"missing": {"status": 200}}, {"known": ""}, {"reviewed_on": "soon"}, {"id": "A Site"}, {"password": "x"},
    ],
)  # fmt: skip
def test_a_rule_that_could_not_tell_or_a_closed_category_is_refused_and_the_place_named(
    tmp_path: Path, change: dict[str, object]
) -> None:
    (tmp_path / "sources.toml").write_text(
        '[identity]\ndepartment = "A Department"\ncontact = "desk@riverton.example"\n[site_profile]\n', encoding="utf-8"
    )
    fields = {name: value for name, value in {**A_SITE, **change}.items() if value is not None}
    (tmp_path / "sites.toml").write_text("[[sites]]\n" + "".join(map(_line, fields.items())), encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        build_sources(tmp_path / "sources.toml")
    assert refusal.value.code == "sources_file"
    assert "site_profile.sites.0" in refusal.value.sentence


def _line(field: tuple[str, object]) -> str:
    name, value = field
    if isinstance(value, dict):
        return f"{name} = {{ " + ", ".join(f"{key} = {value[key]!r}" for key in value) + " }\n"
    return f"{name} = {value!r}\n"


def test_an_id_used_twice_and_a_missing_list_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VettingError, match="twice"):
        checked_sites({"sites": [A_SITE, A_SITE]})
    text = '[identity]\ndepartment = "A Department"\ncontact = "desk@riverton.example"\n[site_profile]\n'
    (tmp_path / "sources.toml").write_text(text, encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        build_sources(tmp_path / "sources.toml")
    assert refusal.value.code == "file_missing"
    assert "sites.toml" in refusal.value.sentence
