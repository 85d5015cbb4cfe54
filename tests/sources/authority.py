"""A time-stamping authority of a test: OpenSSL's `ts` behind a real HTTP server on loopback."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from tests.needed import program
from vetting.sources.egress import mapped_transport

NAME = "tsa.example"
URL = f"http://{NAME}/stamp"
_CONFIG = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256,sha384,sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
# There is no `certs` line: OpenSSL would write the certificates in an order that the strict client refuses.
_EXTENSIONS = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=critical,timeStamping\n"


@dataclass
class Authority:
    """What it was asked, how it answers, and the certificate that is trusted."""

    folder: Path
    transport: httpx.BaseTransport
    root: bytes
    asked: list[bytes] = field(default_factory=list)
    status: int = 200
    kind: str = "application/timestamp-reply"
    answer: bytes | None = None
    """Instead of a token."""

    def token(self, query: bytes) -> bytes:
        """What OpenSSL answers to the query."""
        (self.folder / "query").write_bytes(query)
        command = ["ts", "-reply", "-queryfile", "query", "-out", "reply", "-config", "tsa.cnf", "-section", "t"]
        _openssl(self.folder, *command)
        return (self.folder / "reply").read_bytes()


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """Runs one on loopback, under an invented name."""
    made: Authority

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            del arguments

        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            made.asked.append(query)
            body = made.token(query) if made.answer is None else made.answer
            self.send_response(made.status)
            self.send_header("Content-Type", made.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    _make_keys(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    transport = mapped_transport({NAME: ("127.0.0.1", server.server_port)})
    made = Authority(folder=folder, transport=transport, root=(folder / "root.pem").read_bytes())
    try:
        yield made
    finally:
        transport.close()
        server.shutdown()
        server.server_close()
        thread.join()


def _make_keys(folder: Path) -> None:
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    (folder / "extensions").write_text(_EXTENSIONS)
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    _openssl(folder, "req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root of a test")
    _openssl(folder, "req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Authority of a test")
    signing = ["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions"]
    _openssl(folder, "x509", "-req", "-in", "tsa.csr", "-out", "tsa.pem", *signing)


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run([program("openssl", "openssl"), *arguments], cwd=folder, capture_output=True, check=True)
