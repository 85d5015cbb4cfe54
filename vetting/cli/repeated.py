"""What a reviewer reads of a source that was asked for once more before the release."""

from __future__ import annotations

from collections.abc import Sequence

from vetting.cli.printing import plain, say
from vetting.evidence import RepeatedCapture, Standing

_SENTENCES = {
    Standing.UNCHANGED: "unchanged: the words still stand there",
    Standing.CHANGED: "changed: it answers, and the words are not there (in a list they may have moved on)",
    Standing.GONE: "gone: the page or the account is not there any more",
    Standing.NOT_REACHABLE: "not reachable",
    Standing.NOT_ASKED: "not asked",
}


def show(standings: Sequence[RepeatedCapture]) -> None:
    """One line for each: when the source was asked once more, and what came of it."""
    for one in standings:
        why = f" ({plain(one.reason)})" if one.reason else ""
        say(f"{one.at:%Y-%m-%d %H:%M} UTC  Source asked once more: {_SENTENCES[one.standing]}{why}")


def record(standings: Sequence[RepeatedCapture]) -> dict[str, object]:
    """The same for a program."""
    said = [
        {"state": one.standing.value, "reason": one.reason, "capture": one.capture_id, "at": one.at.isoformat()}
        for one in standings
    ]
    return {"asked_again": said[0] if said else None}
