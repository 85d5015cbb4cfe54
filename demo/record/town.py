"""The invented town on running servers: programs by others, filled through their own doors, gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from demo.record.hosts import Ports, port_of_host
from demo.record.seed_atproto import seed_atproto
from demo.record.seed_web import seed_archive, seed_index, seed_sites, web_hosts
from demo.record.seed_wiki import seed_wiki
from demo.record.servers import free_ports, running, servers
from demo.record.world import World


@contextmanager
def town(peers: Path, world: World) -> Iterator[Mapping[str, int]]:
    """The world on running servers: which loopback port answers for which public name.

    Servers and their files are gone afterwards. Raises RuntimeError when a server does not start.
    """
    peers = peers.resolve()
    ports = Ports(**dict(zip(Ports.__dataclass_fields__, free_ports(len(Ports.__dataclass_fields__)), strict=True)))
    work = Path(tempfile.mkdtemp(prefix="recording-", dir=peers))
    work.chmod(0o755)  # nginx's workers read the pages under an account of their own
    try:
        seed_index(work / "web.db", world.pages)
        seed_sites(work / "nginx" / "sites", world)
        seed_archive(work / "pywb", world, peers / "v-pywb" / "bin")
        seed_wiki(work, world.edits)
        with running(servers(peers, work, ports), peers / "logs"):
            seed_atproto(ports.pds, world.accounts)
            handles = [account.handle for account in world.accounts]
            yield port_of_host(ports, handles, web_hosts(world))
    finally:
        shutil.rmtree(work)
