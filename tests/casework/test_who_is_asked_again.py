"""A release asks nobody whom a search may not ask, and captures state the configuration that was frozen."""

import hashlib
import io
import re
from dataclasses import replace

import pytest

from tests.casework.room import FOUND_BY, Passage, Room, found_on, new_id, now
from tests.sources.loopback import AGENT, HOST, Site
from vetting.casework.recapturing import recapture
from vetting.casework.searching import progress
from vetting.casework.workbench import Workbench
from vetting.evidence import Capture, Standing
from vetting.search import Search
from vetting.settings import REPOSITORY
from vetting.sources.capture_note import noted
from vetting.sources.conduct import Conducted
from vetting.sources.egress import mapped_transport
from vetting.sources.internet import Internet
from vetting.sources.warc_reader import read_warc

POST = "I outran the cops last night and laughed about it."
RECORDINGS = REPOSITORY / "demo" / "internet"


@pytest.fixture
def real(room: Room, site: Site) -> Room:
    """Return the room, with a finding that stands on a capture of the loopback server."""
    site.answer("/posts", f"<p>{POST}</p>")
    transport = mapped_transport({HOST: ("127.0.0.1", site.port)})

    def bring(search: Search, passages: tuple[Passage, ...]) -> Conducted:
        brought = found_on(search, passages)
        if search.key != FOUND_BY:
            return brought
        internet = Internet(transport, clock=now, new_id=new_id, user_agent=AGENT)
        capture = internet.get(f"http://{HOST}/posts").capture_id
        hits = tuple(replace(hit, capture_id=capture) for hit in brought.hits)
        return replace(brought, hits=hits, captures=internet.captures())

    return replace(room, bring=bring)


def _change(room: Room, pattern: str, replacement: str) -> None:
    path = room.settings.config / "sources.toml"
    text, changes = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert changes
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("code", ["terms_expired", "terms_unreviewed", "connectors_changed"])
def test_a_source_that_may_not_be_searched_any_more_is_not_asked_and_the_release_goes_on(
    real: Room, site: Site, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    number = real.reviewed(Passage(words=POST))
    protocol = progress(real.one, number).protocol
    if code == "terms_expired":
        _change(real, "^terms_reviewed_on = .*$", "terms_reviewed_on = 2020-01-01")
        _change(real, "^terms_valid_until = .*$", "terms_valid_until = 2020-01-02")
    elif code == "terms_unreviewed":
        _change(real, "^terms_reviewed_on = .*$", "terms_reviewed_on = 2090-01-01")
        _change(real, "^terms_valid_until = .*$", "terms_valid_until = 2090-01-02")
    else:
        monkeypatch.setattr("vetting.casework.protocol_file.connectors_version", lambda: "another")
    asked = len(site.asked)
    bench = Workbench(desk=real.one, recordings=RECORDINGS)
    (repeated,) = recapture(real.one, number, bench.ask_for(protocol, practice=True))
    assert (repeated.standing, repeated.reason, repeated.capture_id) == (Standing.NOT_ASKED, code, None)
    assert len(site.asked) == asked
    assert real.release(number).report.findings


def test_a_source_whose_terms_were_read_once_more_is_asked(real: Room) -> None:
    number = real.reviewed(Passage(words=POST))
    protocol = progress(real.one, number).protocol
    _change(real, "^terms_valid_until = .*$", "terms_valid_until = 2091-01-02")
    bench = Workbench(desk=real.one, recordings=RECORDINGS)
    (repeated,) = recapture(real.one, number, bench.ask_for(protocol, practice=True))
    assert repeated.standing is Standing.NOT_REACHABLE, "asked, on a recording that has no answer"


def _configuration(capture: Capture) -> str:
    records = read_warc(io.BytesIO(capture.warc), compressed=False)
    return next(noted(record.block)["configuration"] for record in records if record.kind == "metadata")


def test_what_a_capture_states_of_its_configuration_is_what_the_position_froze(room: Room) -> None:
    number = room.searched(())
    state = progress(room.one, number)
    _change(room, "^terms_valid_until = .*$", "terms_valid_until = 2091-01-02")
    search = next(search for search in state.planned if search.key == FOUND_BY)
    conduct = Workbench(desk=room.one, recordings=RECORDINGS).conduct_for(practice=True)
    (first, *_) = conduct(search).captures
    assert _configuration(first) == state.protocol.digests["sources"]
    of_a_site = replace(search, query="github:ada", step=replace(search.step, source="site_profile"))
    (first, *_) = conduct(of_a_site).captures
    sites = hashlib.sha256((room.settings.config / "sites.toml").read_bytes()).hexdigest()
    assert _configuration(first) == f"{state.protocol.digests['sources']} {sites}"
