"""Violations in what has to fit together: cases, reports, files, environments, and who opens a position when."""

from __future__ import annotations

from tests.audit.story import Said, Story, answered, outcomes_of
from tests.audit.violations import Unfit, latest, one, pick, released, violation
from vetting.log.event import EventType

# ------------------------------------------------------------------------------------- who decides


@violation(6)
def position_that_nobody_opened(story: Story) -> None:
    """Who decides on the position is nowhere stated."""
    story.remove(*story.of(EventType.POSITION_OPENED))


@violation(7)
def position_without_deciders(story: Story) -> None:
    """A position is opened on which nobody decides."""
    one(story, EventType.POSITION_OPENED).body["deciders"] = []
    story.remove(*story.of(EventType.REPORT_OPENED))


@violation(6)
def position_opened_twice(story: Story) -> None:
    """A position is opened again, with whoever searched as its decision maker."""
    opened = one(story, EventType.POSITION_OPENED)
    searcher = pick(story, outcomes_of(story)).actor
    again = opened.copy(key=f"{opened.key}.2", body=opened.body | {"deciders": [searcher]})
    story.insert_after(outcomes_of(story)[-1], again)


@violation(3)
def position_opened_after_the_searches(story: Story) -> None:
    """Who decides is stated when the searches are done."""
    story.move_after(outcomes_of(story)[-1], one(story, EventType.POSITION_OPENED))


@violation(6)
def protocol_frozen_by_a_decision_maker(story: Story) -> None:
    """A decision maker freezes the protocol by which candidates are searched for."""
    one(story, EventType.PROTOCOL_FROZEN).actor = pick(story, story.position.deciders)


# -------------------------------------------------------------------------------------- how searched


@violation(13)
def kept_out_of_a_source_that_all_share(story: Story) -> None:
    """A metasearch is said to keep visitors out of one candidate's results."""
    shared = [said for said in answered(story) if str(said.body["key"]).startswith("metasearch")]
    fruitless = [said for said in shared if said.body["outcome"] == "no_results"]
    search = pick(story, fruitless)
    of = str(search.body["key"]).rpartition(".")[0]
    if not any(s.case != search.case and str(s.body["key"]).rpartition(".")[0] == of for s in shared):
        raise Unfit
    search.kind = EventType.SEARCH_BLOCKED
    search.body |= {"outcome": "blocked", "reason": "robots_disallowed"}


@violation(12)
def environment_stated_afterwards(story: Story) -> None:
    """With what a candidate was searched is stated when the searches are done."""
    stated = one(story, EventType.ENVIRONMENT_RECORDED)
    story.move_after(outcomes_of(story, stated.case)[-1], stated)


@violation(11)
def import_by_anothers_technique(story: Story) -> None:
    """A file that an investigator found is said to be the candidate's."""
    search = pick(story, answered(story))
    body = {"file": "ab" * 32, "kind": "page", "from": "candidate", "technique": "investigator_import", "captures": 0}
    more = {"texts": 1, "partly": False, "by": search.actor}
    file = search.copy(kind=EventType.EVIDENCE_IMPORTED, key=f"{search.case}:{'ab' * 32}", body=body | more)
    story.insert_after(search, file)


@violation(14, soft=True, elsewhere=True, outages=0.5)
def asked_over_and_over(story: Story) -> None:
    """A source that did not answer is asked thirty times more for one candidate."""
    search = one(story, EventType.SEARCH_UNAVAILABLE)
    for number in range(30):
        story.insert_after(search, search.copy(key=f"{search.key}:r{number}"))


# ----------------------------------------------------------------------------------- what was found


@violation(21)
def finding_reviewed_in_another_case(story: Story) -> None:
    """A finding is reviewed and released in another candidate's case."""
    out = released(story)
    other = pick(story, [case for case in story.position.disclosed if case != out.case])
    for said in story.of(EventType.VALIDATION_RECORDED, finding=out.body["finding"]):
        said.case = other


def _repeated(story: Story) -> Said:
    return latest(story, released(story), EventType.CAPTURE_REPEATED)


@violation(18)
def not_asked_once_more_and_no_reason(story: Story) -> None:
    """What a finding stands on is not asked for once more, and nobody says why."""
    _repeated(story).body["state"] = "not_asked"


@violation(18)
def not_asked_once_more_as_if_imported(story: Story) -> None:
    """The same, of a source that was searched and is said to be an imported file."""
    _repeated(story).body |= {"state": "not_asked", "reason": "imported"}


@violation(18)
def asked_once_more_and_no_word(story: Story) -> None:
    """What became of the source is not said."""
    _repeated(story).body.pop("state")


@violation(18, soft=True)
def not_asked_once_more_for_a_reason(story: Story) -> None:
    """A source is not asked once more, because its terms lapsed."""
    _repeated(story).body |= {"state": "not_asked", "reason": "terms_lapsed"}


@violation(20)
def corroborated_by_a_hunch(story: Story) -> None:
    """A finding is corroborated by something that is on no list."""
    latest(story, released(story), EventType.VALIDATION_RECORDED, state="corroborated").body["element"] = "hunch"


@violation(28, soft=True)
def withheld_and_passed_at_once(story: Story) -> None:
    """The filter withholds a finding, and passes it the next moment with nothing changed."""
    out = released(story)
    passed = latest(story, out, EventType.FILTER_APPLIED, action="passed")
    body = passed.body | {"action": "withheld", "reason": "not_english", "record": "FR-FF"}
    story.insert_before(passed, passed.copy(key=f"{passed.key}.0", body=body))


# ------------------------------------------------------------------------------------ what is released


def _two(story: Story, kind: EventType) -> tuple[Said, Said]:
    said = story.of(kind)
    first = next(iter(said), None)
    other = [one for one in said if first and one.case != first.case]
    if first is None or not other:
        raise Unfit
    return first, other[0]


@violation(2)
def one_file_for_two_candidates(story: Story) -> None:
    """Two candidates have the same file as their report."""
    first, other = _two(story, EventType.REPORT_RELEASED)
    other.body["pdf"] = first.body["pdf"]


@violation(2)
def one_report_number_for_two_candidates(story: Story) -> None:
    """Two candidates' reports have the same number."""
    first, other = _two(story, EventType.REPORT_RELEASED)
    other.body["report"] = first.body["report"]


@violation(2)
def one_authorization_for_two_candidates(story: Story) -> None:
    """A candidate is searched for by another candidate's authorization."""
    first, other = _two(story, EventType.AUTHORIZATION_RECORDED)
    other.body["form"] = first.body["form"]


@violation(16)
def report_of_an_older_log(story: Story) -> None:
    """A report states the size that the log had before the case was worked on."""
    one(story, EventType.REPORT_RELEASED).body["log_size"] = 1


@violation(16, soft=True)
def key_changed(story: Story) -> None:
    """Another key signs the log from some entry on."""
    last = outcomes_of(story)[-1]
    new = last.copy(kind=EventType.KEY_ROTATED, key="2", body={"key": "log"}, position=None, case=None)
    story.insert_after(last, new)
