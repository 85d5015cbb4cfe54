"""A log may be whole and hold what no desk writes: the audit then fails or refuses with a sentence."""

import random

import pytest

from tests.audit.clean import clean
from tests.audit.judging import audited
from tests.audit.memory_log import MemoryLog
from tests.audit.story import Said, Story
from tests.audit.violations import BASE
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.log.profile import JsonInput

FORMS: tuple[JsonInput, ...] = (7, "x", ["a", 1], {"a": 1}, True, -5)


def spoilt(story: Story, dice: random.Random) -> Said:
    """One field of one entry, of whatever type, is left out or holds another kind of value."""
    kind = dice.choice(sorted({said.kind for said in story.said if said.position}))
    said = dice.choice(story.of(kind))
    field = dice.choice(sorted(set(said.body) - {"document"}))
    if dice.random() < 0.2:
        del said.body[field]
    else:
        said.body[field] = dice.choice(FORMS)
    return said


def test_whatever_an_entry_holds_the_audit_ends_with_a_sentence() -> None:
    dice, ends = random.Random(2026), []  # noqa: S311
    for _ in range(12):
        story = clean(1, **BASE)
        spoilt(story, dice)
        try:
            ends.append(audited(MemoryLog.of(story.said), story.position).overall.value)
        except VettingError as refused:
            ends.append(refused.code)
    assert "non-conforming" in ends


@pytest.mark.parametrize(
    ("kind", "field"), [(EventType.SEARCH_EXECUTED, "milliseconds"), (EventType.CAPTURE_SEALED, "key")]
)
def test_an_entry_that_cannot_be_audited_is_named(kind: EventType, field: str) -> None:
    story = clean(1, **BASE)
    said = story.of(kind)[0]
    said.body[field] = {"a": 1}
    with pytest.raises(
        VettingError, match=f"entry {story.index(said)} holds a value that its field cannot have"
    ) as refused:
        audited(MemoryLog.of(story.said), story.position)
    assert (refused.value.code, refused.value.exit_code) == ("entry_ill_formed", ExitCode.LOG_BROKEN)
