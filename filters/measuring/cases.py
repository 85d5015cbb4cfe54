"""The cases by others: read from a folder beside the repository, sampled evenly, never copied and never shown."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Case = Mapping[str, Any]
_PARAGRAPH = re.compile(r"[^\n]+")
_FILES = ("spans", "counterfactual", "documents", "neutral", "authors", "biographies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """One sample of every set. A file that is absent is an empty set."""

    spans: tuple[Case, ...]
    counterfactual: tuple[Case, ...]
    documents: tuple[Case, ...]
    neutral: tuple[Case, ...]
    authors: tuple[Case, ...]
    biographies: tuple[Case, ...]

    def of(self, source: str) -> tuple[Case, ...]:
        """The labelled texts of one source."""
        return tuple(case for case in self.spans if case["src"] == source)

    def texts(self) -> Iterator[str]:
        """Every text that is measured, some of them more than once."""
        for case in (*self.spans, *self.documents, *self.neutral):
            yield case["text"]
        for case in self.of("bbq_names"):
            yield case["text"].lower()
        for case in self.counterfactual:
            yield from case["variants"]
        for case in self.authors:
            yield from (comment["text"] for comment in case["comments"])
        for case in self.biographies:
            yield from case["sentences"]


def load(folder: Path, limit: int) -> Cases:
    """At most `limit` cases of each axis of each set. Raises OSError without the
    folder, ValueError on a line that is no JSON.
    """
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    found = {name: list(_lines(folder / f"{name}.jsonl")) for name in _FILES}
    found["documents"] = [paragraph for case in found["documents"] for paragraph in _paragraphs(case)]
    return Cases(**{name: tuple(_sampled(cases, limit)) for name, cases in found.items()})


def spans(case: Case, key: str = "spans") -> list[tuple[int, int, str]]:
    """The labelled spans of a case: start, end, class."""
    return [(int(s["start"]), int(s["end"]), str(s.get("cls", ""))) for s in case.get(key, ())]


def places(case: Case, key: str = "spans") -> list[tuple[int, int]]:
    """Where the labelled spans of a case stand."""
    return [(start, end) for start, end, _ in spans(case, key)]


def sample(cases: Sequence[Case], limit: int) -> list[Case]:
    """At most `limit` cases, picked by the digest of their identifier: the same ones in every run."""
    picked = sorted(range(len(cases)), key=lambda n: hashlib.sha256(f"{cases[n].get('id')}:{n}".encode()).digest())
    return [cases[n] for n in sorted(picked[: max(limit, 0)])]


def _sampled(cases: Sequence[Case], limit: int) -> Iterator[Case]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(_stratum(case), []).append(case)
    for group in groups.values():
        yield from sample(group, limit)


def _stratum(case: Case) -> str:
    """What a sample takes alike of: source and axis, descriptor's axis, group of names, or confidential paragraphs."""
    labels = case.get("spans") or [{}]
    confidential = any(span.get("conf", "NOT_CONFIDENTIAL") != "NOT_CONFIDENTIAL" for span in labels)
    demographic = any(span.get("cls") == "DEM" for span in labels)
    about = case.get("axis") or case.get("value") or case.get("ethnicity")
    if about is None and case.get("src") in {"holisticbias", "hatecheck"}:
        about = labels[0].get("cls")
    return f"{case.get('src')}:{about}:{confidential}:{demographic}"


def _paragraphs(document: Case) -> Iterator[Case]:
    """A document by paragraph: a court case is far longer than a post, and one bad sentence would withhold it all."""
    for match in _PARAGRAPH.finditer(document["text"]):
        begin, stop = match.span()
        inside = [
            {**span, "start": span["start"] - begin, "end": span["end"] - begin}
            for span in document["spans"]
            if span["start"] >= begin and span["end"] <= stop
        ]
        yield {**document, "id": f"{document['id']}:{begin}", "text": match.group(), "spans": inside}


def _lines(path: Path) -> Iterator[Case]:
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
