"""Cases of ten searches each, and a site in a process of its own that answers them: for measuring and for killing."""

import secrets
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from filters.analyzer import Analyzer
from vetting.candidate import Authorization, Candidate, Identifier, IdentifierKind
from vetting.casework.desk import Desk
from vetting.casework.intake import attest, open_case, open_position
from vetting.casework.opening import create_home, open_desk
from vetting.casework.protocol_file import declared_packs, load_protocol
from vetting.roles import Person, Role, SensitivePosition
from vetting.settings import REPOSITORY, Settings, load_settings

STEPS = 10
POSITION = "many"
HOST = "site.riverton.example"
WORDS = "Rain on the ridge, coffee in the flask, and a slow mile along the river with the old dog. " * 20
PAGE = f"<!doctype html><html lang='en'><head><title>Log</title></head><body><p>{WORDS}</p></body></html>".encode()
FEED = f"<rss version='2.0'><channel><title>L</title><item><title>{WORDS}</title></item></channel></rss>".encode()
CLEARED = SensitivePosition(
    vetted_on=date(2020, 1, 1), training_expires_on=date(2099, 1, 1), confidentiality_signed_on=date(2020, 1, 2)
)
CHIEF = Person(id="chief", name="Chief", roles=frozenset({Role.DECISION_MAKER}))
SEARCHER = Person(
    id="first", name="First", roles=frozenset({Role.INVESTIGATOR, Role.REVIEWER}), sensitive_position=CLEARED
)


class Site(BaseHTTPRequestHandler):
    """Answers with a page of two kilobytes, or a feed with one entry."""

    def do_GET(self) -> None:
        """The page or the feed; no robots.txt."""
        body, kind = (FEED, "application/rss+xml") if self.path.endswith(".xml") else (PAGE, "text/html")
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


def serve() -> None:
    """Says the port and answers until it is ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


@contextmanager
def hosts_file(folder: Path) -> Iterator[Path]:
    """Runs the site while the block runs; the file that leads to it."""
    command = [sys.executable, "-m", "tests.many_searches"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as site:
        try:
            port = int(site.stdout.readline()) if site.stdout else 0
            file = folder / "hosts.toml"
            file.write_text(f'[hosts]\n"{HOST}" = {port}\n', encoding="utf-8")
            yield file
        finally:
            site.terminate()


def clock() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A random identifier."""
    return secrets.token_hex(8)


def configured(folder: Path) -> Path:
    """A configuration with ten searches for everybody: a page and a feed, five times each."""
    config = shutil.copytree(REPOSITORY / "config", folder / "config")
    protocol = config / "protocols" / "patrol_officer.toml"
    head = protocol.read_text(encoding="utf-8").partition("[[steps]]")[0]
    kinds = (("forum", "public_page", "forum_account"), ("feed", "feed", "feed"))
    steps = [
        f'[[steps]]\nid = "step_{n}"\ntitle = "Step {n}"\nsource = "{source}"\ntechnique = "{technique}"\n'
        f'anchor = "{anchor}"\nquery = "{{anchor}}"\nmax_pages = 1\nmax_items = 10\nattempts = 1\n'
        for n in range(STEPS)
        for source, technique, anchor in [kinds[n % 2]]
    ]
    protocol.write_text(head + "\n".join(steps), encoding="utf-8")
    sources = config / "sources.toml"
    text = sources.read_text(encoding="utf-8")
    profile = tomllib.loads(text)["forum"]["profile"]
    sources.write_text(text.replace(profile, f"http://{HOST}/u/{{account}}"), encoding="utf-8")
    return config


def settings_of(folder: Path) -> Settings:
    """A data folder with such a configuration."""
    settings = load_settings(folder / "home", configured(folder))
    create_home(settings, clock)
    return settings


def desk_of(settings: Settings) -> Desk:
    """The desk of somebody who may search, opened now."""
    return open_desk(settings, SEARCHER, clock, new_id)


def enrolled(desk: Desk, cases: int) -> list[str]:
    """An open position with so many candidates; their case numbers."""
    config = desk.settings.config
    version = Analyzer.load(config / "class_packs", declared_packs(config, "patrol_officer")).version
    protocol = load_protocol(config, "patrol_officer", version, clock().date())
    open_position(desk, POSITION, protocol, [CHIEF], practice=True)
    attest(desk, POSITION)
    return [_case(desk, n) for n in range(cases)]


def _case(desk: Desk, n: int) -> str:
    disclosed = (
        Identifier(kind=IdentifierKind.FORUM_ACCOUNT, value=f"rider_{n}"),
        Identifier(kind=IdentifierKind.FEED, value=f"http://{HOST}/{n}.xml"),
    )
    candidate = Candidate(full_name=f"Ondine {_word(n)} Merriweather", town="Riverton", identifiers=disclosed)
    signed = Authorization(form_sha256="0" * 64, signed_at=clock(), expires_at=clock() + timedelta(days=1))
    return open_case(desk, POSITION, candidate, signed, secrets.token_bytes(32)).number


def _word(n: int) -> str:
    """A name that no list knows."""
    return "Vex" + "".join(chr(ord("a") + int(digit)) for digit in f"{n:04d}")


if __name__ == "__main__":
    serve()
