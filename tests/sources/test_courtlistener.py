"""Court records: asked for by token behind a legal gate, and a refused token is never "nothing found"."""

import json
from pathlib import Path

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.courtlistener import CourtListener, build
from vetting.sources.registry import build_sources

PATH = "/api/rest/v4/search/"
GATE = 'legal_gate = { approved_by = "Town Counsel", approved_on = 2026-10-12 }'
IDENTITY = '[identity]\ndepartment = "A Department"\ncontact = "desk@riverton.example"\n'
CASE = {
    "caseName": "Roe v. Riverton",
    "court": "Superior Court",
    "docketNumber": "21-0042",
    "dateFiled": "2021-03-04",
    "absolute_url": "/opinion/1/roe-v-riverton/",
    "opinions": [{"snippet": "the <mark>Jane Roe</mark> matter"}],
}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "court.key"
    path.write_text("invented-token\n", encoding="utf-8")
    path.chmod(0o400)
    return path


def _source(key: Path, **settings: object) -> CourtListener:
    gate = {"approved_by": "Town Counsel", "approved_on": "2026-10-12"}
    table = {"endpoint": f"http://search.example{PATH}", "key_file": str(key), "legal_gate": gate, **settings}
    return build(AGENT, table)


def _answer(site: Site, *cases: object, following: str | None = None, status: int = 200) -> None:
    document = {"count": len(cases), "next": following, "previous": None, "results": list(cases)}
    site.answer(PATH, json.dumps(document), status=status, kind="application/json")


def test_a_case_is_one_hit_about_the_candidate_and_by_nobody(site: Site, run: Runner, key: Path) -> None:
    _answer(site, CASE)
    (hit,) = run(_source(key), "Jane Roe").hits
    assert hit.text.reveal() == "Roe v. Riverton\nSuperior Court\n21-0042\n2021-03-04\nthe Jane Roe matter"
    assert (hit.platform, hit.engagement, len(hit.author)) == ("court_record", Engagement.ABOUT_SUBJECT, 0)
    assert hit.locator.reveal() == "http://search.example/opinion/1/roe-v-riverton/"
    assert hit.posted_at is not None
    assert hit.posted_at.isoformat() == "2021-03-04T00:00:00+00:00"
    path, headers = site.asked[0]
    assert path == f"{PATH}?q=%22Jane+Roe%22&type=o&order_by=score+desc"
    assert headers["authorization"] == "Token invented-token"


def test_dockets_are_another_collection(site: Site, run: Runner, key: Path) -> None:
    docket = {"caseName": "Roe v. Roe", "docket_absolute_url": "/docket/2/", "recap_documents": [{"snippet": "order"}]}
    _answer(site, docket)
    (hit,) = run(_source(key, collection="dockets"), "Jane Roe").hits
    assert (hit.text.reveal(), hit.locator.reveal()) == ("Roe v. Roe\norder", "http://search.example/docket/2/")
    assert "type=r" in site.paths()[0]


def test_the_token_follows_no_address_that_an_answer_names(site: Site, run: Runner, key: Path) -> None:
    _answer(site, CASE, following="http://other.example/steal?cursor=abc")
    done = run(_source(key), "Jane Roe", pages=3)
    assert [path.partition("&cursor=")[2] for path in site.paths()] == ["", "abc"], "a cursor that comes again ends it"
    assert all(path.startswith(PATH) for path in site.paths())
    assert len(done.hits) == 2
    assert b"invented-token" not in b"".join(capture.warc for capture in done.captures)


def test_no_more_pages_and_items_than_allowed(site: Site, run: Runner, key: Path) -> None:
    _answer(site, CASE, CASE, CASE, following="http://search.example/?cursor=abc")
    assert len(run(_source(key), items=2, pages=3).hits) == 2
    assert len(site.asked) == 1
    assert len(run(_source(key), pages=1).hits) == 3


def test_nothing_found_is_what_the_service_counts(site: Site, run: Runner, key: Path) -> None:
    _answer(site)
    assert run(_source(key)).result.reason == "nothing_found"


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (400, Outcome.UNAVAILABLE, "api_error"),
        (401, Outcome.BLOCKED, "http_401"),
        (403, Outcome.BLOCKED, "http_403"),
        (404, Outcome.UNAVAILABLE, "api_error"),
        (429, Outcome.BLOCKED, "http_429"),
        (502, Outcome.UNAVAILABLE, "http_5xx"),
    ],
)
def test_a_refusal_or_failure_is_never_nothing_found(
    site: Site, run: Runner, key: Path, status: int, outcome: Outcome, reason: str
) -> None:
    _answer(site, status=status)
    done = run(_source(key))
    assert (done.result.outcome, done.result.reason) == (outcome, reason)


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"results": []}', '{"count": 3, "results": []}', '{"count": "0", "results": []}',
     '{"count": 0, "results": null}', '{"count": 1, "results": [1]}', '{"detail": "Invalid token."}'],
)  # fmt: skip
def test_an_answer_of_another_shape_is_unreadable(site: Site, run: Runner, key: Path, body: str) -> None:
    site.answer(PATH, body, kind="application/json")
    assert run(_source(key)).result.reason == "unreadable_answer"


def test_a_name_that_is_none_touches_no_network(site: Site, run: Runner, key: Path) -> None:
    assert run(_source(key), " ").result.reason == "anchor_unusable"
    assert site.asked == []


def test_the_recording_gives_the_same_again(site: Site, run: Runner, key: Path) -> None:
    _answer(site, CASE)
    first = run(_source(key))
    assert [hit.text for hit in run.again(first, _source(key)).hits] == [hit.text for hit in first.hits]


@pytest.mark.parametrize(
    ("gate", "code", "exit_code"),
    [
        ("", "legal_gate_missing", ExitCode.REFUSED),
        ("legal_gate = {}", "sources_file", ExitCode.BAD_INPUT),
        ('legal_gate = { approved_by = "Town Counsel" }', "sources_file", ExitCode.BAD_INPUT),
        ('legal_gate = { approved_by = "", approved_on = 2026-10-12 }', "sources_file", ExitCode.BAD_INPUT),
        ("legal_gate = true", "sources_file", ExitCode.BAD_INPUT),
    ],
)
def test_the_source_is_not_built_without_somebody_who_answers_for_it(
    tmp_path: Path, key: Path, gate: str, code: str, exit_code: ExitCode
) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(f'{IDENTITY}[courtlistener]\nkey_file = "{key}"\n{gate}\n', encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        build_sources(path)
    assert (refusal.value.code, refusal.value.exit_code) == (code, exit_code)
    path.write_text(f'{IDENTITY}[courtlistener]\nkey_file = "{key}"\n{GATE}\n', encoding="utf-8")
    assert set(build_sources(path)) == {"courtlistener"}
