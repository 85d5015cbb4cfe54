"""The verifier as one file: the rooms of the log that need only Python and `cryptography`, in a zip that Python runs.

The same program gives the same bytes wherever it is built, so that a second person's copy can be compared.
"""

import ast
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

ENTRANCE = "verifier"
"""The module of `vetting.log` in which the program begins; it and whatever it imports is packed."""

_MAIN = '''\
"""Verifies a bundle of a transparency log. See: python vetting-verify.pyz --help."""
import sys

if sys.version_info < (3, 11):
    sys.exit("This program needs Python 3.11 or newer.")
try:
    from vetting.log.verifier import main
except ImportError:
    sys.exit("This program needs Python's package cryptography.")
sys.exit(main(sys.argv[1:]))
'''
NAME = "vetting-verify.pyz"
_START = b"#!/usr/bin/env python3\n"
_ANY_DAY = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


def verifier_bytes() -> bytes:
    """The file: `python vetting-verify.pyz BUNDLE --policy POLICY`."""
    here = Path(__file__).parent
    sources = {"__main__.py": _MAIN.encode("ascii")}
    sources["vetting/__init__.py"] = (here.parent / "__init__.py").read_bytes()
    for room, source in sorted(_rooms(here).items()):
        sources[f"vetting/log/{room}.py"] = source
    packed = io.BytesIO(_START)
    packed.seek(0, io.SEEK_END)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_STORED) as archive:  # stored: compressors differ in their bytes
        for name, content in sorted(sources.items()):
            place = zipfile.ZipInfo(name, _ANY_DAY)
            place.external_attr = _PLAIN_FILE
            place.create_system = 3  # the same wherever it is built
            archive.writestr(place, content)
    return packed.getvalue()


def _rooms(here: Path) -> dict[str, bytes]:
    """The source of every module of this package that the program can import."""
    found = {"__init__": (here / "__init__.py").read_bytes()}
    wanted = [ENTRANCE]
    while wanted:
        room = wanted.pop()
        if room not in found:
            found[room] = (here / f"{room}.py").read_bytes()
            wanted += [name for name in _imported(found[room]) if (here / f"{name}.py").is_file()]
    return found


def _imported(source: bytes) -> Iterator[str]:
    """The names of this package's modules that a module names in its imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "vetting.log":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vetting.log."):
            yield (node.module or "").removeprefix("vetting.log.")
