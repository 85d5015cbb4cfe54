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
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from flows.template import DATABASE, lay, template_file
from vetting.errors import VettingError, not_ready, storage

PROGRAM = Path(__file__).with_name("server_process.py")
START_SECONDS = 120.0
"""A first start without template runs all migrations; the usual start takes two to three seconds."""
STOP_SECONDS = 10.0
BACKLOG = 128

SILENT_LOGGING = """\
version: 1
disable_existing_loggers: false
handlers: {nowhere: {class: logging.NullHandler}}
loggers:
  prefect: &silent {level: CRITICAL, propagate: false, handlers: [nowhere]}
  prefect._internal: *silent
  prefect.extra: *silent
  prefect.flow_runs: *silent
  prefect.task_runs: *silent
  prefect.workers: *silent
  EventsWorker: *silent
  uvicorn: *silent
  fastapi: *silent
"""
"""Prefect's logging while VETTING_DEBUG is unset: nothing to the console, nothing to its database."""

SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_LOG_PRINTS": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # no second server behind our back
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
    # Of the server's services only the recorder of task runs: no schedules, automations or event history to serve.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "500",  # one by one, a stop would lose the last states
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",  # the API has a password; no browser ever speaks to it
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # client and server are one installation
    "PREFECT_CLIENT_MAX_RETRIES": "3",  # 14 seconds: a local server that stays silent longer will not come back
}
"""Every Prefect setting we depend on that is the same everywhere; all others stay at Prefect's defaults."""


@dataclass(slots=True, kw_only=True)
class Server:
    """A temporary server: its process, its address and the password that only we and it know."""

    home: Path
    process: subprocess.Popen[bytes]
    port: int
    password: str
    ready: bool = False

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Returns once the server answers. Raises VettingError `prefect_not_started` if it ended or stayed silent."""
        if self.ready:
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/api/health")
            self.ready = connection.getresponse().status == HTTPStatus.OK
        connection.close()
        if not self.ready:
            self.stop()
            raise _not_started(self.home)

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


_serving: list[Server] = []


def prepare(home: Path) -> None:
    """Makes `home` (mode 0700) and puts every setting in force, before Prefect is imported.

    Prefect settings of other projects are removed: a stray PREFECT_API_URL would send runs elsewhere. Raises
    VettingError `prefect_not_started` when the folder cannot be made.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
        (home / "logging.yml").write_text(SILENT_LOGGING, encoding="utf-8")
    except OSError:
        raise _not_started(home) from None
    _put_in_force(_settings(home))


def start(home: Path, *, migrated: bool = True) -> Server:
    """Starts the server and returns at once: call it first, then import the heavy libraries, then `prefect_server`.

    A new `home` gets the migrated database of set-up; with `migrated=False` the server runs Prefect's migrations.
    Raises VettingError `prefect_not_started` when the folder or the process cannot be made.
    """
    home = home.resolve()
    prepare(home)
    password = secrets.token_urlsafe(32)
    output = None if debugging() else subprocess.DEVNULL
    try:
        if migrated:
            lay(home, template_file())
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(BACKLOG)
            process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, "-I", PROGRAM, str(listener.fileno())],
                stdin=subprocess.PIPE,  # held open by us alone: it closes when we end, and the server with it
                stdout=output,
                stderr=output,
                cwd=home,  # Prefect also reads settings from files of the working folder
                pass_fds=[listener.fileno()],
                env={**os.environ, "PREFECT_SERVER_API_AUTH_STRING": f"vetting:{password}"},
                start_new_session=True,  # Ctrl-C is ours to answer: the server ends after the last state is written
            )
            port = listener.getsockname()[1]
    except OSError:
        raise _not_started(home) from None
    return Server(home=home, process=process, port=port, password=password)


@contextmanager
def prefect_server(home: Path, started: Server | None = None) -> Iterator[None]:
    """Flows called inside run on a temporary server with its files in `home`; `started` is one from `start`.

    The block is entered while the server still starts, so that it may import and load; the first flow waits, and
    raises VettingError `prefect_not_started`. Not for use inside a running event loop.
    """
    if _serving:
        raise RuntimeError("a program has one Prefect server at a time")
    server = started or start(home)
    with ExitStack() as cleanup:
        cleanup.callback(server.stop)
        cleanup.callback(_put_in_force, _settings(server.home))
        _put_in_force(_settings(server.home) | _address(server))
        cleanup.enter_context(_one_client())
        cleanup.enter_context(_nothing_on_stderr())
        _serving.append(server)
        cleanup.callback(_drain)
        cleanup.callback(_serving.clear)
        yield


def require_server() -> None:
    """Returns once this process's server answers.

    Raises VettingError `prefect_not_started`, or `prefect_absent` outside `prefect_server`: no flow looks elsewhere.
    """
    if not _serving:
        raise not_ready("prefect_absent", "No Prefect server runs in this process.", "Use prefect_server().")
    _serving[0].wait_until_ready()


def debugging() -> bool:
    """Whether the person asked to see Prefect's own log lines (VETTING_DEBUG)."""
    return bool(os.environ.get("VETTING_DEBUG"))


def _not_started(home: Path) -> VettingError:
    return storage(
        "prefect_not_started",
        "Prefect's temporary server did not start.",
        f"Check free space and permissions of {home}; VETTING_DEBUG=1 shows the server's own words.",
    )


def _settings(home: Path) -> dict[str, str]:
    """The settings for a server and its clients with their files in `home`."""
    settings = SETTINGS | {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{quote(str(home / DATABASE))}",
    }
    return settings if debugging() else settings | {"PREFECT_LOGGING_SETTINGS_PATH": str(home / "logging.yml")}


def _address(server: Server) -> dict[str, str]:
    """Where a flow finds the server, and the password that keeps other people of this machine out."""
    return {
        "PREFECT_API_URL": f"http://127.0.0.1:{server.port}/api",
        "PREFECT_API_AUTH_STRING": f"vetting:{server.password}",
    }


def _put_in_force(settings: Mapping[str, str]) -> None:
    """Replaces every Prefect variable of the environment by `settings`."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(settings)
    direct = {"127.0.0.1", *filter(None, os.environ.get("NO_PROXY", "").split(","))}
    os.environ["NO_PROXY"] = ",".join(sorted(direct))  # a proxy must not see, or break, what stays on this machine
    _refresh_prefect()


def _refresh_prefect() -> None:
    """Makes an already imported Prefect read the environment again."""
    if "prefect.context" not in sys.modules:
        return
    from prefect.context import refresh_global_settings_context
    from prefect.logging.configuration import setup_logging

    refresh_global_settings_context()
    setup_logging(incremental=False)


@contextmanager
def _one_client() -> Iterator[None]:
    """Reads Prefect while the server starts, and lets all flows of this thread share settings and connection.

    Each flow would otherwise read a hundred settings and every certificate authority of the world again. Heartbeats
    tell a remote server of a dead runner; ours dies with its runner, and each flow would wait a second for their end.
    """
    import prefect.events.clients
    import prefect.flow_engine
    import prefect.main
    import prefect.task_engine  # noqa: F401
    from prefect.context import SettingsContext, SyncClientContext, get_settings_context

    inherited = get_settings_context()
    settings = inherited.settings.copy_with_update(updates={"flows.heartbeat_frequency": None})
    with SettingsContext(profile=inherited.profile, settings=settings), SyncClientContext():
        yield


def _drain() -> None:
    """Lets Prefect's event thread hand over the last task states while the server is still there."""
    from prefect.events.worker import EventsWorker

    EventsWorker.drain_all(timeout=STOP_SECONDS)


@contextmanager
def _nothing_on_stderr() -> Iterator[None]:
    """Keeps warnings of libraries from the screen: they may quote what a flow reads.

    Python prints log warnings while no handler exists, and warnings of the `warnings` module always.
    """
    if debugging():
        yield
        return
    silence, root, show = logging.NullHandler(), logging.getLogger(), warnings.showwarning
    root.addHandler(silence)
    warnings.showwarning = _swallow
    try:
        yield
    finally:
        warnings.showwarning = show
        root.removeHandler(silence)


def _swallow(*_: object, **__: object) -> None:
    """Shows nothing; a filter that turns warnings into errors still does."""
