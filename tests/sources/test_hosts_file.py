"""A practice case on servers of this machine: a file says which port answers for which name, and nothing else does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.loopback import Runner, Site, planned
from vetting.errors import ExitCode, VettingError
from vetting.search import Outcome
from vetting.sources.feed import Feed
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet
from vetting.sources.live import live_transport
from vetting.sources.recorded import transport_for

FEED = "<rss version='2.0'><channel><title>Log</title><item><title>Ride</title></item></channel></rss>"
WRONG = {
    "no table": "",
    "an empty table": "[hosts]\n",
    "an address instead of a port": '[hosts]\n"site.example" = "192.0.2.1:80"\n',
    "an address beside the port": '[hosts]\n"site.example" = 80\n[addresses]\n"site.example" = "192.0.2.1"\n',
    "a port as text": '[hosts]\n"site.example" = "8888"\n',
    "yes for a port": '[hosts]\n"site.example" = true\n',
    "no such port": '[hosts]\n"site.example" = 65536\n',
    "an address for a name": '[hosts]\n"http://site.example/" = 8888\n',
    "a name with a user": '[hosts]\n"me@site.example" = 8888\n',
    "no TOML": "site.example 8888\n",
}


def _hosts(folder: Path, text: str) -> Path:
    file = folder / "hosts.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_practice_case_asks_the_named_port_and_the_capture_shows_the_name(
    site: Site, run: Runner, tmp_path: Path
) -> None:
    site.answer("/log.xml", FEED, kind="application/rss+xml")
    transport = transport_for(practice=True, recordings=_hosts(tmp_path, f'[hosts]\n"log.example" = {site.port}\n'))
    found = run.on(transport, Feed(user_agent="test"), planned("https://log.example/log.xml"))
    assert found.result.outcome is Outcome.COMPLETED
    assert site.asked[0][1]["host"] == "log.example"
    assert b"WARC-Target-URI: https://log.example/log.xml\r\n" in found.captures[0].warc


def test_a_name_that_is_not_in_the_file_does_not_resolve(
    site: Site, make_internet: Callable[..., Internet], tmp_path: Path
) -> None:
    file = _hosts(tmp_path, f'[hosts]\n"log.example" = {site.port}\n')
    for url in ("http://site.example/", "http://127.0.0.1/", f"http://localhost:{site.port}/", "http://192.0.2.1/"):
        with pytest.raises(NotSearchedError) as stopped:
            make_internet(transport_for(practice=True, recordings=file)).get(url)
        assert stopped.value.reason is Reason.DNS
    assert site.asked == []


def test_a_real_case_refuses_servers_of_this_machine(site: Site, tmp_path: Path) -> None:
    file = _hosts(tmp_path, f'[hosts]\n"log.example" = {site.port}\n')
    with pytest.raises(VettingError) as refused:
        transport_for(practice=False, recordings=file)
    assert refused.value.code == "mapped_real_case"
    assert refused.value.exit_code is ExitCode.REFUSED


@pytest.mark.parametrize("text", WRONG.values(), ids=list(WRONG))
def test_a_file_that_says_anything_but_ports_of_this_machine_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(VettingError) as refused:
        transport_for(practice=True, recordings=_hosts(tmp_path, text))
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert "192.0.2.1" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VettingError) as refused:
        transport_for(practice=True, recordings=tmp_path / "hosts.toml")
    assert refused.value.remedy


def test_a_practice_case_without_servers_or_recordings_still_has_no_internet() -> None:
    with pytest.raises(VettingError) as refused:
        live_transport(practice=True)
    assert "VETTING_RECORDINGS" in refused.value.remedy
