"""Turns the recordings that ship in the source packages of API clients into one WARC file, for pywb to replay.

usage: python recorded_answers.py OUT.warc.gz PACKAGE.tar.gz...   (in pywb's environment: it brings warcio and PyYAML)
"""

from __future__ import annotations

import ast
import io
import sys
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import yaml
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

OK: Final = 200
NOT_MODIFIED: Final = 304
UNDATED: Final = datetime(2020, 1, 1, tzinfo=UTC)
_REFRAMED: Final = frozenset({"transfer-encoding", "content-length", "connection"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One answer, as the client's author recorded it."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def at(self) -> datetime:
        """When the service answered, by its own clock."""
        try:
            return parsedate_to_datetime(self.header("date")).astimezone(UTC)
        except ValueError:
            return UNDATED

    @property
    def sent(self) -> tuple[tuple[str, str], ...]:
        """The headers, but for the framing of the connection and for a coding that the recorder undid."""
        gone = set(_REFRAMED)
        if self.header("content-encoding") == "gzip" and not self.body.startswith(b"\x1f\x8b"):
            gone.add("content-encoding")
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in gone)
        return (*kept, ("Content-Length", str(len(self.body))))


def vcr(text: str) -> Iterator[Recorded]:
    """The GET exchanges of a cassette of VCR.py, as wayback and Mastodon.py keep them."""
    for exchange in yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)).get("interactions", ()):  # noqa: S506  # safe
        if exchange["request"]["method"] != "GET":
            continue
        answer: dict[str, Any] = exchange["response"]
        body = answer["body"].get("string") or b""
        yield Recorded(
            url=exchange["request"]["uri"],
            status=int(answer["status"]["code"]),
            headers=tuple((name, str(value)) for name, given in answer["headers"].items() for value in _listed(given)),
            body=body.encode() if isinstance(body, str) else body,
        )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def replay_data(text: str) -> Iterator[Recorded]:
    """The GET exchanges of PyGithub's own format: ten lines and an empty one for each."""
    lines = text.split("\n")
    for at in range(0, len(lines) - 9, 11):
        scheme, method, host, _port, path, _headers, _body, status, headers, body = lines[at : at + 10]
        if method == "GET" and status.isdigit():
            pairs = tuple((str(name), str(value)) for name, value in ast.literal_eval(headers))
            yield Recorded(url=f"{scheme}://{host}{path}", status=int(status), headers=pairs, body=body.encode())


def recorded_in(package: Path) -> Iterator[Recorded]:
    """Every GET exchange recorded in a source package."""
    with tarfile.open(package) as members:
        for member in members:
            path = Path(member.name)
            reader = {("cassettes", ".yaml"): vcr, ("ReplayData", ".txt"): replay_data}.get(
                (path.parent.name, path.suffix)
            )
            file = members.extractfile(member) if reader else None
            if reader and file:
                yield from reader(file.read().decode("utf-8", "replace"))


def newest(answers: Iterable[Recorded]) -> list[Recorded]:
    """One answer for each address, the newest, so that a replay is the same every time.

    "Not modified" answers nothing, nor does a success whose words the recorder left out.
    """
    found: dict[str, Recorded] = {}
    for answer in answers:
        known = found.get(answer.url)
        empty = answer.status == NOT_MODIFIED or (answer.status == OK and not answer.body)
        if not empty and (known is None or answer.at > known.at):
            found[answer.url] = answer
    return list(found.values())


def main(target: Path, packages: list[Path]) -> None:
    """Writes the archive."""
    answers = newest(answer for package in packages for answer in recorded_in(package))
    with target.open("wb") as out:
        writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
        for answer in answers:
            writer.write_record(
                writer.create_warc_record(
                    answer.url,
                    "response",
                    payload=io.BytesIO(answer.body),
                    http_headers=StatusAndHeaders(f"{answer.status} Recorded", list(answer.sent), protocol="HTTP/1.1"),
                    warc_headers_dict={"WARC-Date": answer.at.strftime("%Y-%m-%dT%H:%M:%SZ")},
                )
            )
    sys.stdout.write(f"{len(answers)} recorded answers of {len(packages)} packages in {target.name}.\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
