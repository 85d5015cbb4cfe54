"""Recorded answers of real services, replayed by pywb as a forward proxy under the services' own names and over TLS.

Nobody here wrote those bytes. An answer exists for the exact address that its recorder asked for, so where a source of
ours asks for the same thing in other words, a test says which recorded address stands for it, and in which words.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from demo.record.servers import Server, free_ports, running

_SETTINGS = """collections_root: {collections}
proxy:
  coll: recorded
  enable_banner: false
  enable_wombat: false
  enable_content_rewrite: false
  ca_file_cache: {authority}
"""
_RENAMED = b"x-archive-orig-"
_CODINGS = frozenset({b"content-encoding", b"transfer-encoding", b"content-length"})
RecordedAs = Callable[[str], str]
"""From the address that our source asks for to the one under which the answer was recorded."""
Said = Mapping[str, bytes]


def _as_asked(url: str) -> str:
    return url


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A running proxy, and the certificate authority it made for itself."""

    port: int
    authority: Path

    def transport(self, recorded_as: RecordedAs = _as_asked, said: Said | None = None) -> ReplayTransport:
        """An internet of recorded answers; `said` are answers that nobody recorded, by address without query."""
        context = ssl.create_default_context(cafile=str(self.authority))
        once = httpx.Limits(max_keepalive_connections=0)  # the proxy closes a tunnel after one answer
        address = f"http://127.0.0.1:{self.port}"
        proxy = httpx.HTTPTransport(proxy=address, verify=context, trust_env=False, limits=once)
        return ReplayTransport(proxy=proxy, recorded_as=recorded_as, said=said or {})


@dataclass(kw_only=True)
class ReplayTransport(httpx.BaseTransport):
    """Asks the proxy; an address that nobody recorded fails the test instead of passing for "not found"."""

    proxy: httpx.HTTPTransport
    recorded_as: RecordedAs
    said: Said
    unrecorded: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The recorded answer, as it was recorded."""
        asked = str(request.url)
        answer = self.said.get(asked.partition("?")[0])
        if answer is not None:
            return httpx.Response(200, headers={"Content-Type": "application/json"}, content=answer)
        url = httpx.URL(self.recorded_as(asked))
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        sent = httpx.Request(request.method, url, headers=headers, extensions=request.extensions)
        response = self.proxy.handle_request(sent)
        if "memento-datetime" not in response.headers:  # pywb's own page: it holds no answer for this address
            self.unrecorded.append(asked)
        response.headers = httpx.Headers(list(_as_recorded(response.headers.raw)))
        return response

    def close(self) -> None:
        """Closes what is open."""
        self.proxy.close()


def _as_recorded(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """The headers as the service sent them: pywb renames some, undoes some codings, and adds two at the end."""
    dated = [at for at, (name, _) in enumerate(headers) if name.lower() == b"memento-datetime"]
    for at, (name, value) in enumerate(headers):
        recorded = name.lower().removeprefix(_RENAMED)
        undone = recorded != name.lower() and recorded in _CODINGS
        added = at in dated[-1:] or b'collection="recorded"' in value
        if not undone and not added:
            yield recorded, value


@contextmanager
def replaying(peers: Path, work: Path) -> Iterator[Replay]:
    """Runs the proxy while the block runs."""
    folder = work / "replay"
    folder.mkdir()
    authority = folder / "authority.pem"
    collections = peers / "replay" / "collections"
    (folder / "config.yaml").write_text(_SETTINGS.format(collections=collections, authority=authority))
    (port,) = free_ports(1)
    server = Server(
        name="replay",
        command=(str(peers / "v-pywb" / "bin" / "wayback"), "-b", "127.0.0.1", "-p", str(port)),
        folder=folder,
        environment={},
        answers_at=f"http://127.0.0.1:{port}/",
    )
    with running((server,), work / "logs"):
        yield Replay(port=port, authority=authority)
