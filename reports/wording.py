"""The words every report says, whoever the candidate is: written once, here, and nowhere in the templates."""

from __future__ import annotations

from typing import Final

from vetting.release import ReportedOutcome

LANGUAGE: Final = "en-US"
TITLE: Final = "Internet background check"
CONFIDENTIAL: Final = "Confidential personnel record"
PRACTICE: Final = "Practice report: invented or recorded material, not for a hiring decision"
"""Below the title of every report on a practice case."""
PRACTICE_MARK: Final = "PRACTICE \u00b7 "
"""Before `CONFIDENTIAL` on every page of such a report."""

WITHHELD: Final = "[withheld]"
"""The one mark for a withheld phrase, for every class and every length: of 57 protected terms, 55 are known from the
width of a black bar alone."""

AT_A_GLANCE: Final = "At a glance"
HOW_TO_READ: Final = "How to read this report"
HOW_TO_READ_WORDS: Final = (
    "This report states conduct, how it was linked to the candidate, and how it was checked. It holds no score, rank "
    "or recommendation: severity is the reviewers\u2019 word for the conduct, not a score. Wording that could reveal a "
    "legally protected characteristic was made neutral or withheld before anybody who decides could read it; a gap in "
    f"a quotation shows as {WITHHELD}. A finding that is not verified may not be relied upon."
)

FINDINGS: Final = "Findings"
FINDINGS_WORDS: Final = "In the order of the criteria, not of gravity. Favorable findings have the same form."
NO_FINDINGS: Final = "No finding is reported for this candidate."

SEARCHES: Final = "Searches performed"
SEARCHES_WORDS: Final = (
    "Every candidate for this position gets these searches. Blocked or unavailable is not the same as no results. "
    "Where the candidate listed nothing to search, a search is not applicable and not counted; nor is one that was "
    "left out for everyone."
)
SEARCH_HEADS: Final = ("Step", "Search", "Outcome")

HOW_IT_WAS_DONE: Final = "How this was done"
HOW_IT_WAS_DONE_WORDS: Final = (
    "The searches were computed from the protocol and not typed, and made in public sources only, without contacting "
    "anybody. Every response was sealed as it arrived, with its time and its digest. Two people checked each finding "
    "that is reported: is it the candidate, and is it so, by something independent of the page itself, which may be a "
    "person asked after the searches. A filter and a reviewer withheld what could reveal a protected characteristic, "
    "and the program lets nobody who decides open what was captured."
)
"""Four sentences."""

BEFORE_DECIDING: Final = "Before deciding against the candidate"
BEFORE_DECIDING_WORDS: Final = "This report is a lead, not a conclusion. It may not be the only ground of a decision."
BEFORE_DECIDING_STEPS: Final = (
    "Give the candidate a copy of this report and the summary of rights.",
    "Wait at least 14 calendar days for a response (555 CMR 9.05(2)), and read it.",
    "Record, for each finding, whether you relied on it and why. Rely on verified findings only.",
)
"""14 days: 555 CMR 9.05(2), stricter than the five working days usual under the Fair Credit Reporting Act."""

CERTIFICATE: Final = "Certificate"
WITNESSED: Final = "Independent witnesses have signed the log up to an earlier entry."
UNWITNESSED: Final = "UNWITNESSED: no independent witness has signed the log yet, or too few."
WITNESSED_TO: Final = "Independent witnesses have signed the first {size} entries of the log."
WITNESSED_BEFORE: Final = (
    "UNWITNESSED: independent witnesses have signed the first {size} entries of the log only, from before this "
    "candidate was enrolled."
)
WITNESSED_TO_MARK: Final = "witnessed to {size}"
UNWITNESSED_MARK: Final = "UNWITNESSED"
VERIFY_WORDS: Final = (
    "Give the entries, the root and this file to the auditor: \u201cvetting verify --known ENTRIES:ROOT --report "
    "FILE\u201d recomputes the log, which must have this root at this many entries and hold this file\u2019s digest."
)

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""Not `strftime`, which speaks the language of the machine."""
BETWEEN: Final = (
    "Case for",
    "released",
    "version",
    "the same for every candidate",
    "policy clause",
    "entries, root",
    "Log",
)
"""What stands between one field and the next."""
AUTHORIZED: Final = "Signed by the candidate before the first search"

PERFORMED: Final = frozenset({ReportedOutcome.COMPLETED, ReportedOutcome.NO_RESULTS})
MISSED: Final = frozenset({ReportedOutcome.BLOCKED, ReportedOutcome.UNAVAILABLE})
NOT_COUNTED: Final = frozenset({ReportedOutcome.NOT_APPLICABLE, ReportedOutcome.EXCLUDED})
OUTCOMES: Final = frozenset(ReportedOutcome)
"""The closed vocabulary of outcomes (condition U5: never a blank); every report may say each of them."""
