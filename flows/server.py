"""Prefect on a temporary server of our own: private, silent, on loopback only, and gone when we are gone.

Prefect reads its settings when it is imported, so this module does not import it. The server is Prefect's own
application on SQLite, in a child process that we start, watch and stop (docs/decisions/0009-prefect.md).
"""

from __future__ import annotations

import http.client
import logging
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vetting.errors import not_ready, storage

PROGRAM = Path(__file__).with_name("server_process.py")
START_SECONDS = 120.0
"""A first start on a busy machine runs all migrations; the usual start takes two to three seconds."""
STOP_SECONDS = 10.0
BACKLOG = 128

SILENT_LOGGING = """\
version: 1
disable_existing_loggers: false
handlers: {nowhere: {class: logging.NullHandler}}
loggers:
  prefect: {level: CRITICAL, propagate: false, handlers: [nowhere]}
  uvicorn: {level: CRITICAL, propagate: false, handlers: [nowhere]}
"""
"""Prefect's logging while VETTING_DEBUG is unset: nothing to the console, nothing to its database."""

_serving: list[Server] = []


@dataclass(slots=True)
class Server:
    """A temporary server: its process, its address and the password that only we and it know."""

    home: Path
    process: subprocess.Popen[bytes]
    port: int
    password: str

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Returns once the server answers. Raises VettingError `prefect_not_started` if it ended or stayed silent."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/api/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                connection.close()
                return
        connection.close()
        self.stop()
        raise storage(
            "prefect_not_started",
            "Prefect's temporary server did not start.",
            f"Check free space and permissions of {self.home}; VETTING_DEBUG=1 shows the server's own words.",
        )

    def stop(self) -> None:
        """Asks the server to end, insists after a while, and returns when it is gone."""
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


def debugging() -> bool:
    """Whether the person asked to see Prefect's own log lines (VETTING_DEBUG)."""
    return bool(os.environ.get("VETTING_DEBUG"))


def prefect_environment(home: Path) -> dict[str, str]:
    """Every Prefect setting we depend on, as environment variables; all others stay at Prefect's defaults."""
    settings = {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # no second server behind our back
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_LOG_PRINTS": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(int(START_SECONDS)),
    }
    if not debugging():
        settings["PREFECT_LOGGING_SETTINGS_PATH"] = str(home / "logging.yml")
    return settings


def prepare(home: Path) -> None:
    """Makes `home` (mode 0700) and puts every setting in force, before Prefect is imported.

    Prefect settings of other projects are removed: a stray PREFECT_API_URL would send runs elsewhere.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    (home / "logging.yml").write_text(SILENT_LOGGING, encoding="utf-8")
    _put_in_force(prefect_environment(home))


def _put_in_force(settings: Mapping[str, str]) -> dict[str, str]:
    """Replaces every Prefect variable of the environment by `settings`; returns the environment as it was."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(settings)
    direct = {"127.0.0.1", *filter(None, os.environ.get("NO_PROXY", "").split(","))}
    # A proxy must not see, or break, what stays on this machine.
    os.environ["NO_PROXY"] = ",".join(sorted(direct))
    _refresh_prefect()
    return before


def _refresh_prefect() -> None:
    """Makes an already imported Prefect read the environment again."""
    if "prefect" not in sys.modules:
        return
    from prefect.context import refresh_global_settings_context
    from prefect.logging.configuration import setup_logging

    refresh_global_settings_context()
    setup_logging(incremental=False)


def start(home: Path) -> Server:
    """Starts the server and returns at once: call it first, then import the heavy libraries, then `prefect_server`."""
    prepare(home)
    password = secrets.token_urlsafe(32)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(BACKLOG)
        output = None if debugging() else subprocess.DEVNULL
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-I", PROGRAM, str(listener.fileno())],
            stdin=subprocess.PIPE,  # held open by us alone: it closes when we end, and the server with it
            stdout=output,
            stderr=output,
            pass_fds=[listener.fileno()],
            env={**os.environ, "PREFECT_SERVER_API_AUTH_STRING": f"vetting:{password}"},
            start_new_session=True,  # Ctrl-C is ours to answer: the server ends after the last state is written
        )
        return Server(home=home, process=process, port=listener.getsockname()[1], password=password)


@contextmanager
def prefect_server(home: Path, started: Server | None = None) -> Iterator[None]:
    """Flows called inside run on a temporary server with its files in `home`; `started` is one from `start`.

    Raises VettingError `prefect_not_started`.
    """
    server = started or start(home)
    before = dict(os.environ)
    silence = logging.NullHandler()
    try:
        server.wait_until_ready()
        before = _put_in_force(
            prefect_environment(home)
            | {
                "PREFECT_API_URL": f"http://127.0.0.1:{server.port}/api",
                "PREFECT_API_AUTH_STRING": f"vetting:{server.password}",
            }
        )
        if not debugging():  # without any handler, Python prints the warnings of libraries to stderr
            logging.getLogger().addHandler(silence)
        _serving.append(server)
        yield
    finally:
        logging.getLogger().removeHandler(silence)
        if server in _serving:
            _serving.remove(server)
            _drain()
        server.stop()
        os.environ.clear()
        os.environ.update(before)
        _refresh_prefect()


def _drain() -> None:
    """Lets Prefect's event thread hand over the last task states while the server is still there."""
    if "prefect.events.worker" in sys.modules:
        from prefect.events.worker import EventsWorker

        EventsWorker.drain_all(timeout=STOP_SECONDS)


def require_server() -> None:
    """Raises VettingError `prefect_absent` outside `prefect_server`: no flow looks for a server elsewhere."""
    if not _serving:
        raise not_ready("prefect_absent", "No Prefect server runs in this process.", "Use prefect_server().")
