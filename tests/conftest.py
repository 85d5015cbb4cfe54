"""What every test shares: nothing leaves the machine, cases by others, and a PostgreSQL of its own."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from tests.needed import missing
from vetting.records import key_file

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
"""A machine under load may take this long to open a database."""

# No timed assertions: a slow machine is not a wrong program.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Give Prefect a home of this run before anything imports it, and keep it silent towards the outside."""
    del config
    # A shell starts what it sends to the background with Ctrl-C ignored, and a program would inherit that from here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home = tempfile.mkdtemp(prefix="vetting-tests-prefect-")
    os.environ.update(
        PREFECT_HOME=home,
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        DO_NOT_TRACK="1",
        VETTING_TESTS_PREFECT_HOME=home,
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the Prefect home that `pytest_configure` made."""
    del config
    shutil.rmtree(os.environ.pop("VETTING_TESTS_PREFECT_HOME"), ignore_errors=True)


# -------------------------------------------------------------------------------- nothing leaves the machine


def _refuse_the_outside(address: object) -> None:
    """Raise unless `address` is a file socket, a loopback address or a loopback name."""
    if not isinstance(address, tuple):
        return
    host = str(address[0])
    if host in {"localhost", ""}:
        return
    try:
        loopback = ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        sentence = f"a test tried to reach {host!r}; tests use loopback addresses and recorded sources only"
        raise AssertionError(sentence)


@pytest.fixture(scope="session", autouse=True)
def _nothing_leaves_the_machine() -> Iterator[None]:
    """Refuse every connection and name look-up to anything but this machine."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: object) -> None:
        _refuse_the_outside(address)
        connect(self, address)  # type: ignore[arg-type]

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        _refuse_the_outside(address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    def guarded_look_up(host: object, *args: object, **options: object) -> object:
        _refuse_the_outside((host.decode() if isinstance(host, bytes) else host or "", 0))
        return look_up(host, *args, **options)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


# ------------------------------------------------------------------------------------------ what costs seconds


@pytest.fixture(scope="session", autouse=True)
def _a_passphrase_is_stretched_once() -> Iterator[None]:
    """Remember what a passphrase and its salt stretch to: a fifth of a second each, which is meant to be so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_file, "_stretch", cache(key_file._stretch))
        yield


# -------------------------------------------------------------------------------------------- what is needed


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Return the folder of cases by others: $VETTING_SHARED, or `shared` beside the repository."""
    folder = Path(os.environ.get("VETTING_SHARED") or ROOT.parent / "shared").resolve()
    if not (folder / "vectors").is_dir():
        missing("the folder of cases by others ($VETTING_SHARED) is absent")
    return folder


# ------------------------------------------------------------------------------------------------ PostgreSQL


def _postgres_programs() -> Path | None:
    """Return the folder holding `initdb` and `postgres`, the newest version first, or None."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    for initdb in sorted(versions, key=lambda path: float(path.parts[-3]), reverse=True):
        return initdb.parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _unprivileged() -> str | None:
    """Return the account that must run PostgreSQL (it refuses root), or None for the caller's own."""
    return "postgres" if os.geteuid() == 0 else None


def _wait_until_open(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers; fail with its own log when it ends or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"PostgreSQL did not open:\n{log.read_text(errors='replace')[-2000:]}", pytrace=False)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a PostgreSQL of this test run on a free loopback port; yield a superuser's SQLAlchemy URL."""
    programs = _postgres_programs()
    if programs is None:
        missing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    account, port, password = _unprivileged(), _free_port(), secrets.token_urlsafe(16)
    folder = Path(tempfile.mkdtemp(prefix="vetting-tests-postgres-"))
    data, log, password_file = folder / "data", folder / "log", folder / "password"
    password_file.write_text(password)
    if account:
        for path in (folder, password_file):
            shutil.chown(path, account, account)
    initialize = [f"{programs}/initdb", f"--pgdata={data}", "--username=vetting", f"--pwfile={password_file}"]
    safely = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([*initialize, *safely], user=account, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [f"{programs}/postgres", "-D", str(data), *arguments]
    with log.open("wb") as output:
        server = subprocess.Popen(command, user=account, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        address = f"vetting:{password}@127.0.0.1:{port}/postgres"
        _wait_until_open(f"postgresql://{address}", server, log)
        yield f"postgresql+psycopg://{address}"
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: sessions end, nothing is waited for
        server.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh_postgres(postgres_url: str) -> Iterator[str]:
    """Yield the SQLAlchemy URL of a new, empty PostgreSQL database, dropped after the test."""
    name = f"test_{secrets.token_hex(8)}"
    maintenance = postgres_url.replace("+psycopg", "", 1)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield f"{postgres_url.rpartition('/')[0]}/{name}"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
