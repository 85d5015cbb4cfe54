"""The program of the temporary Prefect server: Prefect's own application on a socket that is already open.

`flows.server` runs it as `python -I server_process.py SOCKET_FD`; nothing imports it. It ends when its standard
input ends: that is the moment the process that started it is gone, however it went (also after `kill -9`).
"""

from __future__ import annotations

import os
import select
import socket
import sys
import threading

LOOK_SECONDS = 1.0
"""How often a changed parent is looked for, should some other process keep our standard input open."""


def end_with_the_parent(parent: int) -> None:
    """Ends this process at once when standard input closes or the parent changes; SQLite undoes a half-done write."""
    while os.getppid() == parent:
        readable, _, _ = select.select([0], [], [], LOOK_SECONDS)
        if readable and not os.read(0, 1):
            break
    os._exit(0)


def main() -> None:
    """Serves until asked to stop (SIGTERM) or left alone."""
    threading.Thread(target=end_with_the_parent, args=(os.getppid(),), daemon=True).start()
    os.umask(0o077)
    listener = socket.socket(fileno=int(sys.argv[1]))

    import uvicorn
    from prefect.server.api.server import create_app

    application = create_app(ephemeral=True, final=True)
    config = uvicorn.Config(application, lifespan="on", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
