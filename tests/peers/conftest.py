"""Servers by others, started for the tests that ask them: on free loopback ports, their data in a folder of the run."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from demo.record.hosts import Ports, port_of_host
from demo.record.plans import SOURCES
from demo.record.seed_web import seed_archive, seed_index, seed_sites, web_hosts
from demo.record.seed_wiki import seed_wiki
from demo.record.servers import free_ports
from demo.record.world import World, load_world
from tests.needed import program
from tests.peers.asking import Ask
from tests.peers.herd import Herd, started_herd
from tests.peers.installed import installed
from tests.peers.replay import Replay, replaying
from tests.peers.social_network import BUSY, GONE, NOBODY, SHY, STOLEN, Network, new_rotation_key, seeded_network
from tests.peers.town import RESOLVER, Town
from tests.sources import authority as time_stamping
from vetting.sources.egress import mapped_transport
from vetting.sources.registry import build_sources


@pytest.fixture(scope="session")
def peers() -> Path:
    """Return the folder of the installed servers."""
    return installed()


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    """Yield a folder for what the servers write; nginx reads its pages under an account of its own."""
    folder = Path(tempfile.mkdtemp(prefix="vetting-peers-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def town(peers: Path, work: Path) -> Iterator[Town]:
    """Yield the invented town of the demo, none of whose servers runs yet."""
    names = Ports.__dataclass_fields__
    ports = Ports(**dict(zip(names, free_ports(len(names)), strict=True)))
    with ExitStack() as stack:
        yield Town(peers=peers, work=work, ports=ports, stack=stack)


@pytest.fixture(scope="session")
def world() -> World:
    """Return the invented people of the demo and what they wrote."""
    return load_world()


@pytest.fixture(scope="session")
def network(town: Town) -> Iterator[Network]:
    """Yield the running AT Protocol servers with the accounts of these tests."""
    key = new_rotation_key()
    town.start("atproto", {"PLC_ROTATION_KEY": key})
    with seeded_network(town, key) as seeded:
        yield seeded


@pytest.fixture(scope="session")
def wiki(town: Town, world: World) -> Town:
    """Return the town with its wiki running."""
    seed_wiki(town.work, world.edits)
    town.start("mediawiki")
    return town


@pytest.fixture(scope="session")
def pages(town: Town, world: World) -> Town:
    """Return the town with its web pages and feeds."""
    seed_sites(town.work / "nginx" / "sites", world)
    town.start("nginx")
    return town


@pytest.fixture(scope="session")
def search_service(wiki: Town, pages: Town, world: World) -> Town:
    """Return the town with SearXNG, which asks a Datasette index, the wiki, and a newspaper archive that is down."""
    del wiki
    seed_index(pages.work / "web.db", world.pages)
    pages.start("datasette")
    pages.start("searxng")
    return pages


@pytest.fixture(scope="session")
def archive(town: Town, world: World) -> Town:
    """Return the town with pywb and what it crawled years ago."""
    seed_archive(town.work / "pywb", world, town.peers / "v-pywb" / "bin")
    town.start("pywb")
    return town


@pytest.fixture(scope="session")
def hosts(town: Town, world: World) -> Mapping[str, int]:
    """Return which port answers for which public name; a name whose server was not started refuses the connection."""
    handles = [*(account.handle for account in world.accounts), BUSY, GONE, NOBODY, SHY, STOLEN]
    return {RESOLVER: town.ports.web, **port_of_host(town.ports, handles, web_hosts(world))}


@pytest.fixture
def internet(hosts: Mapping[str, int]) -> Iterator[httpx.BaseTransport]:
    """Yield the internet of the town."""
    transport = mapped_transport({host: ("127.0.0.1", port) for host, port in hosts.items()})
    yield transport
    transport.close()


@pytest.fixture
def ask(internet: httpx.BaseTransport, tmp_path: Path) -> Ask:
    """Return a runner of searches, by the configuration of the demo; every capture passes `warcio check`."""
    return Ask(sources=build_sources(SOURCES), transport=internet, folder=tmp_path)


@pytest.fixture(scope="session")
def replay(peers: Path, work: Path) -> Iterator[Replay]:
    """Yield the running proxy that replays recorded answers of real services."""
    with replaying(peers, work) as running_proxy:
        yield running_proxy


@pytest.fixture(scope="session")
def herd(town: Town) -> Herd:
    """Return the running fediverse server that shows accounts to signed requests only."""
    return started_herd(town)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[time_stamping.Authority]:
    """Yield a running time-stamping authority."""
    with time_stamping.authority(tmp_path_factory.mktemp("authority")) as answering:
        yield answering


@pytest.fixture(scope="session")
def browser() -> str:
    """Return where Debian's Chromium is."""
    return program("chromium", "chromium")
