"""A practice case whose step asks for pictures: made by Debian's Chromium, and found sealed in the case's file."""

import io
import struct
from pathlib import Path

import pytest

from flows.vet_candidate import run_step
from flows.workbench import at
from tests.many_searches import HOST, clock, desk_of, enrolled, settings_of
from tests.sources.conftest import site  # noqa: F401  # a loopback server
from tests.sources.loopback import Site
from vetting.casework.desk import Desk
from vetting.casework.freezing import load_workable
from vetting.casework.searching import begin, progress
from vetting.casework.workbench import Workbench
from vetting.search import Outcome
from vetting.sources.capture_note import noted
from vetting.sources.warc_reader import WarcRecord, read_warc

PICTURED = "step_0.1"
PAGE = """<!doctype html><html lang=en><head><title>Log</title><link rel=stylesheet href=/style.css></head><body>
<p id=a>Rain on the ridge, coffee in the flask.</p><img src=/dog.gif alt=dog>
<script src=/counter.js></script><script>document.getElementById('a').textContent = 'written by a script'</script>"""
STYLE = "body { margin: 0 } p { margin: 0; height: 3000px; background: #123456 }"


@pytest.fixture
def hosts(site: Site, tmp_path: Path) -> Path:  # noqa: F811
    """Return the file that leads a practice case to the loopback server, which has one page for every account."""
    site.answer("", PAGE)
    site.answer("/style.css", STYLE, kind="text/css")
    site.answer("/dog.gif", b"GIF89a", kind="image/gif")
    file = tmp_path / "hosts.toml"
    file.write_text(f'[hosts]\n"{HOST}" = {site.port}\n', encoding="utf-8")
    return file


@pytest.fixture
def searched(hosts: Path, browser: str, tmp_path: Path) -> tuple[Desk, str]:
    """Return a desk and the number of a case that was run whole, one of whose ten steps asks for pictures."""
    settings = settings_of(tmp_path)
    protocol = settings.config / "protocols" / "patrol_officer.toml"
    text = protocol.read_text(encoding="utf-8")
    protocol.write_text(text.replace('source = "forum"', 'source = "forum"\nrender = true', 1), encoding="utf-8")
    department = settings.config / "department.toml"
    named = department.read_text(encoding="utf-8").replace('chromium = ""', f'chromium = "{browser}"')
    department.write_text(named, encoding="utf-8")
    load_workable(settings, "patrol_officer", clock().date())  # which refuses what could not be brought to an end
    desk = desk_of(settings)
    (number,) = enrolled(desk, 1)
    begin(desk, number)
    with at(Workbench(desk=desk, recordings=hosts)):
        for step in progress(desk, number).protocol.steps:
            run_step(progress(desk, number), step.id, again=False)
    return desk_of(settings), number


def _sealed(desk: Desk, number: str, key: str) -> list[WarcRecord]:
    """Everything that was captured for one search, opened again."""
    with desk.case_files.reading() as view:
        warcs = [view.open_capture(capture.id) for capture in view.captures(number) if capture.key == key]
    return [record for warc in warcs for record in read_warc(io.BytesIO(warc), compressed=False)]


def test_a_whole_case_ends_with_the_pictures_of_its_pages_sealed_in_its_file(
    searched: tuple[Desk, str],
    site: Site,  # noqa: F811
    tmp_path: Path,
) -> None:
    desk, number = searched
    results = {result.key: result for result in progress(desk, number).results}
    assert results[PICTURED].outcome is Outcome.COMPLETED
    assert not progress(desk, number).outstanding
    records = _sealed(desk, number, PICTURED)
    (picture,) = [record for record in records if record.content_type == "image/png"]
    (snapshot,) = [record for record in records if record.content_type == "multipart/related"]
    assert picture.url == f"urn:view:http://{HOST}/u/rider_0"
    width, height = struct.unpack(">II", picture.block[16:24])
    assert (width, height >= 3000) == (1280, True), "drawn with the page's own style sheet"
    assert b"Rain on the ridge" in snapshot.block
    assert b"written by a script" not in snapshot.block, "scripts are off"
    assert "/counter.js" not in site.paths()
    notes = [noted(record.block) for record in records if record.kind == "metadata"]
    assert all(note["scripts"] == "off" for note in notes if "browser" in note)
    assert results[PICTURED].captures == len(notes), "each capture has one record of what is known of it"
    assert not any(record.content_type == "image/png" for record in _sealed(desk, number, "step_2.1"))
    assert not any(b"IHDR" in file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file()), "sealed"
