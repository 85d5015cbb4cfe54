"""The auditor's 42 checks: what each asks, which condition of uniformity and clause of the policy it serves, and what
the auditor does by hand where the log cannot say (docs/audit.md is the same list for a reader).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vetting.uniformity.result import Condition

U1, U2, U3, U4, U5, U6, U7, U8, U9, U10, U11 = Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One of the checks, as it is asked."""

    number: int
    title: str
    """At most 34 characters: it stands in a table of a terminal."""
    rule: str
    conditions: tuple[Condition, ...] = ()
    clause: str = ""
    by_hand: str = ""


def _rule(
    number: int, title: str, rule: str, conditions: tuple[Condition, ...] = (), clause: str = "", by_hand: str = ""
) -> Rule:
    return Rule(number=number, title=title, rule=rule, conditions=conditions, clause=clause, by_hand=by_hand)


RULES: Final[tuple[Rule, ...]] = (
    _rule(
        1,
        "Everybody, and nobody else",
        "Whoever is searched was enrolled, whoever is enrolled is searched, and nobody is enrolled after a report of "
        "the position was opened; all that belongs to the position is logged under it.",
        (U7, U9),
        "IV.B.5",
        "Hold the enrolled cases against the personnel office's list of candidates: the log knows no names.",
    ),
    _rule(
        2,
        "Stages in their order",
        "In every case authorization comes before the plan, the plan before the search, the search before the filter, "
        "the filter before the release, and the release before the report is opened or decided on.",
        (U4, U10),
        "IV.B.6",
    ),
    _rule(
        3,
        "One protocol, approved before",
        "The protocol was approved, in force and frozen before the first candidate was enrolled, and every plan and "
        "search carries its digest.",
        (U1,),
        "IV.B.9",
    ),
    _rule(
        4,
        "Nothing changed in the cycle",
        "Protocol, connectors and filter are those that were frozen, from the first search to the last, "
        "all within the protocol's window of days.",
        (U1, U4),
        "IV.B.9",
        "Where something changed for a reason, see that every candidate was searched again.",
    ),
    _rule(
        5,
        "Searchers cleared at the time",
        "Whoever acts in a case held the role, was vetted, trained and bound to confidentiality at that moment, and "
        "had attested to having no conflict of interest in the position.",
        (U1,),
        "IV.B.7",
        "Look at the certificates: the log holds what an administrator entered.",
    ),
    _rule(
        6,
        "Duties apart by person",
        "No decision maker and no auditor of the position took part in its casework, and whoever approved a deviation "
        "is another person than whoever asked and decides nothing here.",
        (),
        "IV.B.6",
        "Ask whether a searcher reports to a decision maker of the position.",
    ),
    _rule(
        7,
        "Decision makers saw reports only",
        "Only the position's decision makers opened its reports, each after it was released and, where the protocol "
        "releases together, after the last candidate's.",
        (U9,),
        "IV.B.6",
        "See the system's own records of who read the data folder: what goes round the program is not in its log.",
    ),
    _rule(
        8,
        "Break-glass referrals",
        "Every referral of a threat to life is listed, with who made it; every refusal of access is listed, "
        "and a decision maker's is looked at.",
        (U6,),
        "IV.B.8",
        "Ask the investigator for each referral's reason, and the other unit whether anything came back.",
    ),
    _rule(
        9,
        "Executed = expected searches",
        "Every candidate's executed searches are those that protocol and disclosed identifiers demand, each once, with "
        "the protocol's own limits; after a finding nobody stopped early.",
        (U1, U2, U6),
        "IV.B.9",
    ),
    _rule(
        10,
        "No query of one's own",
        "Every query template passes the query linter again, and every search was planned before it was made.",
        (U2, U6),
        "IV.B.8",
    ),
    _rule(
        11,
        "No login, no personal account",
        "No request carried a cookie or a personal authorization; the department's key only where the step allows it.",
        (U3,),
        "IV.B.8",
        "Hold the firewall's log against the sources of the protocol.",
    ),
    _rule(
        12,
        "One environment",
        "Every case was searched with the same versions, locale and time zone.",
        (U3,),
        "IV.B.9",
        "Where versions differ, read their release notes for what could change an answer.",
    ),
    _rule(
        13,
        "Failures shared, none hidden",
        "A source that failed for one candidate and answered for another is left out for all; what failed is never "
        "recorded as nothing found.",
        (U5,),
        "IV.B.9",
    ),
    _rule(
        14,
        "Same effort",
        "No search took far more time, attempts or captures than the same step took for the other candidates, and "
        "nothing was imported for one alone.",
        (U6, U8),
        "IV.B.9",
        "Ask what took so long; a slow server is an answer.",
    ),
    _rule(
        15,
        "Deviations, by two people",
        "Every deviation is listed, and none is in force that two people who decide nothing here did not agree to, or "
        "that the protocol's own failure policy does not carry.",
        (U5, U6),
        "IV.B.9",
        "Compare the rates between groups with: vetting impact.",
    ),
    _rule(
        16,
        "The log is whole, its times true",
        "Entries, hashes and signed checkpoints verify; times do not go back, and no act is dated long before or after "
        "it was logged.",
        (U4,),
        "IV.B.10",
        "Compare a printed size and root, or a witness's, with: vetting verify --known SIZE:ROOT.",
    ),
    _rule(
        17,
        "A capture behind each finding",
        "Every finding stands on a capture of its own case that was sealed before it, and no capture that a search "
        "states is missing.",
        (),
        "IV.B.10",
        "Open a sample with: vetting export CASE --wacz FILE; a picture is there only where the protocol asks for one.",
    ),
    _rule(
        18,
        "Asked once more before release",
        "What each reported finding stands on was asked for once more before its report, not long before.",
        (),
        "IV.B.10",
    ),
    _rule(
        19,
        "Attribution A3 or A4",
        "Every released finding is attributed at A3 or A4 with evidence that carries the level, and none by name only.",
        (),
        "IV.B.10",
    ),
    _rule(
        20,
        "Two people, another element",
        "Two people who decide nothing here validated every released finding, with an element independent of the "
        "capture.",
        (U8,),
        "IV.B.10",
    ),
    _rule(
        21,
        "No illegal step",
        "Every finding went through the states of validation in their order, and none is left open when its case has "
        "a report.",
        (),
        "IV.B.10",
    ),
    _rule(
        22,
        "Re-performed sample",
        "A second team comes to the same result on a sample of findings and of empty results.",
        (U8, U11),
        "IV.B.10",
        "Draw the sample, have others review it blind, and compare: no sample of empty results is drawn yet.",
    ),
    _rule(
        23,
        "Nothing refuted in a report",
        "No finding that was refuted, withheld, held, routed or expired is in a report, and none of a step that is "
        "left out.",
        (),
        "IV.B.10",
        "A dispute is kept outside the log until responses are recorded in it.",
    ),
    _rule(
        24,
        "Dated within the look-back",
        "Every released finding is dated and within the protocol's look-back.",
        (U1,),
        "IV.B.10",
        "Whether the candidate was of age then is not in the log: compare in the case file.",
    ),
    _rule(
        25,
        "Filter before release",
        "Every released finding passed the frozen filter before its report, and the class packs fit the jurisdiction.",
        (U1,),
        "IV.B.6",
    ),
    _rule(
        26,
        "The report leaks nothing",
        "The filter and the leak check find nothing in the report as it was released.",
        (),
        "IV.B.6",
        "vetting verify --report FILE shows that the file is the released one; search its text with: vetting filter.",
    ),
    _rule(
        27,
        "Canaries",
        "Invented protected facts of a practice candidate never come out.",
        (),
        "IV.B.6",
        "Run the demo, which is seeded with them: vetting demo; then search its reports for them.",
    ),
    _rule(
        28,
        "Withheld alike by each reviewer",
        "What was withheld carries a reason of the closed list, and no reviewer withholds or restores far more than "
        "the others.",
        (U8,),
        "IV.B.6",
        "The class that was withheld is sealed: compare by class in the case files, with counsel.",
    ),
    _rule(
        29,
        "No picture, link or name variant",
        "The report holds no image, address, handle or spelling of the name, nor do its metadata.",
        (),
        "IV.B.6",
        "Look at the PDF with a tool of your own, e.g. pdfimages -list and pdfinfo.",
    ),
    _rule(
        30,
        "Codes of the taxonomy only",
        "Every reported code is of the approved criteria, with its clause; protected activity has counsel's word.",
        (),
        "VI.A",
        "Codes are sealed, for they can tell a class: compare the reports with the criteria file of the protocol.",
    ),
    _rule(
        31,
        "Twin tests of the filter",
        "The filter treats texts alike that differ only in class or dialect.",
        (U11,),
        "IV.B.6",
        "Read docs/filter-quality.md for this version, or measure again with: make bench-filter.",
    ),
    _rule(
        32,
        "Likes and tags are no findings",
        "Nothing that a candidate only liked, followed or was tagged in is reported as adverse.",
        (),
        "IV.B.10",
        "See the engagement of each finding in the case file.",
    ),
    _rule(
        33,
        "Grounds cite released findings",
        "Every adverse ground names findings of the released report, and no other matter from the internet.",
        (),
        "IV.B.10",
        "Read the decision forms: determinations are not recorded in the log yet.",
    ),
    _rule(
        34,
        "Notice and time to respond",
        "Before an adverse decision the candidate had the report, the notice and 14 days (555 CMR 9.05(2)).",
        (U10,),
        "IV.B.10",
        "Read the notices and the answers: responses are not recorded in the log yet.",
    ),
    _rule(
        35,
        "Like cases decided alike",
        "The same conduct at the same severity led to the same disposition.",
        (),
        "IV.B.9",
        "Set the reports and the decisions of the position side by side.",
    ),
    _rule(
        36,
        "Decision form frozen",
        "Nothing was added to a decision after it was made.",
        (),
        "",
        "Compare the decision form with the copy that the candidate received.",
    ),
    _rule(
        37,
        "Selection rates by group",
        "Selection rates by stage, their ratio, an exact test, and no word where numbers are too small.",
        (U11,),
        "IV.B.9",
        "Only the auditor holds the groups: vetting impact POSITION --self-identification FILE.",
    ),
    _rule(
        38,
        "Yearly record of selection",
        "The yearly record of 29 CFR 1607.15A(1) was produced.",
        (),
        "",
        "Make it with: vetting impact --year YEAR --self-identification FILE. Add the hires.",
    ),
    _rule(
        39,
        "Kept and disposed on schedule",
        "What was disposed of is listed; nothing is overdue or early.",
        (),
        "",
        "Hold the dates of enrolment and config/retention.toml against the case files: nothing is disposed of yet.",
    ),
    _rule(
        40,
        "Sealed evidence that left",
        "Every export of captures is listed, with who asked for it.",
        (),
        "IV.B.6",
        "Ask for the purpose and the receipt of each, and compare the file with its commitment.",
    ),
    _rule(
        41,
        "Backup restored",
        "A backup was restored on another machine and its log verified.",
        (),
        "",
        "Restore it as docs/operation.md says, then: vetting verify --known SIZE:ROOT.",
    ),
    _rule(
        42,
        "The auditor's own audits",
        "Audits and exports of the log are listed in it.",
        (),
        "",
        "Sign and keep this report; state in it that you take no part in the hiring.",
    ),
)
