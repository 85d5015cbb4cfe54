"""A disclosed site in the Internet Archive, on what archive.org answered to the authors of `wayback`.

Rows, keys and archived pages are as recorded. Its authors asked for the index as lines of text and we ask for JSON, so
the rows of the index are put into the arrays that archive.org documents; their content is not touched.
"""

import json
from pathlib import Path

import httpx

from tests.peers.asking import Ask, addresses, words
from tests.peers.real_services import configured
from tests.peers.replay import Replay
from vetting.search import Outcome
from vetting.sources.conduct import Conducted
from vetting.sources.interface import Reason

CDX = "https://web.archive.org/cdx/search/cdx"
TABLE = f"""dialect = "internet_archive"
cdx = "{CDX}"
memento = "https://web.archive.org/web/{{timestamp}}id_/{{url}}"
"""
NASA = f"{CDX}?url=nasa.gov&limit=1000&from=19961001000000&to=19970201000000&showResumeKey=true&resolveRevisits=true"
REFUSED = (
    f"{CDX}?url=https%3A%2F%2Fnationalpost.com%2Fhealth&limit=1000&from=20191001000000&to=20191002000000"
    "&showResumeKey=true&resolveRevisits=true"
)
FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")


class _AsArrays(httpx.BaseTransport):
    """The index of one site, each line an array."""

    def __init__(self, replay: Replay, index: str) -> None:
        self.transport = replay.transport()
        self.index = index

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not str(request.url).startswith(CDX):
            return self.transport.handle_request(request)
        recorded = self.transport.handle_request(httpx.Request("GET", self.index, headers=request.headers))
        text = recorded.read().decode()
        if recorded.status_code != 200:
            return httpx.Response(recorded.status_code, content=text.encode())
        fields = request.url.params["fl"].split(",") if "fl" in request.url.params else list(FIELDS)
        rows = [dict(zip(FIELDS, line.split(" "), strict=True)) for line in text.splitlines() if line.count(" ") == 6]
        return httpx.Response(200, content=json.dumps([fields, *([row[f] for f in fields] for row in rows)]).encode())


def _ask(replay: Replay, folder: Path, index: str, site: str) -> Conducted:
    ask = Ask(
        sources={"web_archive": configured("web_archive", TABLE, folder)},
        transport=_AsArrays(replay, index),
        folder=folder,
    )
    return ask("web_archive", site, pages=1, items=3)


def test_what_the_archive_kept_of_a_site_is_read_with_its_date(replay: Replay, tmp_path: Path) -> None:
    found = _ask(replay, tmp_path, NASA, "http://www.nasa.gov/")
    assert found.result.outcome is Outcome.COMPLETED
    assert "NASA" in words(found)
    assert {hit.posted_at.year for hit in found.hits if hit.posted_at} <= {1996, 1997}
    assert any("/web/19961231235847id_/http://www.nasa.gov/" in url for url in addresses(found))


def test_a_site_that_the_archive_may_not_show_is_blocked(replay: Replay, tmp_path: Path) -> None:
    refused = _ask(replay, tmp_path, REFUSED, "https://nationalpost.com/health")
    assert (refused.result.outcome, refused.result.reason) == (Outcome.BLOCKED, Reason.HTTP_403)
