"""The servers of the demo's town, each started when a test first asks for it."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from demo.record.hosts import Ports
from demo.record.servers import Server, running, servers

RESOLVER = "resolver.riverton.example"
"""Answers for handles in the name of the whole network: a file that nginx serves."""


@dataclass(frozen=True, kw_only=True)
class Town:
    """Where the servers are, what they write and on which ports they answer."""

    peers: Path
    work: Path
    ports: Ports
    stack: ExitStack
    """Stops what was started, by its process number, at the end of the run."""
    started: set[str] = field(default_factory=set)

    def start(self, name: str, environment: dict[str, str] | None = None) -> None:
        """Starts one of the demo's servers, once. Raises RuntimeError where it does not come up: see its log."""
        if name in self.started:
            return
        known = servers(self.peers, self.work, self.ports)
        self.run(next(server for server in known if server.name == name), environment or {})

    def run(self, server: Server, environment: dict[str, str]) -> None:
        """Starts any server, once."""
        if server.name not in self.started:
            given = Server(
                name=server.name,
                command=server.command,
                folder=server.folder,
                environment={**server.environment, **environment},
                answers_at=server.answers_at,
            )
            self.stack.enter_context(running((given,), self.work / "logs"))
            self.started.add(server.name)
