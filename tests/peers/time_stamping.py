"""A time-stamping authority (RFC 3161): OpenSSL's, behind a loopback address as one is reached over HTTP."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Final

# No `certs` line: with one, OpenSSL writes a set in an order that strict readers refuse.
_SETTINGS: Final = """[tsa]
default_tsa = authority
[authority]
serial = ./serial
signer_cert = ./authority.pem
signer_key = ./authority.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
_EXTENSIONS: Final = """basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


@dataclass(frozen=True, kw_only=True)
class TimeStampingAuthority:
    """Where it answers, and the certificates by which its tokens are believed (PEM)."""

    url: str
    root: bytes
    certificate: bytes


@contextmanager
def time_stamping_authority(openssl: str, folder: Path) -> Iterator[TimeStampingAuthority]:
    """Runs the authority while the block runs, with keys made now."""
    _certify(openssl, folder)
    numbers = count()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            del arguments

        def do_POST(self) -> None:
            question = folder / f"{next(numbers)}.tsq"
            question.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            token = _run(openssl, folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", question.name)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(token)))
            self.end_headers()
            self.wfile.write(token)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield TimeStampingAuthority(
            url=f"http://127.0.0.1:{server.server_port}/",
            root=(folder / "root.pem").read_bytes(),
            certificate=(folder / "authority.pem").read_bytes(),
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certify(openssl: str, folder: Path) -> None:
    (folder / "tsa.cnf").write_text(_SETTINGS)
    (folder / "extensions").write_text(_EXTENSIONS)
    (folder / "serial").write_text("01\n")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    root = ("-keyout", "root.key", "-out", "root.pem", "-days", "2", "-subj", "/CN=Invented root")
    _run(openssl, folder, "req", "-x509", *new_key, *root)
    asked = ("-keyout", "authority.key", "-out", "authority.csr", "-subj", "/CN=Invented time-stamping authority")
    _run(openssl, folder, "req", *new_key, *asked)
    signed = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", "authority.pem", "-days", "2")
    _run(openssl, folder, "x509", "-req", "-in", "authority.csr", "-extfile", "extensions", *signed)


def _run(openssl: str, folder: Path, *arguments: str) -> bytes:
    return subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True, timeout=60).stdout
