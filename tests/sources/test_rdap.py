"""The registration of a disclosed domain: asked of its own registry, and redacted words are no name."""

import json

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.rdap import Rdap, build

EVENTS = [
    {"eventAction": "registration", "eventDate": "2014-06-28T18:28:14Z"},
    {"eventAction": "expiration", "eventDate": "2027-06-28T18:28:14Z"},
]
OWNER = (
    ("fn", "Jane Roe"),
    ("adr", ["", "", "1 Elm St", "Riverton", "MA", "01001", "US"]),
    ("email", "jane@jane.example"),
)
SERVERS = ["http://search.example/rdap/"]


@pytest.fixture
def source() -> Rdap:
    return build(AGENT, {"bootstrap": "http://other.example/dns.json"})


def _bootstrap(site: Site, *services: object) -> None:
    listed = services or ([["test"], ["http://nowhere.example/"]], [["example", "co.test"], SERVERS])
    site.answer("/dns.json", json.dumps({"version": "1.0", "services": listed}), kind="application/json")


def _entity(*properties: tuple[str, object], role: str = "registrant") -> dict[str, object]:
    card = ["vcard", [["version", {}, "text", "4.0"], *([name, {}, "text", value] for name, value in properties)]]
    return {"objectClassName": "entity", "roles": [role], "vcardArray": card}


def _domain(site: Site, name: str = "jane.example", path: str = "/rdap/domain/", **more: object) -> None:
    document = {"objectClassName": "domain", "ldhName": name.upper(), "events": EVENTS, "status": ["active"], **more}
    site.answer(f"{path}{name}", json.dumps(document), kind="application/rdap+json")


def test_a_registration_is_one_hit_with_its_registrant(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site)
    _domain(site, entities=[_entity(("fn", "A Registrar"), role="registrar"), _entity(*OWNER)])
    done = run(source, "Jane.Example")
    (hit,) = done.hits
    assert done.result.reason == "found"
    assert hit.text.reveal().splitlines() == [
        "Domain: jane.example",
        "registration: 2014-06-28T18:28:14Z",
        "expiration: 2027-06-28T18:28:14Z",
        "status: active",
        "registrant: Jane Roe",
        "place: Riverton, MA, US",
        "e-mail: jane@jane.example",
    ]
    assert (hit.platform, hit.engagement) == ("registration", Engagement.ABOUT_SUBJECT)
    assert hit.posted_at is not None
    assert hit.posted_at.isoformat() == "2014-06-28T18:28:14+00:00"
    assert hit.profile is not None
    assert (hit.profile.handle.reveal(), hit.profile.name.reveal()) == ("jane.example", "Jane Roe")
    assert [email.reveal() for email in hit.profile.emails] == ["jane@jane.example"]
    assert not hit.profile.confirmed


@pytest.mark.parametrize(
    "name",
    ["REDACTED FOR PRIVACY", "Data Protected", "Domains By Proxy, LLC", "Whois Privacy Service", "", "GDPR Masked"],
)
def test_redacted_words_are_no_registrant(site: Site, run: Runner, source: Rdap, name: str) -> None:
    _bootstrap(site)
    hidden = _entity(("fn", name), ("email", "Please query the RDDS service"), ("adr", ["", "", "", name, "", "", ""]))
    _domain(site, entities=[hidden])
    (hit,) = run(source, "jane.example").hits
    assert "registrant" not in hit.text.reveal()
    assert hit.profile is not None
    assert (len(hit.profile.name), len(hit.profile.place), hit.profile.emails) == (0, 0, ())


def test_the_registrar_is_asked_where_the_registry_keeps_no_registrant(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site)
    link = {"rel": "related", "type": "application/rdap+json", "href": "http://site.example/r/domain/jane.example"}
    _domain(site, links=[link])
    _domain(site, path="/r/domain/", entities=[_entity(*OWNER)])
    done = run(source, "jane.example", pages=2)
    assert "registrant: Jane Roe" in done.hits[0].text.reveal()
    assert (done.result.reason, len(done.captures)) == ("found", 3)
    assert len(run(source, "jane.example", pages=1).captures) == 2, "one page is the registry's"


def test_a_registrar_that_does_not_answer_leaves_the_registry_s_facts(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site)
    link = {"rel": "related", "type": "application/rdap+json", "href": "http://site.example/gone"}
    _domain(site, links=[link])
    done = run(source, "jane.example")
    assert (done.result.reason, len(done.hits)) == ("partly_read", 1)


def test_a_domain_that_its_registry_does_not_know_is_no_account(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site)
    for domain in ("jane.example", "www.jane.example", "jane.co.test"):
        done = run(source, domain)
        assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, "account_not_found")
    assert site.paths()[1::2] == ["/rdap/domain/jane.example", "/rdap/domain/jane.example", "/rdap/domain/jane.co.test"]


def test_a_name_below_a_domain_that_is_not_known_says_nothing(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site)
    done = run(source, "blog.jane.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "inconclusive")


def test_a_zone_without_a_public_registry_is_blocked(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site)
    done = run(source, "jane.invalid")
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, "not_publicly_available")
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"services": []}', '{"services": 1}', '{"services": [[1, 2]]}', "<p>"]
)
def test_a_list_of_registries_of_another_shape_is_unreadable(site: Site, run: Runner, source: Rdap, body: str) -> None:
    site.answer("/dns.json", body, kind="application/json")
    done = run(source, "jane.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "unreadable_answer")


def test_a_list_of_registries_that_is_not_there_is_unavailable(site: Site, run: Runner, source: Rdap) -> None:
    assert run(source, "jane.example").result.outcome is Outcome.UNAVAILABLE
    assert len(site.asked) == 1


def test_a_registry_is_asked_by_tls_where_it_offers_both(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site, [["example"], ["http://search.example/rdap/", "https://nowhere.example/"]])
    done = run(source, "jane.example")
    assert done.result.outcome is Outcome.UNAVAILABLE
    assert b"https://nowhere.example/domain/jane.example" in done.captures[-1].warc


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"objectClassName": "entity"}', '{"objectClassName": "domain", "ldhName": "other.example"}',
     '{"objectClassName": "domain", "events": 1}', '{"errorCode": 404}'],
)  # fmt: skip
def test_an_answer_about_anything_else_is_unreadable(site: Site, run: Runner, source: Rdap, body: str) -> None:
    _bootstrap(site)
    site.answer("/rdap/domain/jane.example", body, kind="application/rdap+json")
    assert run(source, "jane.example").result.reason == "unreadable_answer"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, Outcome.UNAVAILABLE), (403, Outcome.BLOCKED), (410, Outcome.UNAVAILABLE), (429, Outcome.BLOCKED),
     (500, Outcome.UNAVAILABLE), (501, Outcome.UNAVAILABLE)],
)  # fmt: skip
def test_a_refusal_or_failure_is_never_an_unregistered_domain(
    site: Site, run: Runner, source: Rdap, status: int, outcome: Outcome
) -> None:
    _bootstrap(site)
    site.answer("/rdap/domain/jane.example", "{}", status=status, kind="application/rdap+json")
    assert run(source, "jane.example").result.outcome is outcome


@pytest.mark.parametrize(
    "domain",
    ["", "jane", "jane.example/x", "jane.example:80", "u@jane.example", "a b.example", ".example", "a..example"],
)
def test_what_is_no_domain_touches_no_network(site: Site, run: Runner, source: Rdap, domain: str) -> None:
    assert run(source, domain).result.reason == "anchor_unusable"
    assert site.asked == []


def test_a_domain_in_other_letters_is_asked_for_as_the_dns_spells_it(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site)
    run(source, "b\u00fccher.example")
    assert site.paths()[-1] == "/rdap/domain/xn--bcher-kva.example"


def test_the_recording_gives_the_same_again(site: Site, run: Runner, source: Rdap) -> None:
    _bootstrap(site)
    _domain(site, entities=[_entity(*OWNER)])
    first = run(source, "jane.example")
    again = run.again(first, source, "jane.example")
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]
