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
from vetting.protocol import (
    REQUEST_SECONDS,
    FailurePolicy,
    Quotation,
    ReviewerRules,
    SearchProtocol,
    Step,
    Technique,
)
from vetting.release import REPORT_TEMPLATE
from vetting.settings import TOML_BYTES, first_problem, read_toml
from vetting.sources.configuration import sources_digest
from vetting.sources.registry import SITE_QUERIES, SITES, TECHNIQUES
from vetting.sources.version import connectors_version

_Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(partial(unicodedata.normalize, "NFC")),  # the log takes no other form
]


FCRA_YEARS = 7
"""15 U.S.C. 1681c(a)(5)."""


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
    timeout_seconds: int = Field(default=REQUEST_SECONDS, ge=1, le=120)
    failure_policy: FailurePolicy = FailurePolicy.RERUN
    render: bool = False


class _ReviewersFile(BaseModel):
    """Only what the program does: two people validate, and no sample of empty results is drawn yet (docs/limits.md)."""

    model_config = ConfigDict(extra="forbid")
    independent: Literal[2] = 2
    sample_of_nil_results: Literal[0] = 0


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
    fcra_mode: bool = True
    languages: list[Literal["en"]] = Field(default=["en"], min_length=1, max_length=1)  # the filter reads no other
    reviewers: _ReviewersFile = _ReviewersFile()
    report_template: str = REPORT_TEMPLATE
    release_together: bool = False
    window_days: int | None = Field(default=None, ge=1, le=366)
    quotation: Quotation
    criteria: _Slug
    class_packs: list[_Slug] = Field(min_length=1)
    steps: list[_StepFile] = Field(min_length=1, max_length=100)


def load_protocol(config: Path, name: str, filter_version: str, today: date) -> SearchProtocol:
    """The protocol `config/protocols/<name>.toml`, ready to be frozen.

    Refuses: an unknown source, a technique that is not on the allow-list or is not the source's own, a query that asks
    for protected facts or holds any placeholder but `{anchor}`, a step id used twice, a look-back that the Fair Credit
    Reporting Act forbids, a report template that this program does not fill, a draft (no approval), and a protocol not
    yet in force (REQ-POL-1). What department.toml says of account names is part of the protocol: it changes what
    candidates are asked.
    """
    path = _path(config, name)
    try:
        file = _ProtocolFile.model_validate(read_toml(path))
    except ValidationError as error:
        raise bad_input("protocol_invalid", f"{path}: {first_problem(error)}.", "Correct that field.") from None
    approved_on = _approval(file, name, today)
    _refuse_unfit(file, path)
    steps = tuple(_checked(step, path) for step in file.steps)
    return SearchProtocol(
        id=file.id,
        version=file.version,
        title=file.title,
        approved_by=file.approved_by,
        approved_on=approved_on,
        in_force_from=file.in_force_from,
        jurisdiction=file.jurisdiction,
        lookback_years=file.lookback_years,
        quotation=file.quotation,
        criteria=file.criteria,
        class_packs=tuple(file.class_packs),
        steps=steps,
        digests=config_digests(config, file.criteria, file.class_packs, steps)
        | {"filter": filter_version, "connectors": connectors_version()},
        languages=tuple(file.languages),
        reviewers=ReviewerRules(**file.reviewers.model_dump()),
        report_template=file.report_template,
        fcra_mode=file.fcra_mode,
        may_request_handles=_may_request_handles(config),
        release_together=file.release_together,
        window_days=file.window_days,
    )


def _approval(file: _ProtocolFile, name: str, today: date) -> date:
    """The day of the approval. Refuses a draft, and a protocol that is not in force yet."""
    if not file.approved_by or file.approved_on is None or file.approved_on > today:
        raise refused("protocol_draft", f"Protocol {name} is a draft.", "Have it approved: approved_by, approved_on.")
    if file.in_force_from > today:
        raise refused("protocol_early", f"Protocol {name} is in force from {file.in_force_from} only.", "Wait.")
    return file.approved_on


def _refuse_unfit(file: _ProtocolFile, path: Path) -> None:
    if file.fcra_mode and file.lookback_years > FCRA_YEARS:
        raise bad_input(
            "lookback_too_long",
            f"{path}: lookback_years is more than {FCRA_YEARS}, and no older adverse item may be reported "
            "(15 U.S.C. 1681c(a)(5)).",
            "Shorten it; fcra_mode = false only where counsel finds that the Act does not apply.",
        )
    if file.report_template != REPORT_TEMPLATE:
        raise bad_input(
            "report_template_unknown", f"{path}: there is no report template of that name.", f"Use {REPORT_TEMPLATE}."
        )
    if len({step.id for step in file.steps}) != len(file.steps):
        raise bad_input("step_twice", f"{path}: a step id is used twice.", "Give each step an id of its own.")


def _may_request_handles(config: Path) -> bool:
    return read_toml(config / "department.toml").get("may_request_handles") is True


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
    _check_query(step, where)
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
        timeout_seconds=step.timeout_seconds,
        failure_policy=step.failure_policy,
        render=step.render,
    )


def _check_query(step: _StepFile, where: str) -> None:
    template = step.query.replace("{anchor}", "")
    if "{" in template or "}" in template or "{anchor}" not in step.query:
        raise bad_input(
            "query_template", f"{where}: the query needs {{anchor}} and no other placeholder.", "Correct it."
        )
    try:
        lint_query(step.query)
    except VettingError as error:
        raise bad_input(error.code, f"{where}: {error.sentence}", error.remedy) from None


def refuse_changed_config(config: Path, protocol: SearchProtocol) -> None:
    """Refuses a position whose criteria, class packs, sources, report template or rule on account names are not those
    it was frozen with (U4).
    """
    now = config_digests(config, protocol.criteria, protocol.class_packs, protocol.steps)
    # A file that protocols stand on only since a later release was not frozen with an earlier position; a list of sites
    # that no step looks at was frozen by an earlier release and binds nobody.
    changed = sorted(name for name, digest in now.items() if protocol.digests.get(name, digest) != digest)
    if protocol.may_request_handles not in {None, _may_request_handles(config)}:
        changed.append("may_request_handles")
    if protocol.report_template != REPORT_TEMPLATE:
        changed.append("report_template")
    if changed:
        raise refused(
            "config_changed",
            f"The configuration changed since the protocol was frozen: {', '.join(changed)}.",
            "Restore the files, or open the position anew and run every candidate again.",
        )


def refuse_changed_connectors(protocol: SearchProtocol) -> None:
    """Refuses to search a position with other connectors than it was opened with: two candidates, one search (U1)."""
    if protocol.digests.get("connectors") != connectors_version():
        raise refused(
            "connectors_changed",
            "The connectors are not the version this position was opened with.",
            "Install that version, or open the position anew and run every candidate again (U1, U4).",
        )


def config_digests(config: Path, criteria: str, packs: Sequence[str], steps: Sequence[Step]) -> dict[str, str]:
    """SHA-256 of every file the protocol stands on: none can be exchanged under it unnoticed.

    The list of sites is one only where a step looks at a site of it.
    """
    files = {
        "criteria": config / "criteria" / f"{criteria}.toml",
        "sources": config / "sources.toml",
        **({"sites": config / SITES} if any(step.source in SITE_QUERIES for step in steps) else {}),
        "retention": config / "retention.toml",
        **{f"class_pack_{pack}": config / "class_packs" / f"{pack}.toml" for pack in packs},
    }
    for name, path in files.items():
        if not path.is_file():
            raise bad_input("config_missing", f"The protocol names {name}, but {path} is missing.", "Restore the file.")
    digests = {name: digest_of(path, TOML_BYTES).hex() for name, path in files.items()}
    digests["sources"] = sources_digest(config)
    # The name stands at the head of every page, so it may not change between two candidates; where the stores are, may.
    name = str(read_toml(config / "department.toml").get("name"))
    return {**digests, "department_name": hashlib.sha256(name.encode()).hexdigest()}


def declared_packs(config: Path, name: str) -> tuple[str, ...]:
    """The class packs a protocol file names, before it is checked; empty for none. Refuses a missing file."""
    packs = read_toml(_path(config, name)).get("class_packs")
    return tuple(str(pack) for pack in packs) if isinstance(packs, list) else ()
