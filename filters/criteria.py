"""Job-related criteria and protected-activity holds: cues that propose a passage, and never decide about it.

Before a cue is tried, every word for a protected group becomes `<group>` and every slur `<slur>`: a cue cannot tell
one class or viewpoint from another, so the same statement about any class gets the same code (REQ-SPEECH-4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from filters.language import LONGEST
from filters.lexicon import group_words
from filters.normalize import Normalized, normalize
from filters.standins import name_groups
from vetting.errors import VettingError, bad_input
from vetting.evidence import RawText
from vetting.finding import Criterion
from vetting.settings import first_problem, read_toml

_Line = Annotated[str, StringConstraints(min_length=3, max_length=400, strip_whitespace=True)]
_Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
_EMBARRASSMENT = re.compile(
    r"embarrass|discredit|unbecoming|(?:bad|poor) (?:image|light|reputation)|public perception|disrepute|good name",
    re.IGNORECASE,
)
_MACRO = re.compile(r"\{([a-z_]+)\}")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+")
_GAP = 1
_QUOTED = re.compile(
    r"(?<!\bI )(?<!\bwe )(?<!I just )(?<!I have )(?<!I've )"
    r"\b(?:said|says|say|told (?:me|us|him|her|them|my \w+|everyone|people)|shouted|yelled|screamed|chanted|whispered"
    r"|wrote|posted|tweeted|commented|printed|painted|reads?|claimed|joked|(?:went|was|were) like)\b"
    r"[^\"'.!?\n]{0,40}[:,]? ?(?P<said>\"[^\"\n]{3,400}\")",
    re.IGNORECASE,
)
"""Somebody else's words: a verb of saying whose subject is not the author, then quotation marks."""
_AGREED = re.compile(
    r"\b(?:(?:he|she|they|that)(?:'s| is|'re| are| was| were|'d be)? (?:\w+ )?(?:right|correct|not wrong|spot on)"
    r"|agreed?|exactly|so true|true that|truth|facts|amen|preach|well said"
    r"|could ?n[o']t agree more|couldn't have said|same here|me too"
    r"|no lies?|based|lol true|love (?:it|that|him|her|them))\b",
    re.IGNORECASE,
)
_AGREEMENT = 80
"""Characters after a quotation in which the author may make its words their own."""


class _Cue(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: _Slug
    pattern: _Line | str
    exclude: str = ""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    code: Annotated[str, StringConstraints(pattern=r"^(?:JR-(?:\d\d|P)|PA-\d|CH-1|MH-1)$")]
    title: _Line
    clause: _Line
    nexus: _Line
    adverse: bool
    hold: bool = False
    routed: bool = False
    sealed: bool = False
    statement: _Line
    cues: tuple[_Cue, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    title: _Line
    macros: Mapping[str, str] = Field(default_factory=dict)
    criterion: tuple[_Entry, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A passage that a reviewer should look at: character offsets into the text, and the names of the cues."""

    code: str
    start: int
    end: int
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    code: str
    aside: bool
    """Whether what it finds is set aside: held, routed or sealed."""
    name: str
    pattern: re.Pattern[str]
    exclude: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The criteria of one protocol."""

    title: str
    by_code: Mapping[str, Criterion]
    cues: tuple[_Compiled, ...]

    def propose(self, text: RawText) -> tuple[Proposal, ...]:
        """The sentences that a cue points at, merged where they touch, one proposal for each code and place.

        A job-related code beside a protected-activity hold, criminal history or medical matter is proposed only where
        it is met with that taken out: report the threat, not the rally. What somebody else is quoted as saying is no
        conduct of the author, unless they agree. Text beyond 20,000 characters is read in pieces of that length.
        """
        words = text.reveal()
        found: list[Proposal] = []
        for start in range(0, len(words), LONGEST):
            found += self._piece(words[start : start + LONGEST], start)
        return tuple(sorted(found, key=lambda p: (p.start, p.code)))

    def _piece(self, words: str, offset: int) -> list[Proposal]:
        normal = name_groups(normalize(words, lambda word: word in group_words().words), group_words())
        sentences = _sentences(normal.text)
        holds = self._matches(normal.text, sentences, aside=True)
        rest = _blanked(normal.text, [*((start, end) for _, start, end in holds), *_quoted(normal.text)])
        conduct = self._matches(rest, sentences, aside=False, whole=normal.text)
        met: dict[str, dict[int, set[str]]] = {}
        for cue, start, _ in (*holds, *conduct):
            met.setdefault(cue.code, {}).setdefault(_place(sentences, start), set()).add(cue.name)
        return [
            Proposal(code=code, start=offset + span[0], end=offset + span[1], cues=tuple(sorted(names)))
            for code, places in met.items()
            for first, last, names in _runs(places)
            if (span := _original(normal, sentences, first, last))
        ]

    def _matches(
        self, text: str, sentences: Sequence[tuple[int, int]], *, aside: bool, whole: str = ""
    ) -> list[tuple[_Compiled, int, int]]:
        """Every cue of one sort that matches and is not excluded by what stands in the sentences around it, in `whole`
        where something was taken out of the text.
        """
        found = []
        for cue in self.cues:
            if cue.aside is not aside:
                continue
            for match in cue.pattern.finditer(text):
                place = _place(sentences, match.start())
                around = (whole or text)[
                    sentences[max(0, place - 1)][0] : sentences[min(len(sentences) - 1, place + 1)][1]
                ]
                if cue.exclude is None or not cue.exclude.search(around):
                    found.append((cue, match.start(), match.end()))
        return found

    def __repr__(self) -> str:
        return f"Criteria({len(self.by_code)} codes)"


def load_criteria(path: Path) -> Criteria:
    """The criteria of `path`. Refuses a code twice, a pattern that does not compile, an adverse or cue-less hold, and a
    criterion that rests on embarrassment or discredit alone (REQ-SPEECH-3).
    """
    try:
        file = _File.model_validate(read_toml(path))
    except ValidationError as error:
        raise bad_input("criteria_invalid", f"{path}: {first_problem(error)}.", "Correct that entry.") from None
    by_code: dict[str, Criterion] = {}
    cues: list[_Compiled] = []
    for entry in file.criterion:
        if entry.code in by_code:
            raise bad_input("criterion_twice", f"{path}: {entry.code} stands twice.", "Give each code one entry.")
        _check(path, entry)
        by_code[entry.code] = Criterion(**entry.model_dump(exclude={"cues"}))
        cues += [_compiled(path, entry, cue, file.macros) for cue in entry.cues]
    return Criteria(title=file.title, by_code=MappingProxyType(by_code), cues=tuple(cues))


def _check(path: Path, entry: _Entry) -> None:
    kept = {"PA-": entry.hold, "CH-": entry.routed, "MH-": entry.sealed}
    if any(kept[prefix] != entry.code.startswith(prefix) for prefix in kept) or (any(kept.values()) and entry.adverse):
        raise bad_input(
            "hold_invalid",
            f"{path}: {entry.code} must be a hold exactly if it is a PA- code, routed if CH-, sealed if MH-.",
            "Correct hold, routed, sealed and adverse.",
        )
    if entry.adverse and _EMBARRASSMENT.search(f"{entry.title} {entry.statement} {entry.nexus}"):
        raise bad_input(
            "embarrassment_only",
            f"{path}: {entry.code} rests on embarrassment or discredit, which may not be a criterion.",
            "Name the conduct and why it matters for the duties of the job.",
        )


def _compiled(path: Path, entry: _Entry, cue: _Cue, macros: Mapping[str, str]) -> _Compiled:
    def expand(pattern: str) -> re.Pattern[str]:
        return re.compile(_MACRO.sub(lambda m: f"(?:{macros[m[1]]})", pattern), re.IGNORECASE)

    try:
        return _Compiled(
            code=entry.code,
            aside=entry.hold or entry.routed or entry.sealed,
            name=cue.name,
            pattern=expand(cue.pattern),
            exclude=expand(cue.exclude) if cue.exclude else None,
        )
    except (re.error, KeyError):
        raise _bad_cue(path, entry.code, cue.name) from None


def _bad_cue(path: Path, code: str, name: str) -> VettingError:
    return bad_input("cue_invalid", f"{path}: cue {name} of {code} is no valid pattern.", "Correct the pattern.")


def _sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, without the blanks between them."""
    cuts = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    spans = [(a, a + len(text[a:b].rstrip())) for a, b in pairwise(cuts) if text[a:b].strip()]
    return spans or [(0, len(text))]


def _place(sentences: Sequence[tuple[int, int]], at: int) -> int:
    """Which sentence holds a character."""
    return max((n for n, (start, _) in enumerate(sentences) if start <= at), default=0)


def _quoted(text: str) -> list[tuple[int, int]]:
    """Words that the author quotes somebody else as saying, writing or shouting, without agreeing with them."""
    return [
        match.span("said")
        for match in _QUOTED.finditer(text)
        if not _AGREED.search(text[match.end() : match.end() + _AGREEMENT])
    ]


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with the protected matter and others' words taken out, at unchanged offsets."""
    for start, end in spans:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text


def _runs(places: Mapping[int, set[str]]) -> list[tuple[int, int, set[str]]]:
    """Neighbouring sentences of one code as one passage."""
    runs: list[tuple[int, int, set[str]]] = []
    for place in sorted(places):
        if runs and place - runs[-1][1] <= _GAP:
            first, _, names = runs.pop()
            runs.append((first, place, names | places[place]))
        else:
            runs.append((place, place, set(places[place])))
    return runs


def _original(
    normal: Normalized, sentences: Sequence[tuple[int, int]], first: int, last: int
) -> tuple[int, int] | None:
    start, end = sentences[first][0], sentences[last][1]
    return normal.original(start, end) if start < end else None
