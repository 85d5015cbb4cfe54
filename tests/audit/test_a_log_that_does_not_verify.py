"""The log is verified before every audit, and an audit of one that does not verify says that it is worth nothing."""

from dataclasses import replace

import pytest

from tests.audit.clean import clean
from tests.audit.memory_log import MemoryLog
from vetting.errors import ExitCode, VettingError
from vetting.oversight import audit_log
from vetting.uniformity import Overall, Result


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog.of(clean(1).said)


@pytest.fixture
def position() -> str:
    return clean(1).positions[0].id


def _rewritten(log: MemoryLog, old: bytes, new: bytes) -> None:
    place = next(n for n, row in enumerate(log.stored) if old in row.body)
    log.stored[place] = replace(log.stored[place], body=log.stored[place].body.replace(old, new, 1))


def test_an_audit_of_a_sound_log_says_with_which_verdict(log: MemoryLog, position: str) -> None:
    audit = audit_log(log, log.key.verifier, position)
    assert audit.verdict.ok
    assert audit.checks.check(16).result is not Result.FAIL


def test_one_changed_entry_makes_the_whole_audit_non_conforming(log: MemoryLog, position: str) -> None:
    _rewritten(log, b'"outcome":"completed"', b'"outcome":"no_results"')
    audit = audit_log(log, log.key.verifier, position)
    assert not audit.verdict.ok
    assert audit.checks.overall is Overall.NON_CONFORMING
    assert "does not verify" in audit.checks.check(16).findings[0].sentence


@pytest.mark.parametrize("new", [b"{", b"[]", b"null", b"\xff"])
def test_what_is_damaged_beyond_reading_is_one_sentence(log: MemoryLog, position: str, new: bytes) -> None:
    place = next(n for n, row in enumerate(log.stored) if b"protocol.frozen" in row.body)
    log.stored[place] = replace(log.stored[place], body=new)
    _refused(log, position)


def test_a_protocol_that_was_made_unreadable_is_a_broken_log_and_no_bad_input(log: MemoryLog, position: str) -> None:
    _rewritten(log, b'"approved_on"', b'"approved_in"')
    _refused(log, position)


def _refused(log: MemoryLog, position: str) -> None:
    with pytest.raises(VettingError, match="does not verify at entry") as refusal:
        audit_log(log, log.key.verifier, position)
    assert refusal.value.exit_code is ExitCode.LOG_BROKEN
