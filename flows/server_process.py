"""The program of the temporary Prefect server: Prefect's own application on a socket that is already open.

`flows.server` runs it as `python -I server_process.py SOCKET_FD`; nothing imports it. It ends when its standard
input ends: that is the moment the process that started it is gone, however it went (also after `kill -9`).
"""

from __future__ import annotations

import fcntl
import gc
import os
import select
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI
    from prefect.server.database.configurations import AioSqliteConfiguration

LOOK_SECONDS = 1.0
"""How often a changed parent is looked for, should some other process keep our standard input open."""
LOCK = Path("starting.lock")
"""In the data folder: `flows.server` makes it the working folder."""
KEEP_ALIVE_SECONDS = 60
"""Longer than Prefect's client keeps an idle connection, so that it never meets one closing."""


def end_with_the_parent(parent: int) -> None:
    """Ends this process at once when standard input closes or the parent changes; SQLite undoes a half-done write."""
    while os.getppid() == parent:
        readable, _, _ = select.select([0], [], [], LOOK_SECONDS)
        if readable and not os.read(0, 1):
            break
    os._exit(0)


def patient_sqlite() -> AioSqliteConfiguration:
    """Prefect's SQLite access with every transaction taking the write lock when it begins.

    Prefect begins most of them as readers; one that turns writer while another writes is refused at once, without
    SQLite's waiting time, and Prefect's client then sleeps two seconds before it asks again.
    """
    from prefect.server.database.configurations import AioSqliteConfiguration
    from prefect.settings import get_current_settings

    class PatientSqlite(AioSqliteConfiguration):
        @asynccontextmanager
        async def begin_transaction(
            self,
            session: Any,  # noqa: ANN401 - SQLAlchemy's, which this room does not know
            with_for_update: bool = True,  # noqa: FBT001, FBT002 - Prefect's signature
        ) -> AsyncGenerator[Any, None]:
            del with_for_update
            async with super().begin_transaction(session, with_for_update=True) as transaction:
                yield transaction

    url = get_current_settings().server.database.connection_url
    if url is None:
        raise RuntimeError("flows.server names the database")
    return PatientSqlite(connection_url=url.get_secret_value())


def narrow_application() -> FastAPI:
    """Prefect's application with the routes that running a flow needs.

    Without the others there is no place to put an artifact, a log line, a variable or a block, and it starts sooner.
    """
    from prefect.server import api
    from prefect.server.api import server

    needed = (api.admin, api.flows, api.flow_runs, api.task_runs, api.events, api.concurrency_limits_v2)
    server.API_ROUTERS = tuple(module.router for module in needed)
    return server.create_app(ephemeral=True)


def one_start_at_a_time(application: FastAPI) -> None:
    """Makes servers that start on one folder wait for each other: two would run the same migrations into each other."""
    served = application.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[Mapping[str, Any], None]:
        async with AsyncExitStack() as serving:
            with LOCK.open("wb") as lock:  # noqa: ASYNC230 - nothing else runs yet
                fcntl.flock(lock, fcntl.LOCK_EX)
                state = await serving.enter_async_context(served(app))
            yield state or {}

    application.router.lifespan_context = lifespan


def main() -> None:
    """Serves until asked to stop (SIGTERM) or left alone."""
    threading.Thread(target=end_with_the_parent, args=(os.getppid(),), daemon=True).start()
    os.umask(0o077)
    listener = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()  # nothing of an import is garbage: looking for it would take a sixth of the start

    import uvicorn
    from prefect.server.database.dependencies import set_database_config

    application = narrow_application()
    one_start_at_a_time(application)
    set_database_config(patient_sqlite())
    gc.freeze()
    gc.enable()
    config = uvicorn.Config(
        application,
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
