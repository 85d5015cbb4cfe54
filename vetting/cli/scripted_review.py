"""The demo's two reviewers: their answers are written in demo/reviews.toml, and recorded through the real verbs."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from vetting.attribution import Level, Link
from vetting.casework.desk import Desk
from vetting.casework.reviewing import Reviewed, attribute, findings_of, validate
from vetting.cli.reviews import criteria_of
from vetting.errors import bad_input
from vetting.evidence import Engagement, RawText
from vetting.settings import first_problem, read_toml
from vetting.validation import Element, State


class Answer(BaseModel):
    """What the two reviewers make of one finding."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    note: str
    level: Level | None = None
    links: tuple[Link, ...] = ()
    engagement: Engagement | None = None
    ends: State | None = None
    element: Element = Element.NONE
    severity: int = 0
    quote: bool = False
    second: State = State.SECOND_REVIEWED


class Rule(Answer):
    """An answer and the finding it is for; identifiers are made at run time, so it is named by what it is."""

    case: str
    steps: tuple[str, ...]
    code: str
    passage: re.Pattern[str]

    def fits(self, name: str, item: Reviewed) -> bool:
        """Whether the finding is the one meant."""
        finding = item.finding
        return (
            (self.case, self.code) == (name, finding.code)
            and finding.search_key.rpartition(".")[0] in self.steps
            and re.search(self.passage, finding.passage.reveal()) is not None
        )


class Script(BaseModel):
    """demo/reviews.toml: the first rule that fits is used."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    default: Answer
    rules: tuple[Rule, ...]

    def answer(self, name: str, item: Reviewed) -> Answer:
        """What the reviewers answer for this finding of the candidate file `name`."""
        return next((rule for rule in self.rules if rule.fits(name, item)), self.default)


def load_script(path: Path) -> Script:
    """The script. Refuses a misspelt field or a state, level or link that does not exist."""
    content = read_toml(path)
    rules = content.get("rules")
    for rule in rules if isinstance(rules, list) else ():
        rule["passage"] = re.compile(rule["passage"], re.IGNORECASE)
    try:
        return Script.model_validate(content)
    except ValidationError as error:
        raise bad_input("script_invalid", f"{path}: {first_problem(error)}.", "Correct that field.") from None


def review_case(one: Desk, two: Desk, number: str, name: str, script: Script) -> int:
    """Both reviewers record their answer for every finding of the case that waits; how many those were."""
    findings = [item for item in findings_of(one, number) if item.waiting]
    criteria = criteria_of(one, number).by_code
    for item in findings:
        answer = script.answer(name, item)
        identifier, note, criterion = item.finding.id, RawText(answer.note), criteria[item.finding.code]
        if answer.level is not None:
            attribute(one, identifier, answer.level, answer.links, note, answer.engagement)
        if answer.ends is not None:
            validate(one, identifier, answer.ends, note, criterion=criterion)
            continue
        for state in (State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED):
            corroborated = state is State.CORROBORATED
            validate(
                one,
                identifier,
                state,
                note,
                criterion=criterion,
                element=answer.element if corroborated else Element.NONE,
                severity=answer.severity if corroborated else 0,
                quote=answer.quote and corroborated,
            )
        validate(two, identifier, answer.second, note, criterion=criterion)
    return len(findings)
