"""The one door between what was found and what a decision maker reads: select, sanitize, verify, seal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from filters import wording
from filters.analyzer import Analyzer
from filters.marks import NOTHING_SPARED, Marks, Spare, without
from filters.sanitize import leftover, sanitize
from filters.withholding import Withheld, WithheldReason
from vetting.attribution import Level
from vetting.errors import VettingError, refused
from vetting.evidence import Engagement, RawText
from vetting.finding import Criterion, Finding
from vetting.release import FilterRecord, SanitizedFinding, SanitizedText
from vetting.validation import Element

__all__ = ["Gate", "Passed", "ReviewedFinding", "Withheld", "WithheldReason", "reported"]

NO_MARKS = Marks()
_ADVERSE_ENGAGEMENT = frozenset({Engagement.AUTHORED, Engagement.ENDORSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedFinding:
    """A finding with what two reviewers made of it."""

    finding: Finding
    criterion: Criterion
    level: Level
    element: Element
    severity: int
    quote: bool
    """Whether protocol and reviewers let the sanitized passage stand beside the statement."""
    marks: Marks = NO_MARKS
    """What the reviewers withhold beyond the filter, and what they restore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A reviewed finding and what the gate made of it."""

    reviewed: ReviewedFinding
    sanitized: SanitizedFinding


def reported(group: Sequence[Passed]) -> SanitizedFinding:
    """One criterion's findings, each of which passed by itself, as the one finding that a report holds.

    The most severe stands for them, one with a quotation before one without. The frequency counts distinct passages
    (a page that two searches found, or of which there are several archived versions, is one), the period reaches from
    the earliest to the latest, and attribution and audience are the weakest of them. Raises ValueError for an empty
    group and for findings of several criteria.
    """
    if len({passed.sanitized.code for passed in group}) != 1:
        raise ValueError("a reported finding stands on findings of one criterion")
    leading = max(group, key=lambda passed: (passed.reviewed.severity, passed.sanitized.quotation is not None))
    dates = [moment for passed in group if (moment := passed.reviewed.finding.posted_at) is not None]
    return replace(
        leading.sanitized,
        frequency=wording.frequency(len({_same(passed.reviewed.finding.passage) for passed in group})),
        period=wording.period(min(dates), max(dates)),
        attribution=wording.ATTRIBUTION[min(passed.reviewed.level for passed in group)],
        audience=wording.audience(passed.reviewed.finding.platform for passed in group),
    )


def _bare(text: str) -> str:
    """A quotation without the marks and line breaks that a page gives it."""
    return " ".join(text.split()).strip("\u201c\u201d")


def _same(passage: RawText) -> str:
    """One spelling for passages that differ in case, blanks or compatible characters only."""
    return " ".join(unicodedata.normalize("NFKC", passage.reveal()).casefold().split())


class Gate:
    """Makes a `SanitizedFinding` out of a reviewed one, or withholds it. No other module makes `SanitizedText`."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._clean: dict[str, bool] = {}
        self._spared: dict[str, Spare] = {}

    @property
    def version(self) -> str:
        """The filter's digest, as it stands in each report."""
        return self._analyzer.version

    def clear(self, reviewed: ReviewedFinding, names: tuple[str, ...], record_id: str) -> SanitizedFinding | Withheld:
        """The finding in closed vocabulary, with the sanitized passage where `quote` is set.

        `names` are all names of the candidate, `record_id` the identifier of this filter decision (REQ-EEO-1).
        Refuses: no record identifier, attribution below A3, no independent element, a held, routed or sealed criterion,
        an adverse criterion without severity, and a criterion whose own statement, title or nexus tells a class.
        Withholds, with a reason code, what is no conduct of the candidate, is undated, or cannot be vouched for in
        neutral form.
        """
        _check(reviewed, record_id)
        if reviewed.criterion.code != reviewed.finding.code:
            raise refused("criterion_differs", "The finding was proposed under another criterion.", "Review it again.")
        reason = _unfit(reviewed)
        if reason is not None:
            return Withheld(reason=reason)
        self._check_words(reviewed.criterion)
        record = FilterRecord(record_id)
        quotation = None
        if reviewed.quote:
            text = self._neutral(reviewed, names)
            if isinstance(text, Withheld):
                return text
            quotation = SanitizedText(text, record)
        return _worded(reviewed, quotation, record)

    def _neutral(self, reviewed: ReviewedFinding, names: tuple[str, ...]) -> str | Withheld:
        """The passage in neutral form, with the reviewers' marks; what they withhold comes first."""
        words, marks = reviewed.finding.passage.reveal(), reviewed.marks
        spare = Spare.of(words, marks.restore)
        text = sanitize(self._analyzer, without(words, marks.withhold), names, spare=spare)
        if spare and isinstance(text, str):
            self._spared[_bare(text)] = spare
        return text

    def finds(self, text: str) -> tuple[str, ...]:
        """Protected classes still recognizable in text that is about to be seen; empty where there are none.

        Words that reviewers restored in a quotation do not count in that quotation, and do in any other text.
        """
        spare = self._spared.get(_bare(text), NOTHING_SPARED)
        return tuple(sorted({hit.protected_class.value for hit in leftover(self._analyzer, text, spare=spare)}))

    def _check_words(self, criterion: Criterion) -> None:
        """Refuses a statement, title or nexus sentence that itself tells a class; looked at once for each criterion."""
        for words in (criterion.statement, criterion.title, criterion.nexus):
            if words not in self._clean:
                self._clean[words] = not self.finds(words)
            if not self._clean[words]:
                raise refused(
                    "statement_tells",
                    f"The statement, title or nexus of {criterion.code} holds a word that tells a protected class.",
                    "Have the policy owner reword it in config/criteria/.",
                )


def _check(reviewed: ReviewedFinding, record_id: str) -> None:
    """Refuses what may never pass, whatever it says."""
    problem: VettingError | None = None
    if not record_id:
        problem = refused("filter_record_missing", "No filter record was given.", "Record the filter decision first.")
    elif reviewed.criterion.hold:
        problem = refused(
            "protected_activity",
            f"{reviewed.criterion.code} is protected activity and is held for counsel.",
            "Record the finding as held, or review it under a job-related criterion that it meets by itself.",
        )
    elif reviewed.criterion.token:
        problem = refused(
            "content_kept_out",
            f"{reviewed.criterion.code} is criminal history, medical matter or self-harm: nothing of it is reported.",
            "Leave it to the official channel.",
        )
    elif not reviewed.level.releasable:
        problem = refused(
            "attribution_too_low",
            f"A finding at attribution level {reviewed.level} may not be released.",
            "Record an attribution of A3 or A4 first.",
        )
    elif reviewed.element not in wording.VALIDATION:
        problem = refused(
            "not_validated",
            "A finding without an independent corroborating element may not be released (IV.B.10).",
            "Corroborate it, or record it as unverifiable.",
        )
    elif reviewed.criterion.adverse and reviewed.severity not in wording.SEVERITY:
        problem = refused("severity_missing", "An adverse finding needs a severity from 1 to 4.", "Record one.")
    if problem is not None:
        raise problem


def _unfit(reviewed: ReviewedFinding) -> WithheldReason | None:
    """Why it is no finding: a lead, or undated (REQ-FCRA-2)."""
    engagement = reviewed.finding.engagement
    if engagement not in wording.ENGAGEMENT or (reviewed.criterion.adverse and engagement not in _ADVERSE_ENGAGEMENT):
        return WithheldReason.NOT_CONDUCT
    return WithheldReason.UNDATED if reviewed.finding.posted_at is None else None


def _worded(
    reviewed: ReviewedFinding, quotation: SanitizedText | None, record: FilterRecord
) -> SanitizedFinding | Withheld:
    """Every field from a closed vocabulary."""
    finding, criterion = reviewed.finding, reviewed.criterion
    source = wording.SOURCE.get(finding.platform)
    if source is None or finding.posted_at is None:
        return Withheld(reason=WithheldReason.UNDATED if finding.posted_at is None else WithheldReason.FAILED)
    return SanitizedFinding(
        code=criterion.code,
        statement=criterion.statement,
        criterion=criterion.title,
        clause=criterion.clause,
        nexus=criterion.nexus,
        engagement=wording.ENGAGEMENT[finding.engagement],
        audience=wording.audience([finding.platform]),
        frequency=wording.frequency(1),
        period=wording.period(finding.posted_at),
        severity=wording.SEVERITY[reviewed.severity] if criterion.adverse else wording.FAVOURABLE,
        source=source,
        attribution=wording.ATTRIBUTION[reviewed.level],
        validation=wording.VALIDATION[reviewed.element],
        status=wording.STATUS[reviewed.element],
        favorable=not criterion.adverse,
        quotation=quotation,
        filter_record=record,
    )
