"""Runs the servers that the demo's internet was recorded from, so that a practice case can search them.

usage: python -m demo.record.live PEERS   (make live installs the servers first; Ctrl-C stops them)
"""

from __future__ import annotations

import shlex
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from demo.record.plans import REPOSITORY
from demo.record.town import town
from demo.record.world import load_world

POSITION: Final = "live"


def main(peers: Path) -> None:
    """Starts and fills the servers, writes which port answers for which name, and waits for Ctrl-C."""
    for sign in (signal.SIGINT, signal.SIGTERM):  # a shell starts what it sends to the background with Ctrl-C ignored
        signal.signal(sign, signal.default_int_handler)
    _say(
        "Starting SearXNG, MediaWiki, pywb, nginx and the AT Protocol servers, and filling them (about half a minute)."
    )
    file = peers.resolve() / "hosts.toml"
    try:
        with town(peers, load_world()) as places:
            file.write_text(hosts_file(places), encoding="utf-8")
            _say(f"They run. In another terminal, from {shlex.quote(str(REPOSITORY))}, after `make demo`:", "")
            _say(*(f"  {line}" for line in what_to_type(file)), "", "Ctrl-C stops the servers.")
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        _say("The servers are stopped.")
    finally:
        file.unlink(missing_ok=True)


def hosts_file(places: Mapping[str, int]) -> str:
    """What VETTING_RECORDINGS may name: a port for each name (vetting/sources/hosts_file.py)."""
    lines = (f'"{host}" = {port}' for host, port in sorted(places.items()))
    return "\n".join(["[hosts]", *lines, ""])


def what_to_type(hosts: Path) -> tuple[str, ...]:
    """The lines that search one invented candidate on the servers, with the demo's people."""
    return (
        f"export VETTING_HOME=$PWD/var/demo VETTING_RECORDINGS={shlex.quote(str(hosts))} PATH=$PWD/.venv/bin:$PATH",
        "vetting sign-in j.alvarez --password-stdin < var/demo/password",
        f"vetting position open {POSITION} --protocol patrol_officer --decision-maker chief.osei --practice",
        f"vetting position attest {POSITION}",
        f"vetting case open {POSITION} demo/candidates/anneke_sorvaldsen.toml   # prints the number of the case",
        "vetting run C-...",
    )


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
