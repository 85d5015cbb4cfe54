"""The verifier as one file: the rooms of the log that need only Python and `cryptography`, in a zip that Python runs.

The same program gives the same bytes wherever it is built, so that a second person's copy can be compared.
"""

import io
import zipfile
from pathlib import Path

ROOMS = (
    "errors",
    "merkle",
    "note",
    "checkpoint",
    "profile",
    "event",
    "verify",
    "folder",
    "schema",
    "bundle",
    "verifier",
)
"""The modules of `vetting.log` that the verifier needs."""

_MAIN = '''\
"""Verifies a bundle of a transparency log. See: python vetting-verify.pyz --help."""
import sys

if sys.version_info < (3, 11):
    sys.exit("This program needs Python 3.11 or newer.")
try:
    from vetting.log.verifier import main
except ImportError:
    sys.exit("This program needs Python's package cryptography, in a version that knows ML-DSA (47 or newer).")
sys.exit(main(sys.argv[1:]))
'''
_START = b"#!/usr/bin/env python3\n"
_ANY_DAY = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


def verifier_bytes() -> bytes:
    """The file: `python vetting-verify.pyz BUNDLE --policy POLICY`."""
    here = Path(__file__).parent
    sources = {"__main__.py": _MAIN.encode("ascii")}
    sources["vetting/__init__.py"] = (here.parent / "__init__.py").read_bytes()
    for room in ("__init__", *ROOMS):
        sources[f"vetting/log/{room}.py"] = (here / f"{room}.py").read_bytes()
    packed = io.BytesIO(_START)
    packed.seek(0, io.SEEK_END)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_STORED) as archive:  # stored: compressors differ in their bytes
        for name, content in sorted(sources.items()):
            place = zipfile.ZipInfo(name, _ANY_DAY)
            place.external_attr = _PLAIN_FILE
            place.create_system = 3  # the same wherever it is built
            archive.writestr(place, content)
    return packed.getvalue()
