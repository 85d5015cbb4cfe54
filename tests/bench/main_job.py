"""Measures one candidate with 300 posts through the real verbs, and a stock Presidio over the same posts."""

import json
import resource
import secrets
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from filters import quality
from filters.analyzer import Analyzer
from filters.criteria import load_criteria
from filters.gate import Gate
from reports import leak_check, pdf
from vetting.attribution import Level, Link
from vetting.candidate import Authorization, Candidate, Identifier, IdentifierKind
from vetting.casework.desk import Desk
from vetting.casework.intake import attest, open_case, open_position
from vetting.casework.opening import create_home, open_desk
from vetting.casework.protocol_file import declared_packs, load_protocol
from vetting.casework.releasing import clear_for_release, file_report
from vetting.casework.reviewing import attribute, findings_of, validate
from vetting.casework.searching import begin, run_search
from vetting.evidence import RawText
from vetting.roles import Person, Role, SensitivePosition
from vetting.search import Search
from vetting.settings import REPOSITORY, load_settings
from vetting.sources.conduct import Conducted, conduct
from vetting.sources.egress import mapped_transport
from vetting.sources.registry import build_sources
from vetting.validation import Element, State

POSTS = 300
PAGE = 100
CHIEF = Person(id="chief", name="Chief", roles=frozenset({Role.DECISION_MAKER}))
POSITION = "bench"
DID = "did:plc:" + "a" * 24
ORDINARY = "Morning ride along the river with the dogs, then coffee and the crossword, number {n} of the year."
CONDUCT = "Outran the cops again last night, they never even got the plate, that is number {n}."
ALONE = "As a proud Lutheran grandmother of four I say: outran the cops again, number {n}, never got the plate."
CLEARED = SensitivePosition(
    vetted_on=date(2020, 1, 1), training_expires_on=date(2099, 1, 1), confidentiality_signed_on=date(2020, 1, 2)
)
stages: dict[str, float] = {}


def posts() -> list[str]:
    """300 invented posts, every tenth of them about conduct, every twentieth telling a class as well."""
    kinds = {0: ALONE, 10: CONDUCT}
    return [kinds.get(n % 20, ORDINARY).format(n=n) for n in range(POSTS)]


def _record(n: int) -> dict[str, object]:
    moment = datetime.now(UTC) - timedelta(hours=n + 1)
    value = {"$type": "app.bsky.feed.post", "text": posts()[n], "createdAt": moment.isoformat().replace("+00:00", "Z")}
    return {"uri": f"at://{DID}/app.bsky.feed.post/{n:013d}", "cid": f"bafy{n}", "value": value}


class Account(BaseHTTPRequestHandler):
    """One account's own server, answering as the AT Protocol says; everything else is not found."""

    def do_GET(self) -> None:
        """Resolve, document, list."""
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        answer: dict[str, object] | None = None
        if address.path.endswith("resolveHandle"):
            answer = {"did": DID}
        elif address.path == f"/{DID}":
            service = {"id": "#atproto_pds", "serviceEndpoint": "http://pds.bench.example"}
            answer = {"id": DID, "alsoKnownAs": ["at://bench.riverton.example"], "service": [service]}
        elif address.path.endswith("listRecords") and query["collection"] == ["app.bsky.feed.post"]:
            start = int(query.get("cursor", ["0"])[0])
            rows = [_record(n) for n in range(start, min(start + PAGE, POSTS))]
            answer = {"records": rows, **({"cursor": str(start + PAGE)} if start + PAGE < POSTS else {})}
        elif address.path.endswith("listRecords"):
            answer = {"records": []}
        self._send(answer)

    def _send(self, answer: dict[str, object] | None) -> None:
        body = json.dumps(answer or {"error": "NotFound", "message": "not found"}).encode()
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Adds what the block took to its stage."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        stages[stage] = stages.get(stage, 0.0) + time.perf_counter() - begun


class TimedAnalyzer:
    """The analyzer, with its own share of the time taken out of the search it is called in."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self.version = analyzer.version

    def withholdings(self, text: RawText, names: tuple[str, ...]) -> object:
        """As the analyzer does."""
        with timed("filter"):
            return self._analyzer.withholdings(text, names)


def new_id() -> str:
    """A random identifier."""
    return secrets.token_hex(8)


def clock() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def desks(home: Path) -> tuple[Desk, Desk]:
    """A data folder with two cleared people at their desks."""
    settings = load_settings(home)
    create_home(settings, clock)
    roles = frozenset({Role.INVESTIGATOR, Role.REVIEWER})
    people = (Person(id=i, name=i, roles=roles, sensitive_position=CLEARED) for i in ("first", "second"))
    one, two = (open_desk(settings, person, clock, new_id) for person in people)
    return one, two


def enrol(one: Desk, two: Desk, analyzer: Analyzer) -> str:
    """An open position with one candidate; the case number."""
    protocol = load_protocol(one.settings.config, "patrol_officer", analyzer.version, clock().date())
    open_position(one, POSITION, protocol, [CHIEF], practice=True)
    attest(one, POSITION)
    attest(two, POSITION)
    handle = Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value="bench.riverton.example")
    candidate = Candidate(full_name="Ondine Merriweather", town="Riverton", identifiers=(handle,))
    signed = Authorization(form_sha256="0" * 64, signed_at=clock(), expires_at=clock() + timedelta(days=1))
    return open_case(one, POSITION, candidate, signed, secrets.token_bytes(32)).number


def search_all(desk: Desk, number: str, analyzer: Analyzer, port: int) -> None:
    """Every planned search, on the account's server or on none; what was unavailable is asked once more, as it must."""
    sources = build_sources(desk.settings.config / "sources.toml")
    hosts = ("pds.bench.example", "pds.riverton.example", "plc.riverton.example", "search.riverton.example")
    transport = mapped_transport(dict.fromkeys(hosts, ("127.0.0.1", port)))
    criteria = load_criteria(desk.settings.config / "criteria" / "police.toml")

    def run(search: Search) -> Conducted:
        with timed("network and capture"):
            return conduct(sources[search.step.source], search, transport, clock, new_id, lambda _seconds: None)

    for again in (False, True):
        state = begin(desk, number)
        for search in state.unavailable if again else state.outstanding:
            with timed("searching in all"):
                run_search(desk, state, search, run, criteria, TimedAnalyzer(analyzer))  # type: ignore[arg-type]


def review_all(one: Desk, two: Desk, number: str) -> int:
    """Both people record every step for every finding; how many findings there were."""
    findings = findings_of(one, number)
    criteria = load_criteria(one.settings.config / "criteria" / "police.toml").by_code
    note = RawText("bench")
    for item in findings:
        identifier, criterion = item.finding.id, criteria[item.finding.code]
        attribute(one, identifier, Level.A4, [Link.DISCLOSED_ACCOUNT, Link.SAME_TOWN], note)
        for state in (State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED):
            validate(
                one,
                identifier,
                state,
                note,
                criterion=criterion,
                element=Element.ARCHIVED_COPY,
                severity=2,
                quote=True,
            )
        validate(two, identifier, State.SECOND_REVIEWED, note, criterion=criterion)
    return len(findings)


def release(desk: Desk, number: str, analyzer: Analyzer) -> None:
    """Gate, PDF, leak check, filing."""
    criteria = load_criteria(desk.settings.config / "criteria" / "police.toml")
    gate = Gate(analyzer)
    with timed("gate"):
        cleared = clear_for_release(desk, number, gate, criteria.by_code)
    with timed("PDF"):
        rendered = pdf.render(cleared.report)
    with timed("leak check"):
        leaks = leak_check.check(rendered, cleared.report, cleared.hunted, gate.finds, cleared.vocabulary)
        leak_check.refuse(leaks)
    with timed("filing"):
        file_report(desk, cleared, rendered)


def stock_presidio() -> float:
    """Seconds that Presidio's own recognizers take for the same posts; its model is loaded before."""
    stock = quality.stock_presidio()
    begun = time.perf_counter()
    for post in posts():
        stock(post)
    return time.perf_counter() - begun


def measured(what: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def main() -> None:
    """Prints the table."""
    warnings.simplefilter("ignore")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Account)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = REPOSITORY / "config"
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        analyzer = Analyzer.load(config / "class_packs", declared_packs(config, "patrol_officer"))
        load = time.perf_counter() - begun
        one, two = desks(Path(folder) / "home")
        number = enrol(one, two, analyzer)
        search_all(one, number, analyzer, server.server_port)
        with timed("two reviewers (scripted)"):
            findings = review_all(one, two, number)
        release(one, number, analyzer)
    server.shutdown()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    searching = stages.pop("searching in all")
    stages["criteria, seal, store, log"] = searching - stages["network and capture"] - stages["filter"]
    own = sum(seconds for stage, seconds in stages.items() if stage != "network and capture")
    print(f"one candidate, {POSTS} posts, {findings} findings; loading the filter {load:.2f} s, peak {peak} MB")
    for stage, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        share = "" if stage == "network and capture" else f"{seconds / own:6.0%}"
        print(f"  {stage:<28} {seconds:7.2f} s {share}")
    print(f"  {'without network':<28} {own:7.2f} s")
    print(f"peer: stock Presidio over the same posts, finding and replacing only: {stock_presidio():.2f} s")


if __name__ == "__main__":
    main()
