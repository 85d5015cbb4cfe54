"""Reads a protocol a department wrote and refuses what may not be run: the door of condition U1 and of IV.B.8."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from filters.query_linter import lint_query
from vetting.candidate import IdentifierKind
from vetting.errors import VettingError, bad_input, not_found, refused
from vetting.files import digest_of
from vetting.protocol import Quotation, SearchProtocol, Step, Technique
from vetting.settings import TOML_BYTES, first_problem, read_toml
from vetting.sources.registry import TECHNIQUES

_Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(partial(unicodedata.normalize, "NFC")),  # the log takes no other form
]


class _StepFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: _Slug
    title: _Line
    source: str
    technique: str
    anchor: IdentifierKind
    query: _Line
    max_pages: int = Field(ge=1, le=50)
    max_items: int = Field(ge=1, le=1000)
    attempts: int = Field(ge=1, le=5)
    render: bool = False


class _ProtocolFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: _Slug
    version: int = Field(ge=1)
    title: _Line
    approved_by: _Line | Literal[""] = ""
    approved_on: date | None = None
    in_force_from: date
    jurisdiction: _Slug
    lookback_years: int = Field(ge=1, le=10)
    quotation: Quotation
    criteria: _Slug
    class_packs: list[_Slug] = Field(min_length=1)
    steps: list[_StepFile] = Field(min_length=1, max_length=100)


def load_protocol(config: Path, name: str, filter_version: str, today: date) -> SearchProtocol:
    """The protocol `config/protocols/<name>.toml`, ready to be frozen.

    Refuses: an unknown source, a technique that is not on the allow-list or is not the source's own, a query that asks
    for protected facts or holds any placeholder but `{anchor}`, a step id used twice, a draft (no approval), and
    a protocol not yet in force (REQ-POL-1).
    """
    path = _path(config, name)
    try:
        file = _ProtocolFile.model_validate(read_toml(path))
    except ValidationError as error:
        raise bad_input("protocol_invalid", f"{path}: {first_problem(error)}.", "Correct that field.") from None
    if not file.approved_by or file.approved_on is None or file.approved_on > today:
        raise refused("protocol_draft", f"Protocol {name} is a draft.", "Have it approved: approved_by, approved_on.")
    if file.in_force_from > today:
        raise refused("protocol_early", f"Protocol {name} is in force from {file.in_force_from} only.", "Wait.")
    steps = tuple(_checked(step, path) for step in file.steps)
    if len({step.id for step in steps}) != len(steps):
        raise bad_input("step_twice", f"{path}: a step id is used twice.", "Give each step an id of its own.")
    return SearchProtocol(
        id=file.id,
        version=file.version,
        title=file.title,
        approved_by=file.approved_by,
        approved_on=file.approved_on,
        in_force_from=file.in_force_from,
        jurisdiction=file.jurisdiction,
        lookback_years=file.lookback_years,
        quotation=file.quotation,
        criteria=file.criteria,
        class_packs=tuple(file.class_packs),
        steps=steps,
        digests={**config_digests(config, file.criteria, file.class_packs), "filter": filter_version},
    )


def _path(config: Path, name: str) -> Path:
    known = {path.stem: path for path in sorted((config / "protocols").glob("*.toml"))}
    if name not in known:
        listed = ", ".join(known) or "none"
        raise not_found("protocol_unknown", "There is no protocol of that name.", f"Known protocols: {listed}.")
    return known[name]


def _checked(step: _StepFile, path: Path) -> Step:
    where = f"{path}, step {step.id}"
    if step.source not in TECHNIQUES:
        raise bad_input(
            "source_unknown",
            f"{where}: there is no source of that name.",
            f"Use one of: {', '.join(sorted(TECHNIQUES))}.",
        )
    if step.technique not in {technique.value for technique in Technique}:
        raise refused(
            "technique_unlawful",
            f"{where}: the technique is not on the list of lawful techniques (IV.B.8).",
            f"Use one of: {', '.join(technique.value for technique in Technique)}.",
        )
    if TECHNIQUES[step.source] is not Technique(step.technique):
        raise bad_input(
            "technique_differs",
            f"{where}: source {step.source} works by {TECHNIQUES[step.source].value}.",
            "Name that technique.",
        )
    template = step.query.replace("{anchor}", "")
    if "{" in template or "}" in template or "{anchor}" not in step.query:
        raise bad_input(
            "query_template", f"{where}: the query needs {{anchor}} and no other placeholder.", "Correct it."
        )
    try:
        lint_query(step.query)
    except VettingError as error:
        raise bad_input(error.code, f"{where}: {error.sentence}", error.remedy) from None
    return Step(
        id=step.id,
        title=step.title,
        source=step.source,
        technique=Technique(step.technique),
        anchor=step.anchor,
        query=step.query,
        max_pages=step.max_pages,
        max_items=step.max_items,
        attempts=step.attempts,
        render=step.render,
    )


def refuse_changed_config(config: Path, protocol: SearchProtocol) -> None:
    """Refuses a position whose criteria, class packs or sources are not the files it was frozen with (U4)."""
    now = config_digests(config, protocol.criteria, protocol.class_packs)
    changed = sorted(name for name, digest in now.items() if protocol.digests.get(name) != digest)
    if changed:
        raise refused(
            "config_changed",
            f"The configuration changed since the protocol was frozen: {', '.join(changed)}.",
            "Restore the files, or open the position anew and run every candidate again.",
        )


def config_digests(config: Path, criteria: str, packs: Sequence[str]) -> dict[str, str]:
    """SHA-256 of every file the protocol stands on: none can be exchanged under it unnoticed."""
    files = {
        "criteria": config / "criteria" / f"{criteria}.toml",
        "sources": config / "sources.toml",
        "retention": config / "retention.toml",
        **{f"class_pack_{pack}": config / "class_packs" / f"{pack}.toml" for pack in packs},
    }
    for name, path in files.items():
        if not path.is_file():
            raise bad_input("config_missing", f"The protocol names {name}, but {path} is missing.", "Restore the file.")
    digests = {name: digest_of(path, TOML_BYTES).hex() for name, path in files.items()}
    # The name stands at the head of every page, so it may not change between two candidates; where the stores are, may.
    name = str(read_toml(config / "department.toml").get("name"))
    return {**digests, "department_name": hashlib.sha256(name.encode()).hexdigest()}


def declared_packs(config: Path, name: str) -> tuple[str, ...]:
    """The class packs a protocol file names, before it is checked; empty for none. Refuses a missing file."""
    packs = read_toml(_path(config, name)).get("class_packs")
    return tuple(str(pack) for pack in packs) if isinstance(packs, list) else ()
