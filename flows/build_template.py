"""`python -m flows.build_template`: runs Prefect's migrations once, for every data folder made later."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flows.server import start
from flows.template import DATABASE, save, template_file


def build(template: Path) -> None:
    """Starts a server on an empty folder and keeps the database it made. Raises VettingError `prefect_not_started`."""
    with tempfile.TemporaryDirectory(prefix="vetting-prefect-") as folder:
        server = start(Path(folder), migrated=False)
        try:
            server.wait_until_ready()
        finally:
            server.stop()
        save(Path(folder) / DATABASE, template)


if __name__ == "__main__" and not template_file().exists():
    build(template_file())
