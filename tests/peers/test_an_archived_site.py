"""A disclosed site in pywb's archive; and pywb as the outside viewer that finds in our captures what we captured."""

import hashlib
import subprocess

import httpx
import pytest

from demo.record.hosts import ARCHIVE_HOST
from demo.record.world import World
from tests.peers.asking import Ask, payloads, records, words
from tests.peers.town import Town
from vetting.search import Outcome
from vetting.sources.http_block import parse_answer
from vetting.sources.interface import Reason

SITE = "sorvaldsen-notebook.example"
MINE = "captured"


def test_every_archived_page_below_the_address_is_read_with_its_date(ask: Ask, archive: Town, world: World) -> None:
    del archive
    found = ask("web_archive", f"https://{SITE}/", items=50)
    kept = [(at, paragraphs) for at, address, _, paragraphs in world.archived if SITE in address]
    assert found.result.outcome is Outcome.COMPLETED
    assert {hit.posted_at for hit in found.hits} == {at for at, _ in kept}
    assert all(paragraph.split(",")[0] in words(found) for _, paragraphs in kept for paragraph in paragraphs)


def test_a_site_that_was_never_archived_is_found_nowhere(ask: Ask, archive: Town) -> None:
    del archive
    nothing = ask("web_archive", "quillon-vantreight.example")
    assert (nothing.result.outcome, nothing.result.reason) == (Outcome.NO_RESULTS, Reason.NOTHING_FOUND)


def test_two_runs_and_the_recording_bring_the_same_bytes(ask: Ask, archive: Town) -> None:
    del archive
    first, second = (ask("web_archive", SITE) for _ in range(2))
    recorded = ask.again(first, "web_archive", SITE)
    assert payloads(first) == payloads(second) == payloads(recorded)
    assert words(first) == words(recorded)


@pytest.mark.usefixtures("pages")
def test_pywb_replays_every_captured_payload_byte_for_byte(ask: Ask, archive: Town) -> None:
    """`id_` asks for the archived bytes without the viewer's own additions (as Memento's raw mementos)."""
    captures = [
        *ask("web_archive", SITE).captures,
        *ask("feed", "https://riverton-runners.example/members/pnandakesh/feed.xml").captures,
    ]
    file = ask.saved(tuple(captures))
    program = archive.peers / "v-pywb" / "bin" / "wb-manager"
    for arguments in (("init", MINE), ("add", MINE, str(file))):
        subprocess.run([str(program), *arguments], cwd=archive.work / "pywb", check=True, capture_output=True)
    answered = [record for record in records(tuple(captures)) if record.kind == "response"]
    assert answered
    with httpx.Client(base_url=f"http://127.0.0.1:{archive.ports.archive}", timeout=60) as viewer:
        for record in answered:
            at = record.recorded_at.strftime("%Y%m%d%H%M%S")
            shown = viewer.get(f"/{MINE}/{at}id_/{record.url}", headers={"Host": ARCHIVE_HOST}, follow_redirects=True)
            captured = parse_answer(record.block)
            assert shown.status_code == captured.status
            assert _sha256(shown.content) == _sha256(
                httpx.Response(200, headers=list(captured.headers), content=captured.body).content
            )


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
