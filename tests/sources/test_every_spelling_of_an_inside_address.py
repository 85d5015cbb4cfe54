"""Whatever an inside address is spelled like, asked for or redirected to: nothing inside the house is connected to."""

import _socket
import socket
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.sources.loopback import Site
from tests.sources.test_only_public_addresses_are_reached import SPELLINGS as COMMON_SPELLINGS
from vetting.sources.egress import GuardedTransport, PublicOnly
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet
from vetting.sources.live import live_transport

INSIDE = ("127.0.0.1", "10.0.0.7", "169.254.169.254", "192.168.0.9")
"""What is being spelled."""
SPELLINGS = [
    # parts left out, counted in octal, in hexadecimal, together, with zeros before, with a dot after
    "http://127.0.1/", "http://127.1.1/", "http://10.7/", "http://127.0.0.1./", "http://0x7f.0x0.0x0.0x1/",
    "http://0X7F.0.0.1/", "http://127.0.0.0x1/", "http://0x7f000001/", "http://017700000001/", "http://0177.1/",
    "http://0300.0250.0.011/", "http://192.168.9/", "http://3232235529/", "http://2852039166/", "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/", "http://169.16689662/", "http://00000000000000000000000177.0.0.1/", "http://0x0/",
    "http://00.0/", "http://0.0/", "http://4294967295/", "http://10.0x7/", "http://0x0a.0.0.07/",
    # IPv6: written out, shortened, mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP, zones, retired ranges
    "http://[0:0:0:0:0:0:0:1]/", "http://[0000::1]/", "http://[0:0:0:0:0:ffff:127.0.0.1]/", "http://[::FFFF:7F00:1]/",
    "http://[::ffff:a9fe:a9fe]/", "http://[::127.0.0.1]/", "http://[::7f00:1]/", "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/", "http://[64:ff9b::a00:7]/", "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/", "http://[2002:a00:7::1]/", "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "http://[fe80::5efe:127.0.0.1]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%lo]/", "http://[::1%25lo]/",
    "http://[::ffff:127.0.0.1%25lo]/", "http://[fec0::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/",
    "http://[ff02::1]/", "http://[3fff::1]/", "http://[5f00::1]/", "http://[100::1]/", "http://[::1]:443/",
    # other letters and digits, which names may be written in
    "http://127\u30020\u30020\u30021/", "http://127\uff0e0\uff0e0\uff0e1/", "http://127\uff610\uff610\uff611/",
    "http://\uff11\uff12\uff17.0.0.1/", "http://\u2460\u2461\u2466.0.0.1/", "http://\u0661\u0662\u0667.0.0.1/",
    "http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54/", "http://\u24dbocalhost/", "http://local\u00adhost/",
    # what two readers of an address might read differently
    "http://%31%32%37.0.0.1/", "http://127.0.0.1%00.public.example/", "http://127.0.0.1%2f.public.example/",
    "http://public.example@127.0.0.1/", "http://127.0.0.1#@public.example/", "http://127.0.0.1?@public.example/",
    "http://127.0.0.1\\@public.example/", "http://127.0.0.1:80:80/", "http:127.0.0.1/", "http:///127.0.0.1/",
    "HTTP://127.0.0.1", "//127.0.0.1/", "http://127.0.0.1 /", "http://127.0.0.1\t/", "http://127.0.0.1\r\n/",
    # names that lead inside, alone or beside a public address
    "http://localhost./", "http://LocalHost/", "http://inside.example/", "http://INSIDE.example./",
    "http://both.example/", "http://mapped.example/", "http://sixtofour.example/", "http://127.0.0.1.inside.example/",
    # another port than the web's
    "http://public.example:22/", "https://public.example:6379/", "http://public.example:65536/",
]  # fmt: skip
SAME_SERVER = {"http:127.0.0.1/", "http:///127.0.0.1/"}
"""Without a host, these are paths of the server that redirects (RFC 3986, 5.2.2, not strict)."""
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "inside.example": ["10.0.0.7"],
    "both.example": ["93.184.215.14", "192.168.0.9"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "sixtofour.example": ["2002:7f00:1::"],
    "127.0.0.1.inside.example": ["127.0.0.1"],
    "public.example": ["93.184.215.14"],
}
"""Every name there is, without a last dot. Numbers are read as the system's resolver reads them."""


@pytest.fixture
def reached(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note where a connection is attempted to, and let only those to the loopback server of the test happen."""
    attempts: list[object] = []
    connect = socket.socket.connect

    def known(host: str, port: int, family: int = 0, type: int = 0, proto: int = 0) -> list[object]:  # noqa: A002
        found: list[object] = []
        for address in NAMES.get(host.lower().removesuffix("."), [host]):
            found += _socket.getaddrinfo(address, port, family, type, proto, socket.AI_NUMERICHOST)
        return found

    def noted(self: socket.socket, address: tuple[str, int]) -> None:
        if address[1] != site.port:
            attempts.append(address)
            raise ConnectionRefusedError
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", known)
    monkeypatch.setattr(socket.socket, "connect", noted)
    return attempts


@pytest.fixture
def with_site(site: Site) -> Iterator[httpx.BaseTransport]:
    """Yield the live internet, and the test's own server as its one exception."""
    with GuardedTransport(PublicOnly(exceptions=[("127.0.0.1", site.port)])) as transport:
        yield transport


def _stopped(internet: Internet, url: str) -> Reason:
    with pytest.raises(NotSearchedError) as stopped:
        internet.get(url)
    return stopped.value.reason


def test_there_are_sixty_spellings_and_each_is_one_of_its_own() -> None:
    assert len(SPELLINGS) == len(set(SPELLINGS))
    assert len(SPELLINGS) >= 60
    assert len(set(SPELLINGS) & set(COMMON_SPELLINGS)) <= 3


@pytest.mark.parametrize("url", SPELLINGS)
def test_an_inside_address_is_not_connected_to_however_it_is_spelled(
    make_internet: Callable[..., Internet], reached: list[object], url: str
) -> None:
    internet = make_internet(live_transport(practice=False))
    assert _stopped(internet, url) in {Reason.ADDRESS_REFUSED, Reason.DNS}
    assert reached == []


@pytest.mark.parametrize("url", SPELLINGS)
def test_a_redirect_to_an_inside_address_is_not_followed_however_it_is_spelled(
    site: Site,
    make_internet: Callable[..., Internet],
    with_site: httpx.BaseTransport,
    reached: list[object],
    url: str,
) -> None:
    spelled = url.encode("utf-8").decode("latin-1").replace("\r\n", "").replace("\t", "")
    site.answer("/", status=302, headers={"Location": spelled})
    internet = make_internet(with_site)
    start = f"http://127.0.0.1:{site.port}/"
    if url in SAME_SERVER:
        assert internet.get(start).status == 404
    else:
        assert _stopped(internet, start) in {Reason.ADDRESS_REFUSED, Reason.DNS}
        assert len(site.asked) == 1, "the test's own server was not asked again under another name"
    assert reached == []
    assert b"302" in internet.captures()[0].warc


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("status", [301, 303, 307, 308])
def test_every_kind_of_redirect_passes_the_same_door(
    site: Site,
    make_internet: Callable[..., Internet],
    with_site: httpx.BaseTransport,
    reached: list[object],
    status: int,
    address: str,
) -> None:
    site.answer("/", status=status, headers={"Location": f"http://{address}/latest/meta-data/"})
    assert _stopped(make_internet(with_site), f"http://127.0.0.1:{site.port}/") is Reason.ADDRESS_REFUSED
    assert reached == []
