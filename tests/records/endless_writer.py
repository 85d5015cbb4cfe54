"""A process that records and posts act after act until it is killed, and says each act's name when it is done.

Usage: python -m tests.records.endless_writer ADDRESS PUBLIC_KEY_HEX PREFIX
"""

from __future__ import annotations

import itertools
import os
import sys

from tests.records import invented
from vetting.records.case_files import CaseFiles
from vetting.records.seal import VaultPublicKey


def main(url: str, public: str, prefix: str) -> None:
    """Write for ever."""
    store = CaseFiles(url, VaultPublicKey(bytes.fromhex(public)), None)
    for n in itertools.count():
        name = f"{prefix}-{n}"
        with store.transaction() as unit:
            unit.add_case(invented.case(name), invented.CANDIDATE, invented.SECRET)
            unit.add_capture(name, "name-web.1", invented.capture(f"K-{name}", os.urandom(9000)))
            unit.add_result(name, invented.result())
            unit.post(invented.event(name))
        os.write(1, f"{name}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
