"""The live internet reaches public addresses on web ports and nothing inside the house."""

import _socket
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.sources.loopback import Site
from vetting.errors import VettingError
from vetting.sources.egress import GuardedTransport, PublicOnly, mapped_transport, public
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet
from vetting.sources.live import live_transport
from vetting.sources.recorded import transport_for

NOT_PUBLIC = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1", "192.0.0.8",
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "fc00::1", "fd12::1",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "not an address", "",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8"]
SPELLINGS = [
    "http://127.0.0.1/", "http://127.1/", "http://0/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
    "http://0x7f.1/", "http://localhost/", "http://LOCALHOST./", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[fe80::1]/",
    "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.0.1/", "http://172.31.255.255/",
    "http://100.64.1.1/", "http://0.0.0.0/", "http://255.255.255.255/", "http://224.0.0.1/", "https://127.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_inside_the_house_is_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert public(address)


NAMES = {
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "inside.example": ["10.0.0.7"],
    "both.example": ["93.184.215.14", "192.168.0.9"],
    "public.example": ["93.184.215.14", "2606:2800:21f:cb07::1"],
}
"""All names there are; a second look-up of one would be a defect, for it could answer differently."""


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note every connection that is attempted, and make none. Numbers are parsed, names are those of `NAMES`."""
    made: list[object] = []
    looked_up: list[str] = []

    def known(host: str, port: int, family: int = 0, type: int = 0, proto: int = 0) -> list[object]:  # noqa: A002
        assert host not in looked_up, "a name is resolved once"
        found: list[object] = []
        for address in NAMES.get(host, [host]):
            found += _socket.getaddrinfo(address, port, family, type, proto, socket.AI_NUMERICHOST)
        looked_up.extend({host} & NAMES.keys())
        return found

    def refuse(_self: socket.socket, address: object) -> None:
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", known)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return made


def _stopped(internet: Internet, url: str) -> Reason:
    with pytest.raises(NotSearchedError) as stopped:
        internet.get(url)
    return stopped.value.reason


@pytest.mark.parametrize("url", SPELLINGS)
def test_no_spelling_of_an_inside_address_is_connected_to(
    make_internet: Callable[..., Internet], connected: list[object], url: str
) -> None:
    reason = _stopped(make_internet(live_transport(practice=False)), url)
    assert reason in {Reason.ADDRESS_REFUSED, Reason.DNS}
    assert connected == []


@pytest.mark.parametrize("url", ["http://inside.example/", "http://both.example/", "http://public.example:22/"])
def test_a_name_that_leads_inside_or_to_another_port_is_refused(
    make_internet: Callable[..., Internet], connected: list[object], url: str
) -> None:
    assert _stopped(make_internet(live_transport(practice=False)), url) is Reason.ADDRESS_REFUSED
    assert connected == []


def test_a_public_name_is_connected_to_at_the_address_that_was_checked(
    make_internet: Callable[..., Internet], connected: list[object]
) -> None:
    reason = _stopped(make_internet(live_transport(practice=False)), "http://public.example/")
    assert reason is Reason.CONNECT_REFUSED, "the test makes no connection"
    assert connected[0] == ("93.184.215.14", 80)


def test_a_redirect_to_the_inside_is_refused(site: Site, make_internet: Callable[..., Internet]) -> None:
    site.answer("/", status=302, headers={"Location": "http://127.0.0.1:80/secret"})
    transport = GuardedTransport(PublicOnly(exceptions=[("127.0.0.1", site.port)]))
    internet = make_internet(transport)
    assert _stopped(internet, f"http://127.0.0.1:{site.port}/") is Reason.ADDRESS_REFUSED
    assert len(internet.captures()) == 2
    transport.close()


def test_an_exception_is_given_in_code_and_counts_for_one_port(
    site: Site, make_internet: Callable[..., Internet]
) -> None:
    site.answer("/", "<p>x")
    with GuardedTransport(PublicOnly(exceptions=[("127.0.0.1", site.port)])) as transport:
        assert make_internet(transport).get(f"http://127.0.0.1:{site.port}/").ok
    with GuardedTransport(PublicOnly(exceptions=[("127.0.0.1", 1)])) as transport:
        assert _stopped(make_internet(transport), f"http://127.0.0.1:{site.port}/") is Reason.ADDRESS_REFUSED


def test_a_mapped_name_leads_to_this_machine_only() -> None:
    with pytest.raises(ValueError, match="this machine"):
        mapped_transport({"site.example": ("93.184.215.14", 80)})


def test_an_invented_https_name_is_answered_by_the_loopback_server(
    site: Site, make_internet: Callable[..., Internet], transport: httpx.BaseTransport
) -> None:
    site.answer("/x", "<p>x")
    internet = make_internet(transport)
    assert internet.get("https://site.example/x").url == "https://site.example/x"
    assert site.asked[0][1]["host"] == "site.example"
    assert b"WARC-Target-URI: https://site.example/x" in internet.captures()[0].warc


def test_a_practice_case_is_refused_the_live_internet() -> None:
    with pytest.raises(VettingError) as refused:
        transport_for(practice=True, recordings=None)
    assert refused.value.code == "practice_case_offline"


def test_a_real_case_is_refused_a_recorded_internet(tmp_path: Path) -> None:
    with pytest.raises(VettingError) as refused:
        transport_for(practice=False, recordings=tmp_path)
    assert refused.value.code == "recorded_real_case"


def test_a_real_case_gets_the_guarded_internet() -> None:
    with transport_for(practice=False, recordings=None) as transport:
        assert isinstance(transport, GuardedTransport)
