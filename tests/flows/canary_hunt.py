"""Finds a canary in files, databases and output, also where it is encoded, compressed or pickled."""

from __future__ import annotations

import base64
import binascii
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
DEEPEST = 4


def spellings(canary: str) -> tuple[bytes, ...]:
    """The canary as it may stand in bytes: UTF-8, JSON's escapes, UTF-16, reversed, hexadecimal."""
    plain, wide = canary.encode(), [canary.encode("utf-16-le"), canary.encode("utf-16-be")]
    return (plain, json.dumps(canary)[1:-1].encode(), *wide, plain[::-1], plain.hex().encode())


def contains(data: bytes, canary: str, depth: int = 0) -> bool:
    """Whether `data` holds the canary, directly or within base64, hexadecimal or zlib, four layers deep."""
    if any(spelling in data for spelling in spellings(canary)):
        return True
    return depth < DEEPEST and any(contains(inner, canary, depth + 1) for inner in _unwrapped(data))


def _unwrapped(data: bytes) -> Iterator[bytes]:
    with suppress(zlib.error):
        yield zlib.decompress(data, wbits=47)
    joined = data.replace(b"\\n", b"").replace(b"\n", b"")  # lines of base64, also within JSON
    for run in BASE64.findall(joined):
        for start in range(4):
            with suppress(binascii.Error):
                part = run[start:].rstrip(b"=")
                yield base64.urlsafe_b64decode(
                    part[: len(part) - (len(part) % 4 == 1)].translate(bytes.maketrans(b"+/", b"-_")) + b"==="
                )
    for run in HEX.findall(data):
        yield bytes.fromhex(run.decode())


def cells(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every table as (table, bytes)."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - the database's own names
                for value in row:
                    yield table, value if isinstance(value, bytes) else str(value).encode()


def hunt(folder: Path, canary: str) -> set[str]:
    """The files below `folder`, and the tables of its databases, that hold the canary."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    hits = {str(path.relative_to(folder)) for path in files if contains(path.read_bytes(), canary)}
    for database in (path for path in files if path.suffix == ".db"):
        hits |= {f"table {table}" for table, value in cells(database) if contains(value, canary)}
    return hits
