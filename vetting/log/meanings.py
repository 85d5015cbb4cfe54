"""What each type of entry means and what its body holds, for readers without this program (docs/events.md).

A type that is `later` is reserved for desks that arrive with later releases.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vetting.log.event import EventType

MEANINGS: Mapping[EventType, tuple[str, str]] = MappingProxyType(
    {
        EventType.KEY_CREATED: (
            "the log was set up",
            "which key",
        ),
        EventType.KEY_ROTATED: (
            "later",
            "",
        ),
        EventType.PERSON_ADDED: (
            "an administrator added somebody; the first one is added by the set-up (`system`)",
            "person id, roles",
        ),
        EventType.PERSON_CLEARED: (
            "an administrator recorded that somebody holds a sensitive position",
            "person id, dates of vetting, training and confidentiality",
        ),
        EventType.PERSON_SIGN_IN_RESET: (
            "an administrator set somebody's password anew",
            "person id",
        ),
        EventType.PROTOCOL_FROZEN: (
            "a position was opened",
            "digest and the whole protocol document",
        ),
        EventType.POSITION_OPENED: (
            "with it",
            "practice or live, decision makers, protocol digest",
        ),
        EventType.CANDIDATE_ENROLLED: (
            "a case was opened",
            (
                "protocol digest, number of disclosed identifiers by kind, commitment to the candidate, digest of the"
                " plan (protocol digest and search keys)"
            ),
        ),
        EventType.AUTHORIZATION_RECORDED: (
            "with it, and when the candidate signed anew",
            "commitment to the form, dates",
        ),
        EventType.ATTESTATION_RECORDED: (
            "somebody attested to having no conflict of interest in a position",
            "that they did",
        ),
        EventType.ENVIRONMENT_RECORDED: (
            "a run of a case began in an environment that is not in the log for it yet",
            (
                "digest, versions of Python and of the libraries that ask, read and keep, digest of the connectors, "
                "system, locale, time zone"
            ),
        ),
        EventType.SEARCH_PLANNED: (
            "a run began",
            "search key, protocol digest, commitment to the query",
        ),
        EventType.SEARCH_EXECUTED: (
            "a search ended with results, none, not applicable, or excluded because its step is left out for everybody",
            (
                "key, outcome, reason code, protocol digest, digest of the step with its limits as it was run, "
                "attempts, captures, the credential its requests carried (none, the department's key, personal), "
                "milliseconds"
            ),
        ),
        EventType.SEARCH_BLOCKED: (
            "the source refused",
            "the same",
        ),
        EventType.SEARCH_UNAVAILABLE: (
            "the source did not answer; what a later run again brought has an entry of its own",
            "the same",
        ),
        EventType.CAPTURE_SEALED: (
            "with it, one for each exchange",
            "capture id, key, commitment to the WARC bytes",
        ),
        EventType.CAPTURE_REPEATED: (
            "before a release, what a finding stands on was asked for once more",
            "finding, state (unchanged, changed, gone, not reachable, not asked), reason code, capture",
        ),
        EventType.EVIDENCE_IMPORTED: (
            "a file was imported",
            (
                "commitment to the file, kind of file, from whom (investigator or candidate), technique, number of "
                "captures and of texts read, whether some text could not be read, by whom; where and when it was seen"
                " is sealed with the capture"
            ),
        ),
        EventType.EVIDENCE_EXPORTED: (
            "somebody asked for the captures of a case as a file: noted before the file is written",
            "export id, commitment to the file, number of captures, by whom",
        ),
        EventType.FINDING_RECORDED: (
            "a passage met a criterion",
            "finding, key, capture, commitment to the criterion code and the words",
        ),
        EventType.FILTER_APPLIED: (
            "the filter looked at a finding",
            (
                "filter digest; previewed, passed or withheld; reason code; filter record; how many marks to withhold"
                " and to restore were applied"
            ),
        ),
        EventType.FILTER_MARKED: (
            "a reviewer withheld more, restored what the filter withheld, or took such a mark back",
            (
                "finding, number of the mark, act, reason code, how many of the filter's spans it restores, the mark "
                "taken back; never the words or their class"
            ),
        ),
        EventType.ATTRIBUTION_RECORDED: (
            "a reviewer said whether it is the candidate",
            "finding, level, kinds of evidence, how the account took part where the reviewer said so",
        ),
        EventType.VALIDATION_RECORDED: (
            "a reviewer took a step, or a search settled a token of criminal history or medical matter",
            (
                "finding, state, independent element, severity, whether it is quoted; where the context was checked, "
                "whether the item is dated and within the look-back; at the second review, how many marks were seen "
                "and agreed to"
            ),
        ),
        EventType.REPORT_RELEASED: (
            "a report was filed",
            "report number, SHA-256 of the PDF, size of the log when it was composed",
        ),
        EventType.REPORT_OPENED: (
            (
                "a decision maker asked to read it: noted before the file is written, so that nothing is read "
                "unnoted; an attempt that failed on a full disk has its entry too"
            ),
            "report number",
        ),
        EventType.REFERRAL_MADE: (
            "an investigator referred an imminent threat to life, noted before the sheet is written",
            (
                "referral id, number of captures; commitments to the finding, to the kind of threat and the platform,"
                " and to the sheet"
            ),
        ),
        EventType.ACCESS_REFUSED: (
            (
                "somebody was refused; with the position where one was named that the log knows (an auditor's command"
                " on several positions: one entry for each)"
            ),
            "code, act",
        ),
        EventType.AUDIT_PERFORMED: (
            (
                "an auditor audited positions, or `vetting nightly` did (`system`), once the result was known and "
                "before it was shown"
            ),
            (
                "kind of audit (`uniformity`, `impact`, `nightly`), positions, size of the log that was audited, "
                "result code (the gravest of them); never a group or a number of one"
            ),
        ),
        EventType.LOG_EXPORTED: (
            (
                "an auditor asked for the log as a bundle: noted before it is written (`vetting export POSITION`); a "
                "copy without the log's key takes no note; of no position, for all are handed over"
            ),
            "size of the log, the position whose protocol lies beside it",
        ),
        EventType.RESPONSE_RECORDED: (
            "later",
            "",
        ),
        EventType.DETERMINATION_RECORDED: (
            "later",
            "",
        ),
        EventType.DEVIATION_REQUESTED: (
            "somebody asked that a step be left out for everybody, or that the case of a candidate who withdrew end",
            "number, reason code, step",
        ),
        EventType.DEVIATION_APPROVED: (
            (
                "another person approved it; or, without a request, a release met a step whose failure policy leaves "
                "it out (`failure_policy`)"
            ),
            "the same",
        ),
        EventType.DEVIATION_REFUSED: (
            "another person refused it",
            "the same",
        ),
        EventType.RETENTION_DISPOSED: (
            "later",
            "",
        ),
        EventType.CLOCK_SKEW: (
            (
                "with a search: most of the servers that it asked, and at least two, stated a time more than five "
                "minutes from ours"
            ),
            "search key, how many servers stated a time, by how many seconds they are ahead (negative: behind)",
        ),
    }
)
"""When an entry of the type is made, and what stands in its body."""
