"""A verb's record and its event are one: both are there or neither, once, until the log has taken the event over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.records import invented
from tests.records.refusals import refused
from vetting.errors import ExitCode
from vetting.records.case_files import CaseFiles
from vetting.records.outbox import OutboxEvent, PostingUnit
from vetting.records.released_reports import ReleasedReports
from vetting.records.seal import VaultKey

Store = CaseFiles | ReleasedReports


@pytest.fixture(params=[CaseFiles, ReleasedReports], ids=["case files", "released reports"])
def store(request: pytest.FixtureRequest, store_url: str, vault_key: VaultKey) -> Iterator[Store]:
    """Yield each store that has verbs, empty."""
    made: Store = (
        CaseFiles(store_url, vault_key.public, None) if request.param is CaseFiles else ReleasedReports(store_url)
    )
    made.migrate()
    yield made
    made.close()


def test_events_wait_in_the_order_of_posting_until_they_are_settled(store: Store) -> None:
    events = tuple(invented.event(id_) for id_ in ("c", "a", "b"))
    with _writing(store) as unit:
        for event in events:
            unit.post(event)
    assert _unsettled(store) == events
    with _writing(store) as unit:
        unit.settled(["c", "b"])
    assert _unsettled(store) == (events[1],)


def test_every_field_of_an_event_comes_back(store: Store) -> None:
    full = replace(invented.event("full", nested={"list": [1, "two", True]}, umlaut="ü\u2028"), case="C-0001")
    bare = replace(invented.event("bare"), position=None, case=None)
    with _writing(store) as unit:
        unit.post(full)
        unit.post(bare)
    assert _unsettled(store) == (full, bare)


def test_posting_the_same_event_again_is_no_error_and_doubles_nothing(store: Store) -> None:
    for _ in range(3):
        with _writing(store) as unit:
            unit.post(invented.event())
            unit.post(replace(invented.event(), body=dict(sorted(invented.event().body.items()))))
    assert _unsettled(store) == (invented.event(),)
    with _writing(store) as unit:
        unit.settled([invented.event().id])
    with _writing(store) as unit:
        unit.post(invented.event())
    assert _unsettled(store) == (), "a settled event is not posted anew"


_CHANGES: list[Callable[[OutboxEvent], OutboxEvent]] = [
    lambda e: replace(e, type="position.closed"),
    lambda e: replace(e, at=e.at + timedelta(microseconds=1)),
    lambda e: replace(e, actor="inv2"),
    lambda e: replace(e, position=None),
    lambda e: replace(e, case="C-0001"),
    lambda e: replace(e, body={**e.body, "size": 8}),
]


def test_another_act_under_the_same_identifier_is_refused(store: Store) -> None:
    with _writing(store) as unit:
        unit.post(invented.event())
    for change in _CHANGES:
        other = change(invented.event())
        refused(lambda other=other: _post(store, other), "event_differs", ExitCode.REFUSED)  # type: ignore[misc]
    assert _unsettled(store) == (invented.event(),)


def test_whether_an_event_was_posted_can_be_asked_before_and_after_it_is_settled(store: Store) -> None:
    with _writing(store) as unit:
        assert not unit.posted("position.opened:1")
        unit.post(invented.event())
        assert unit.posted("position.opened:1")
        unit.settled(["position.opened:1"])
        unit.settled(["position.opened:1"])
        assert unit.posted("position.opened:1")
        assert not unit.posted("position.opened")


def test_an_event_that_was_never_posted_cannot_be_settled(store: Store) -> None:
    def settle() -> None:
        with _writing(store) as unit:
            unit.post(invented.event())
            unit.settled(["never"])

    refused(settle, "unknown_event", ExitCode.NOT_FOUND)
    assert _unsettled(store) == ()


def test_a_verb_that_fails_leaves_neither_record_nor_event(case_files: CaseFiles) -> None:
    def interrupted() -> None:
        with case_files.transaction() as unit:
            unit.post(invented.event())
            unit.add_position(invented.position())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with case_files.reading() as unit:
        assert unit.unsettled() == ()
        assert unit.positions() == ()


def test_a_body_that_is_not_plain_json_is_refused(store: Store) -> None:
    for value in (float("nan"), 2**60, object(), "\ud800"):
        event = invented.event("e", x=value)
        refused(lambda event=event: _post(store, event), "event_body", ExitCode.BAD_INPUT)  # type: ignore[misc]
    assert _unsettled(store) == ()


def _writing(store: Store) -> AbstractContextManager[PostingUnit]:
    return store.transaction()


def _post(store: Store, event: OutboxEvent) -> None:
    with _writing(store) as unit:
        unit.post(event)


def _unsettled(store: Store) -> tuple[OutboxEvent, ...]:
    with store.reading() as unit:
        return unit.unsettled()
