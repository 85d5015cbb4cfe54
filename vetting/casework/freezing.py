"""Whether a protocol would work to the end, found out before it is frozen: afterwards nobody can mend it (U1, U4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import rfc8785

from filters.analyzer import Analyzer
from filters.criteria import load_criteria
from filters.gate import Gate
from filters.protected_classes import ProtectedClass
from vetting.casework.protocol_file import declared_packs, load_protocol
from vetting.errors import VettingError, bad_input
from vetting.finding import Criterion
from vetting.protocol import SearchProtocol, Step
from vetting.release import fits_report, leads_somewhere
from vetting.settings import Settings
from vetting.sources.interface import Source
from vetting.sources.registry import ANCHORS, PICTURED, SITE_QUERIES, build_sources, refuse_lapsed_terms
from vetting.sources.site_list import refuse_unreviewed

LONGEST_DOCUMENT: Final = 60_000
"""Bytes of a protocol as it is logged: an entry of the log has 65,535 at most."""
FEDERAL: Final = "federal"
_OF_AN_OFFICE: Final = frozenset(
    kind.value
    for kind in (ProtectedClass.ANY_GROUP, ProtectedClass.NAME, ProtectedClass.PLACE, ProtectedClass.UNREADABLE)
)
"""What a title may hold: it is the same for every candidate, and "Boston Marine Unit Officer" is an office, which the
filter, made for sentences about a person, takes for a group or a name."""
_WORD: Final = re.compile(r"[^\W\d_]{4,}")


def load_workable(settings: Settings, name: str, today: date) -> SearchProtocol:
    """The protocol `config/protocols/<name>.toml`, ready to be frozen with this department's configuration.

    Refuses what `load_protocol` refuses, and a protocol that could be opened and never brought to an end: a source that
    is not set up or whose terms nobody reviewed, a site nobody reviewed, an anchor that its source cannot look for,
    pictures of what is no page, class packs without the federal or the jurisdiction's own, words that no report can
    print or that the leak check takes for an address or a day, words that themselves tell a class, a document too long
    for the log.
    """
    config = settings.config
    analyzer = Analyzer.load(config / "class_packs", declared_packs(config, name))
    protocol = load_protocol(config, name, analyzer.version, today)
    criteria = load_criteria(config / "criteria" / f"{protocol.criteria}.toml").by_code.values()
    words = (*_of_words(protocol, settings, criteria), *_of_telling(protocol, criteria, Gate(analyzer)))
    problems = (*_of_steps(protocol, config), *_of_packs(protocol, config), *words)
    if problems:
        raise problems[0]
    refuse_lapsed_terms(config / "sources.toml", (step.source for step in protocol.steps), today)
    return protocol


def _of_steps(protocol: SearchProtocol, config: Path) -> Iterator[VettingError]:
    configured = build_sources(config / "sources.toml")
    for step in protocol.steps:
        where = f"Protocol {protocol.id}, step {step.id}"
        if step.source not in configured:
            yield bad_input(
                "source_not_set_up",
                f"{where}: source {step.source} has no table in config/sources.toml.",
                "Add its table (docs/sources.md), or leave the step out.",
            )
        if step.anchor not in ANCHORS[step.source]:
            wanted = ", ".join(sorted(kind.value for kind in ANCHORS[step.source]))
            yield bad_input(
                "anchor_unfit",
                f"{where}: source {step.source} cannot look for {step.anchor.value}.",
                f"Use as anchor: {wanted}.",
            )
        if step.render and step.source not in PICTURED:
            yield bad_input(
                "render_unfit",
                f"{where}: source {step.source} answers with data and not with pages, so there is nothing to picture.",
                "Leave out render = true.",
            )
        if step.source in SITE_QUERIES:
            yield from _of_site(step, where, configured.get(step.source))
        elif len(ANCHORS[step.source]) == 1 and step.query != "{anchor}":
            yield bad_input(
                "query_unfit",
                f"{where}: source {step.source} is asked for an account or address, not for words.",
                'Write query = "{anchor}".',
            )


def _of_site(step: Step, where: str, source: Source | None) -> Iterator[VettingError]:
    """A step that looks at one site names it, and the list of sites must have it."""
    form = SITE_QUERIES[step.source].fullmatch(step.query)
    sites = getattr(source, "sites", {})
    if form is None:
        yield bad_input(
            "query_unfit",
            f"{where}: source {step.source} is asked for an account on one site of its list.",
            'Write query = "SITE:{anchor}", with the id of a site of config/sites.toml.',
        )
    elif source is not None and form[1] not in sites:
        yield bad_input(
            "site_unknown",
            f"{where}: config/sites.toml has no site of that id.",
            f"Use one of: {', '.join(sorted(sites))}.",
        )
    elif source is not None:
        yield from refuse_unreviewed(sites[form[1]], where)


def _of_packs(protocol: SearchProtocol, config: Path) -> Iterator[VettingError]:
    there = {path.stem for path in (config / "class_packs").glob("*.toml")}
    for pack in (FEDERAL, protocol.jurisdiction):
        if pack in there and pack not in protocol.class_packs:
            yield bad_input(
                "class_pack_left_out",
                f"Protocol {protocol.id} leaves out the class pack {pack}, which applies in {protocol.jurisdiction}.",
                "Name it in class_packs.",
            )


def _of_words(protocol: SearchProtocol, settings: Settings, criteria: Collection[Criterion]) -> Iterator[VettingError]:
    """Words that no report prints, or that the leak check would find on each of them."""
    if len(rfc8785.dumps(protocol.document())) > LONGEST_DOCUMENT:
        yield bad_input(
            "protocol_too_long",
            f"Protocol {protocol.id} has more than {LONGEST_DOCUMENT:,} bytes.",
            "Use fewer steps or shorter titles.",
        )
    fixed = (*_titles(protocol), ("name of the department", settings.department.name))
    sentences = tuple(_sentences(criteria))
    for what, words in (*fixed, *sentences):
        if not fits_report(words):
            yield bad_input(
                "words_unprintable",
                f"The {what} holds a character that no report prints, or is too long.",
                "Write it in letters of the Latin alphabet, without symbols.",
            )
    leaks = [what for what, words in fixed if leads_somewhere(words)]
    leaks += [what for what, words in sentences if leads_somewhere(words, finding=True)]
    for what in leaks:
        yield bad_input(
            "words_leak",
            f"The {what} reads like an address, an account, a number to call or a day, which no report may hold.",
            "Name the kind of source, not its host, and leave out @ and #.",
        )


def _of_telling(protocol: SearchProtocol, criteria: Collection[Criterion], gate: Gate) -> Iterator[VettingError]:
    """Words that deciders read and that tell a class. Holds and tokens are never reported, so their titles may."""
    titles = [(what, set(gate.finds(words)) - _OF_AN_OFFICE) for what, words in _titles(protocol)]
    reported = [
        (f"{name} of {c.code}", w) for c in criteria if not (c.hold or c.token) for name, w in _read_by_deciders(c)
    ]
    for what, told in (*titles, *((what, gate.finds(words)) for what, words in reported)):
        if told:
            yield bad_input(
                "statement_tells",
                f"The {what} holds a word that tells a protected class.",
                "Reword it, in config/protocols/ or config/criteria/.",
            )


def _titles(protocol: SearchProtocol) -> Iterator[tuple[str, str]]:
    yield ("title of the protocol", protocol.title)
    yield from ((f"title of step {step.id}", step.title) for step in protocol.steps)


def _read_by_deciders(criterion: Criterion) -> Iterator[tuple[str, str]]:
    yield from (("title", criterion.title), ("nexus", criterion.nexus), ("statement", criterion.statement))
    # A citation is numbers and abbreviations ("11 CCR 1953(e)(12)"), which the filter takes for years and ages: its
    # words are read without them.
    yield ("clause", " ".join(_WORD.findall(criterion.clause)))


def _sentences(criteria: Collection[Criterion]) -> Iterator[tuple[str, str]]:
    for c in criteria:
        yield from ((f"wording of {c.code}", words) for words in (c.title, c.clause, c.nexus, c.statement))
