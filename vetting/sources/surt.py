"""The key under which replay programs look an address up: SURT, as CDXJ indexes use it (WACZ 1.1.1, 5.2)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

_PORTS: Final = {"http": 80, "https": 443}
_WWW: Final = re.compile(r"www\d*\.")
_KEPT: Final = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""Printable ASCII is not escaped, but for blank, number sign and percent sign."""
_MAX_UNESCAPES: Final = 20


def surt(url: str) -> str:
    """The host backwards, then path and query, all in lower case, without scheme, `www.` and the order of parameters.

    An address that is none of http(s) is its own key. Session identifiers in an address are kept, unlike elsewhere.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return _escaped(url)
    if parts.scheme not in _PORTS or not host:
        return _escaped(url)
    place = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    query = _query(_escaped(parts.query).lower())
    return f"{_host(host)}{place}){_path(parts.path)}{query}"


def _host(host: str) -> str:
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = _escaped(host)
    host = host.strip(".")
    start = _WWW.match(host)
    return ",".join(reversed(host[start.end() if start else 0 :].split(".")))


def _path(path: str) -> str:
    kept: list[bytes] = []
    parts = _unescaped(path).split(b"/")[1:]
    for part in parts:
        if part == b".." and kept:
            kept.pop()
        elif part not in {b".", b""}:
            kept.append(part)
    return "/" + "/".join(_quoted(part) for part in kept).lower()


def _query(query: str) -> str:
    if not query:
        return ""
    pairs = sorted(pair.partition("=") for pair in query.split("&"))
    return "?" + "&".join("".join(pair) for pair in pairs)


def _escaped(text: str) -> str:
    return _quoted(_unescaped(text))


def _unescaped(text: str) -> bytes:
    """Escapes of escapes too: an address may be escaped several times over."""
    octets = text.encode("utf-8", "surrogatepass")
    for _ in range(_MAX_UNESCAPES):
        plain = unquote_to_bytes(octets)
        if plain == octets:
            break
        octets = plain
    return octets


def _quoted(octets: bytes) -> str:
    return quote_from_bytes(octets, safe=_KEPT)
