"""Every planned search ends with exactly one outcome, whatever the internet does; only failures are tried again."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.loopback import AGENT, HOST, NOW, Runner, Site, planned
from vetting.evidence import Engagement, Hit, RawText
from vetting.protocol import Technique
from vetting.search import Outcome, Search
from vetting.sources.activitypub import build as build_activitypub
from vetting.sources.atproto import build as build_atproto
from vetting.sources.brave import Brave, BraveSettings
from vetting.sources.courtlistener import CourtListener, CourtListenerSettings
from vetting.sources.feed import build as build_feed
from vetting.sources.forum import build as build_forum
from vetting.sources.github import build as build_github
from vetting.sources.interface import Answer, NotSearchedError, Reason, Source, answered
from vetting.sources.internet import ApiKey, Internet
from vetting.sources.mediawiki import build as build_mediawiki
from vetting.sources.metasearch import build as build_metasearch
from vetting.sources.rdap import build as build_rdap
from vetting.sources.refusals import retry_after
from vetting.sources.site_profiles import build as build_site_profiles
from vetting.sources.web_archive import build as build_web_archive

URL = f"http://{HOST}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePage:
    """A source that reads one page: the smallest there is."""

    user_agent: str = AGENT
    name: str = "one_page"
    technique: Technique = Technique.PUBLIC_PAGE

    def search(self, search: Search, internet: Internet) -> Answer:
        response = internet.get(URL, params={"q": search.query})
        return answered([_hit(response.capture_id)] if response.body else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Raising:
    """A source with a defect: its error quotes what it read."""

    error: Exception
    user_agent: str = AGENT
    name: str = "raising"
    technique: Technique = Technique.PUBLIC_PAGE
    tried: list[int] = field(default_factory=list)

    def search(self, search: Search, internet: Internet) -> Answer:
        del search, internet
        self.tried.append(1)
        raise self.error


def _hit(capture_id: str) -> Hit:
    return Hit(
        capture_id=capture_id,
        text=RawText("words"),
        locator=RawText(URL),
        author=RawText(""),
        posted_at=None,
        engagement=Engagement.UNKNOWN,
        platform="web_page",
    )


def _statuses(site: Site, *statuses: int, wait: str = "") -> None:
    """Answers with these statuses in turn, the last one for ever."""
    left = list(statuses)

    def reply(handler: BaseHTTPRequestHandler) -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        handler.send_response(status)
        if wait:
            handler.send_header("Retry-After", wait)
        handler.send_header("Content-Length", "5")
        handler.end_headers()
        handler.wfile.write(b"words")

    site.routes["/"] = reply


def test_a_search_nobody_disclosed_an_anchor_for_touches_no_network(site: Site, run: Runner) -> None:
    done = run(OnePage(), ordinal=0, attempts=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.NOT_APPLICABLE, "none_disclosed")
    assert (done.result.attempts, done.captures, done.hits, site.asked) == (0, (), (), [])


def test_a_result_counts_what_was_captured_and_found(site: Site, run: Runner) -> None:
    _statuses(site, 200)
    done = run(OnePage())
    assert (done.result.key, done.result.outcome, done.result.reason) == ("step.1", Outcome.COMPLETED, "found")
    assert (done.result.attempts, done.result.hits, done.result.captures) == (1, 1, 1)
    assert done.result.started_at == done.result.ended_at == NOW


def test_an_empty_answer_is_no_results(site: Site, run: Runner) -> None:
    site.answer("/", b"")
    assert run(OnePage()).result.outcome is Outcome.NO_RESULTS


def test_a_failure_is_tried_again_and_every_attempt_is_captured(site: Site, run: Runner) -> None:
    _statuses(site, 503, 500, 200)
    done = run(OnePage(), attempts=3)
    assert (done.result.outcome, done.result.attempts, done.result.captures) == (Outcome.COMPLETED, 3, 3)
    assert run.waited == [1.0, 2.0]


def test_no_more_attempts_are_made_than_the_protocol_allows(site: Site, run: Runner) -> None:
    _statuses(site, 500)
    done = run(OnePage(), attempts=2)
    assert (done.result.outcome, done.result.reason, done.result.attempts) == (Outcome.UNAVAILABLE, "http_5xx", 2)
    assert len(site.asked) == 2


@pytest.mark.parametrize("status", [401, 403, 451])
def test_a_refusal_is_not_asked_again(site: Site, run: Runner, status: int) -> None:
    _statuses(site, status, 200)
    done = run(OnePage(), attempts=5)
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, f"http_{status}")
    assert (len(site.asked), run.waited) == (1, [])


def test_too_many_requests_is_waited_for_as_asked_and_then_blocked(site: Site, run: Runner) -> None:
    _statuses(site, 429, wait="7")
    done = run(OnePage(), attempts=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, "http_429")
    assert run.waited == [7.0, 7.0]
    _statuses(site, 429, 200, wait="7")
    assert run(OnePage(), attempts=3).result.outcome is Outcome.COMPLETED


def test_a_server_that_wants_a_longer_pause_than_we_wait_is_not_asked_again(site: Site, run: Runner) -> None:
    _statuses(site, 429, 200, wait="3600")
    assert run(OnePage(), attempts=3).result.outcome is Outcome.BLOCKED
    assert (len(site.asked), run.waited) == (1, [])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (format_datetime(NOW + timedelta(seconds=90)), 90.0),
        (format_datetime(NOW - timedelta(days=1)), 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
        ("\u0663", 3.0),
    ],
)
def test_the_pause_a_server_asks_for_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW.replace(microsecond=0)) == (
        pytest.approx(seconds, abs=1) if seconds is not None else None
    )


@pytest.mark.parametrize(
    ("remaining", "reset", "seconds"),
    [
        ("0", str(int(NOW.timestamp()) + 90), 90.0),  # GitHub: seconds since 1970
        ("0", "2026-05-04T03:03:31.000000Z", 90.0),  # Mastodon: a date
        ("0", "2026-05-04T03:00:00Z", 0.0),
        ("0", "soon", None),
        ("0", "9" * 12, None),
        ("0", "", None),
        ("7", str(int(NOW.timestamp()) + 90), None),
    ],
)
def test_the_end_of_a_used_up_limit_is_a_pause_too(remaining: str, reset: str, seconds: float | None) -> None:
    headers = {"x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    assert retry_after(headers, NOW.replace(microsecond=0)) == seconds
    assert retry_after({**headers, "retry-after": "7"}, NOW) == 7.0, "what the server asks for goes first"


def test_a_recording_is_not_waited_for(site: Site, run: Runner) -> None:
    _statuses(site, 500)
    first = run(OnePage(), attempts=3)
    run.waited.clear()
    again = run.again(first, OnePage(), attempts=3)
    assert (again.result.outcome, again.result.attempts) == (first.result.outcome, first.result.attempts)
    assert run.waited == []


@pytest.mark.parametrize("error", [ValueError("Jane Roe"), KeyError("Jane Roe"), RecursionError(), UnicodeError()])
def test_a_defect_of_ours_is_unavailable_and_says_nothing_of_what_was_read(run: Runner, error: Exception) -> None:
    source = Raising(error=error)
    done = run(source, attempts=3)
    assert (done.result.outcome, done.result.reason, done.hits) == (Outcome.UNAVAILABLE, "source_defect", ())
    assert len(source.tried) == 1
    assert "Jane" not in repr(done)


@pytest.mark.parametrize("reason", [Reason.FOUND, Reason.PARTLY_READ, Reason.NONE_DISCLOSED])
def test_a_source_cannot_stop_with_success(run: Runner, reason: Reason) -> None:
    assert run(Raising(error=NotSearchedError(reason))).result.reason == "source_defect"


@pytest.mark.parametrize("reason", Reason)
def test_hits_belong_to_a_completed_search_and_to_no_other(reason: Reason) -> None:
    completed = reason.outcome is Outcome.COMPLETED
    with pytest.raises(ValueError, match="completed"):
        Answer(reason=reason, hits=() if completed else (_hit("C-1"),))


KEY = ApiKey(header="X-Token", value="invented")
SITE = {
    "id": "a_site",
    "name": "A Site",
    "category": "forum",
    "profile": URL + "{account}",
    "exists": {"status": 200, "text": "words"},
    "missing": {"status": 404},
    "known": "staff",
    "reviewed_on": "2026-01-02",
}
SOURCES: dict[str, Source] = {
    "metasearch": build_metasearch(AGENT, {"endpoint": URL}),
    "atproto": build_atproto(AGENT, {"resolver": f"http://{HOST}", "plc_directory": f"http://{HOST}"}),
    "fediverse": build_activitypub(AGENT, {}),
    "github": build_github(AGENT, {"api": URL}),
    "mediawiki": build_mediawiki(AGENT, {"api": URL}),
    "web_archive": build_web_archive(AGENT, {"cdx": URL, "memento": URL + "{timestamp}/{url}"}),
    "feed": build_feed(AGENT, {}),
    "forum": build_forum(AGENT, {"profile": URL + "{account}"}),
    "internet_archive": build_web_archive(
        AGENT, {"dialect": "internet_archive", "cdx": URL, "memento": URL + "{timestamp}/{url}"}
    ),
    "brave": Brave(
        user_agent=AGENT, key=KEY, settings=BraveSettings.model_validate({"endpoint": URL, "key_file": "/none"})
    ),
    "rdap": build_rdap(AGENT, {"bootstrap": URL}),
    "site_profile": build_site_profiles(AGENT, {"sites": [SITE]}),
    "courtlistener": CourtListener(
        user_agent=AGENT,
        key=KEY,
        settings=CourtListenerSettings.model_validate(
            {
                "endpoint": URL,
                "key_file": "/none",
                "legal_gate": {"approved_by": "Counsel", "approved_on": "2026-01-02"},
            }
        ),
    ),
}
QUERIES = {
    "atproto": "jroe.riverton.test",
    "fediverse": f"jroe@{HOST}",
    "github": "jroe",
    "web_archive": "jane.example",
    "internet_archive": "jane.example",
    "feed": URL,
    "rdap": "jane.example",
    "site_profile": "a_site:jroe",
}

_ANSWERS = st.tuples(
    st.sampled_from([200, 200, 200, 204, 301, 400, 401, 403, 404, 410, 429, 500, 503]),
    st.sampled_from(["application/json", "text/html", "text/html; charset=nonsense", "application/rss+xml", "x", ""]),
    st.one_of(
        st.binary(max_size=200),
        st.sampled_from(
            [
                *(b"{}", b"[]", b"null", b'{"results":[{}],"unresponsive_engines":[[]]}', b"<rss/>", b'{"did":[]}'),
                b'{"type":"search","query":{},"web":{"results":[{}]}}',
                b'[["timestamp","original","statuscode","mimetype"],["20210708091011","http://a.example/","200","text/html"]]',
                b'{"services":[[["example"],["http://site.example/"]]],"objectClassName":"domain","events":[{}]}',
                (
                    b'{"services":[[[1],[]],[["example"],["http://site.example/"]]],"objectClassName":"domain","entities":'
                    b'[{"roles":["registrant"],"vcardArray":["vcard",[["adr",{},"text",[1,2,3,4,5,6,7]]]]}]}'
                ),
                b'{"count":1,"results":[{"opinions":[1,{"snippet":2}]}],"next":"http://[x?cursor=1"}',
                b'[{"id":"1"}]',
            ]
        ),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.text(max_size=8)),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["query", "users", "results", "records", "value", "did", "error", "url", "service"]
                    ),
                    inner,
                )
            ),
            max_leaves=8,
        ).map(lambda value: repr(value).replace("'", '"').replace("None", "null").encode("utf-8", "replace")),
    ),
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(SOURCES)), answer=_ANSWERS)
def test_any_answer_whatever_is_exactly_one_outcome(
    site: Site, run: Runner, name: str, answer: tuple[int, str, bytes]
) -> None:
    status, kind, body = answer
    site.answer("", body, status=status, kind=kind)
    done = run(SOURCES[name], QUERIES.get(name, "Jane Roe"))
    reason = Reason(done.result.reason)
    assert reason.outcome is done.result.outcome
    assert reason is not Reason.SOURCE_DEFECT
    assert bool(done.hits) is (done.result.outcome is Outcome.COMPLETED)
    assert len(done.captures) == done.result.captures >= 1
    if status in {401, 403, 429, 500, 503}:
        assert done.result.outcome in {Outcome.BLOCKED, Outcome.UNAVAILABLE}


def test_a_plan_run_twice_gives_the_same_outcome_and_the_same_payloads(site: Site, run: Runner) -> None:
    _statuses(site, 200)
    search = planned("Jane Roe")
    first, second = (run.on(run.transport, OnePage(), search) for _ in range(2))
    assert first.result == second.result
    assert site.asked[0] == site.asked[1]
    strip = (first.captures[0].id.encode(), second.captures[0].id.encode())
    assert strip[0] != strip[1]
    digests = [line for line in first.captures[0].warc.splitlines() if b"Payload-Digest" in line]
    assert digests == [line for line in second.captures[0].warc.splitlines() if b"Payload-Digest" in line]


def test_times_are_utc(site: Site, run: Runner) -> None:
    _statuses(site, 200)
    done = run(OnePage())
    assert {moment.tzinfo for moment in (done.result.started_at, done.captures[0].captured_at)} == {UTC}
    assert done.captures[0].captured_at <= datetime.max.replace(tzinfo=UTC)


def test_the_manual_lists_every_reason_with_its_outcome() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    table = manual.partition("## Outcomes and their reasons")[2].partition("## Record")[0]
    listed = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 2 and "`" in cells[1]:
            listed.update({name.strip(" `"): cells[0] for name in cells[1].split(",")})
    assert listed == {reason.value: reason.outcome.value for reason in Reason}
