"""A fediverse server that shows an account to other servers' signed requests, and to no visitor."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo.record.servers import Server, free_ports
from tests.peers.town import Town

HOST: Final = "herd.riverton.example"
USER: Final = "kit"


@dataclass(frozen=True, kw_only=True)
class Herd:
    """The running server, on which one account is registered."""

    port: int


def started_herd(town: Town) -> Herd:
    """Starts the server, then registers the account: before the server made its tables, registering never ends."""
    folder = town.work / "herd"
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("herd_app.py"), folder)
    python = str(town.peers / "v-bovine" / "bin" / "python")
    (port,) = free_ports(1)
    server = Server(
        name="herd",
        command=(python, "-m", "hypercorn", "herd_app:app", "-b", f"127.0.0.1:{port}"),
        folder=folder,
        environment={},
        answers_at=f"http://127.0.0.1:{port}/.well-known/nodeinfo",
    )
    town.run(server, {})
    register = ("register", "--domain", f"http://{HOST}", "--handle", USER)
    command = [python, "-m", "bovine_store", "--db_url", "sqlite://herd.sqlite3", *register]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return Herd(port=port)
