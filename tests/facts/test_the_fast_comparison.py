"""The comparison by whole columns says what the comparison one by one says, whatever was done to the searches."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from tests.facts.invented_position import POSITION, PROTOCOL, Entry, clean, judged, of
from vetting.search import Outcome
from vetting.uniformity import ExecutedSearch, UniformityReport, compare
from vetting.uniformity.events import table
from vetting.uniformity.logged import approved
from vetting.uniformity.position_log import SEARCHED, _enrolled, _released, position_log

CHANGES = ("drop", "double", "block", "fail", "exclude", "other protocol", "other key", "left out", "withdraw")


def _change(entries: list[Entry], kind: str, number: int) -> None:
    searches = [entry for entry in entries if entry["type"] in {kind.value for kind in SEARCHED}]
    if kind in {"left out", "withdraw"}:
        body = {"deviation": f"D-{number}", "reason": "source_outage", "step": f"step_{number % 3 + 1}"}
        over = {"deviation": f"D-{number}", "reason": "candidate_withdrew"}
        for type_, actor in (("deviation.requested", "s.one"), ("deviation.approved", "r.two")):
            said = entries[number % len(entries)] | {"type": type_, "actor": actor, "sequence": 10_000 + len(entries)}
            said |= {"body": body, "case": ""} if kind == "left out" else {"body": over, "case": "C-2"}
            entries.append(said)
        return
    if not searches:
        return
    entry = searches[number % len(searches)]
    if kind == "drop":
        entries.remove(entry)
    elif kind == "double":
        entries.append(entry | {"sequence": 10_000 + len(entries)})
    else:
        entry["body"] |= {
            "block": {"outcome": "blocked", "reason": "http_403"},
            "fail": {"outcome": "unavailable", "reason": "timeout"},
            "exclude": {"outcome": "excluded", "reason": "left_out_for_everyone"},
            "other protocol": {"protocol": "9" * 64},
            "other key": {"key": f"step_{number % 5}.{number % 3}"},
        }[kind]


def _slowly(entries: list[Entry]) -> UniformityReport:
    log = position_log(table(entries, POSITION), POSITION)
    executed = [
        ExecutedSearch(
            case_number=entry["case"],
            key=entry["body"]["key"],
            outcome=Outcome(entry["body"]["outcome"]),
            reason=entry["body"]["reason"],
            protocol_digest=entry["body"]["protocol"],
            sequence=entry["sequence"],
        )
        for kind in SEARCHED
        for entry in of(entries, kind.value)
    ]
    deviations = approved(log.deviations, log.deciders)
    cases = _enrolled(log.parts)
    return compare(POSITION, log.protocol, log.frozen.sequence, cases, executed, deviations, _released(log.findings))


@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 30)), max_size=6))
@tried(max_examples=60, deadline=None)
def test_fast_and_slow_say_the_same(changes: list[tuple[str, int]]) -> None:
    entries = clean()
    for kind, number in changes:
        _change(entries, kind, number)
    fast, slow = position_log(table(entries, POSITION), POSITION).comparison, _slowly(entries)
    assert sorted(map(repr, fast.departures)) == sorted(map(repr, slow.departures))
    assert fast.outcomes == slow.outcomes
    assert replace(fast, departures=(), outcomes={}) == replace(slow, departures=(), outcomes={})


@given(st.permutations(range(len(clean()))))
@tried(max_examples=20, deadline=None)
def test_the_order_in_which_entries_are_handed_over_is_nothing_to_the_audit(order: list[int]) -> None:
    entries = clean()
    assert judged([entries[place] for place in order]).checks == judged(entries).checks


@pytest.mark.parametrize("number", range(len(PROTOCOL.steps) * 3))
def test_any_search_that_is_missing_is_missed(number: int) -> None:
    entries = clean()
    gone = list(of(entries, "search.executed"))[number]
    audit = judged([entry for entry in entries if entry is not gone])
    assert any(gone["case"] in finding.sentence for finding in audit.check(9).findings)
