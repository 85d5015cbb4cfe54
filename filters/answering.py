"""A batch of texts through the filter with bounded work: what takes too long is withheld, by itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from filters.analyzer import Analyzer
from filters.sanitize import sanitize_many
from filters.stream import Answer
from filters.withholding import Withheld, WithheldReason
from vetting.evidence import RawText

SECONDS = 20.0
"""Of processor time, for a batch first and then for each text by itself. A passage of full length takes about two."""


class _TookTooLong(BaseException):
    """Not an Exception: no part of the filter takes it for a failure of its own."""


def answers(
    analyzer: Analyzer, texts: Sequence[str], *, explain: bool = False, seconds: float = SECONDS
) -> list[Answer]:
    """One answer for each text, in order; with `explain`, what would be withheld of it as well.

    Main thread only: the limit is a signal (SIGPROF) of this process.
    """
    try:
        with _limit(seconds):
            return _answered(analyzer, texts, explain=explain)
    except _TookTooLong:
        if len(texts) > 1:
            return [one for text in texts for one in answers(analyzer, (text,), explain=explain, seconds=seconds)]
        return [Answer(outcome=Withheld(reason=WithheldReason.TIMEOUT))]


def _answered(analyzer: Analyzer, texts: Sequence[str], *, explain: bool) -> list[Answer]:
    outcomes = sanitize_many(analyzer, texts)
    if not explain:
        return [Answer(outcome=outcome) for outcome in outcomes]
    spans = [analyzer.withholdings(RawText(text), ()) for text in texts]
    return [Answer(outcome=outcome, spans=found) for outcome, found in zip(outcomes, spans, strict=True)]


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    before = signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _too_long(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _TookTooLong
