"""Violations in what is searched, with what, and how failures are treated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.audit.story import Said, Story, answered, outcomes_of
from tests.audit.violations import Unfit, one, pick, violation, whole_act
from vetting.log.event import EventType
from vetting.protocol import SearchProtocol, Technique
from vetting.search import plan_digest, step_of

OTHER = "ab" * 32
"""A digest of nothing that was frozen."""


def fruitless(story: Story) -> list[Said]:
    """Answered searches that found nothing, so that nothing later stands on them."""
    found = {said.body["finding"] for said in story.of(EventType.FINDING_RECORDED)}
    with_findings = {said.act for said in story.said if said.body.get("finding") in found}
    return [said for said in answered(story) if said.act not in with_findings]


def shared(story: Story) -> list[Said]:
    """Of these, one search of a step that others answered for another candidate, and that is nobody's own address."""
    steps = {step.id: step for step in story.position.protocol.steps}
    done = answered(story)
    return [
        said
        for said in fruitless(story)
        if steps[step_of(str(said.body["key"]))].technique is not Technique.FEED
        and any(s.case != said.case and step_of(str(s.body["key"])) == step_of(str(said.body["key"])) for s in done)
    ]


def without_captures(story: Story, search: Said) -> None:
    """Nothing was answered, so nothing was captured."""
    story.remove(*(said for said in whole_act(story, search) if said.kind is EventType.CAPTURE_SEALED))
    search.body["captures"] = 0


def failed(story: Story, search: Said, outcome: str, reason: str) -> None:
    search.kind = EventType(f"search.{outcome}")
    search.body |= {"outcome": outcome, "reason": reason}
    without_captures(story, search)


def refreeze(story: Story, protocol: SearchProtocol) -> None:
    """The whole position was run with this protocol instead."""
    before, was, after = story.position.protocol, story.position.digest, protocol.digest()
    steps = {old.digest(): new.digest() for old, new in zip(before.steps, protocol.steps, strict=True)}
    for said in story.said:
        if said.position != story.position.id:
            continue
        said.body |= {name: after for name in ("protocol", "digest") if said.body.get(name) == was}
        if "step" in said.body:
            said.body["step"] = steps.get(str(said.body["step"]), said.body["step"])
        if said.kind is EventType.PROTOCOL_FROZEN:
            said.body["document"] = protocol.document()
        if said.kind is EventType.CANDIDATE_ENROLLED:
            said.body["plan"] = plan_digest(protocol, story.position.disclosed[str(said.case)])
    story.position.protocol, story.position.digest = protocol, after


def _added(story: Story, search: Said, key: str) -> None:
    """The same search once more, under another key, planned as it should be."""
    planned = one(story, EventType.SEARCH_PLANNED, case=search.case, key=search.body["key"])
    body = {"key": key}
    story.insert_after(planned, planned.copy(key=f"{search.case}:{key}", body=planned.body | body))
    more = search.copy(key=f"{search.case}:{key}", body=search.body | body | {"captures": 0})
    story.insert_after(search, more)


# ------------------------------------------------------------------------------------- what is searched


@violation(9)
def extra_query(story: Story) -> None:
    """One candidate is searched for once more than the protocol and the disclosed accounts give."""
    search = pick(story, fruitless(story))
    _added(story, search, f"{step_of(str(search.body['key']))}.9")


@violation(9)
def query_of_no_step(story: Story) -> None:
    """One candidate is searched for by a step that the protocol does not have."""
    _added(story, pick(story, fruitless(story)), "something_else_1.1")


@violation(9)
def missing_source(story: Story) -> None:
    """One search is not made for a candidate whose report is released."""
    story.remove(*whole_act(story, pick(story, fruitless(story))))


@violation(9)
def source_left_out_for_everybody_in_silence(story: Story) -> None:
    """A step is made for nobody, and nobody asked for a deviation."""
    step = step_of(str(pick(story, fruitless(story)).body["key"]))
    for search in outcomes_of(story):
        if step_of(str(search.body["key"])) == step:
            story.remove(*whole_act(story, search))


@violation(9, steps=6)
def early_stop(story: Story) -> None:
    """After a finding nobody goes on searching, because it seems enough."""
    found = one(story, EventType.FINDING_RECORDED)
    later = [s for s in outcomes_of(story, found.case) if story.index(s) > story.index(found) and s.act != found.act]
    if not later:
        raise Unfit
    for search in later:
        story.remove(*whole_act(story, search))


@violation(9)
def repeated_without_need(story: Story) -> None:
    """A search that was answered is made again, in the hope of another answer."""
    search = pick(story, fruitless(story))
    again = search.copy(key=f"{search.key}:2", body=search.body | {"captures": 0})
    story.insert_after(search, again)


@violation(9)
def changed_limit(story: Story) -> None:
    """One candidate's search reads more pages than the protocol's step allows."""
    search = pick(story, answered(story))
    step = next(s for s in story.position.protocol.steps if s.id == step_of(str(search.body["key"])))
    search.body["step"] = replace(step, max_pages=step.max_pages + 10).digest()


@violation(10)
def unplanned_search(story: Story) -> None:
    """A search is made that no run had planned, so that its query was committed to by nobody beforehand."""
    search = pick(story, answered(story))
    story.remove(*story.of(EventType.SEARCH_PLANNED, case=search.case, key=search.body["key"]))


@violation(9)
def other_plan(story: Story) -> None:
    """A candidate is enrolled with another plan than protocol and disclosed accounts give."""
    one(story, EventType.CANDIDATE_ENROLLED).body["plan"] = OTHER


@violation(10)
def question_about_a_protected_class(story: Story) -> None:
    """The protocol's own query asks for the candidate's religion."""
    first, *rest = story.position.protocol.steps
    steps = (replace(first, query='"{anchor}" religion church'), *rest)
    refreeze(story, replace(story.position.protocol, steps=steps))


@violation(14, soft=True, candidates=8, steps=6, found=0.0)
def far_more_effort_for_one(story: Story) -> None:
    """One candidate's searches take fifty times as long as anybody else's."""
    case = pick(story, list(story.position.disclosed))
    for search in outcomes_of(story, case):
        search.body["milliseconds"] = 50 * int(str(search.body["milliseconds"])) + 400_000


@violation(14, soft=True)
def dug_up_for_one(story: Story) -> None:
    """Files about one candidate only are imported by hand, on a hunch."""
    search = pick(story, answered(story))
    for _ in range(3):
        file = story.dice.randbytes(32).hex()
        body = {"file": file[:-1] + str(_), "kind": "page", "from": "investigator", "technique": "investigator_import"}
        counts = {"captures": 0, "texts": 1, "partly": False, "by": search.actor}
        key = f"{search.case}:{body['file']}"
        story.insert_after(search, search.copy(kind=EventType.EVIDENCE_IMPORTED, key=key, body=body | counts))


# ----------------------------------------------------------------------------------------- with what


@violation(11)
def login(story: Story) -> None:
    """A search is made signed in, with somebody's personal account."""
    pick(story, answered(story)).body["credential"] = "personal"


@violation(11)
def key_for_a_source_that_needs_none(story: Story) -> None:
    """A source that answers everybody is asked with a key of the department's."""
    keyless = {s.id for s in story.position.protocol.steps if s.technique is not Technique.OFFICIAL_API_WITH_KEY}
    among = [said for said in answered(story) if step_of(str(said.body["key"])) in keyless]
    pick(story, among).body["credential"] = "department_key"


@violation(11, imports=1.0)
def technique_that_is_not_lawful(story: Story) -> None:
    """A file was obtained by a technique that is not on the list."""
    one(story, EventType.EVIDENCE_IMPORTED).body["technique"] = "account_of_a_friend"


@violation(12, soft=True)
def other_environment(story: Story) -> None:
    """One candidate is searched for from a computer with another language."""
    here = one(story, EventType.ENVIRONMENT_RECORDED)
    here.body |= {"digest": OTHER, "locale": "fr_FR"}


@violation(12, soft=True)
def environment_unsaid(story: Story) -> None:
    """Nobody knows with what one candidate was searched for."""
    story.remove(one(story, EventType.ENVIRONMENT_RECORDED))


@violation(4)
def stale_connector(story: Story) -> None:
    """One candidate is searched for with last year's connectors."""
    here = one(story, EventType.ENVIRONMENT_RECORDED)
    here.body |= {"digest": OTHER, "connectors": OTHER}


@violation(4)
def last_candidate_searched_a_year_later(story: Story) -> None:
    """The last candidate is enrolled and searched 400 days after the others."""
    last = story.of(EventType.CANDIDATE_ENROLLED)[-1]
    if not any(story.index(search) < story.index(last) for search in outcomes_of(story)):
        raise Unfit
    for said in story.said[story.index(last) :]:
        said.at, said.logged = said.at + timedelta(days=400), said.logged + timedelta(days=400)


@violation(12, soft=True)
def changed_in_the_middle(story: Story) -> None:
    """A library is updated after the first searches of one candidate, and they are not made again."""
    here = one(story, EventType.ENVIRONMENT_RECORDED)
    search = pick(story, outcomes_of(story, here.case))
    key = f"{here.case}:{OTHER[:32]}"
    story.insert_before(search, here.copy(key=key, body=here.body | {"digest": OTHER, "with_httpx": "9.9"}))


# ---------------------------------------------------------------------------------------- what failed


@violation(13)
def outage_for_one_only(story: Story) -> None:
    """A source did not answer for one candidate, twice, and the report says so of that one only."""
    search = pick(story, shared(story))
    failed(story, search, "unavailable", "timeout")
    story.insert_after(search, search.copy(key=f"{search.key}:2"))


@violation(13)
def refused_for_one_only(story: Story) -> None:
    """A source refused one candidate's search and answered the others'."""
    failed(story, pick(story, shared(story)), "blocked", "challenge_page")


@violation(13)
def outage_not_asked_again(story: Story) -> None:
    """A source was down for everybody, and nobody asked it again before the reports."""
    from vetting.protocol import FailurePolicy

    rerun = {s.id for s in story.position.protocol.steps if s.failure_policy is FailurePolicy.RERUN}
    quiet = {step_of(str(s.body["key"])) for s in fruitless(story)} & rerun
    loud = {step_of(str(s.body["key"])) for s in story.of(EventType.FINDING_RECORDED)}
    step = pick(story, sorted(quiet - loud))
    for search in answered(story):
        if step_of(str(search.body["key"])) == step:
            failed(story, search, "unavailable", "timeout")


@violation(13)
def outage_as_nothing_found(story: Story) -> None:
    """A source did not answer, and the log calls that nothing found."""
    search = pick(story, fruitless(story))
    search.body |= {"outcome": "no_results", "reason": "timeout"}


@violation(13)
def nothing_found_without_asking(story: Story) -> None:
    """Nobody was asked, and the log calls that nothing found."""
    search = pick(story, fruitless(story))
    search.body |= {"outcome": "no_results", "reason": "nothing_found", "attempts": 0}
    without_captures(story, search)


@violation(13)
def failure_filed_as_executed(story: Story) -> None:
    """A refusal is filed under the searches that were executed."""
    pick(story, fruitless(story)).body |= {"outcome": "blocked", "reason": "http_403"}


@violation(13)
def outcome_that_there_is_none_of(story: Story) -> None:
    """A search ends in a way that is not on the list."""
    pick(story, fruitless(story)).body["outcome"] = "good_enough"


@violation(13)
def account_called_not_disclosed(story: Story) -> None:
    """A disclosed account is not searched for, as if it had not been disclosed."""
    search = pick(story, fruitless(story))
    search.body |= {"outcome": "not_applicable", "reason": "none_disclosed", "attempts": 0}
    without_captures(story, search)
