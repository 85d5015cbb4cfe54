"""A finding of an invented candidate as two reviewers leave it, for tests of what the gate makes of words."""

from datetime import UTC, datetime

from filters.criteria import Criteria
from filters.gate import ReviewedFinding
from vetting.attribution import Level
from vetting.evidence import Engagement, RawText
from vetting.finding import Finding
from vetting.validation import Element

POSTED = datetime(2023, 3, 14, tzinfo=UTC)


def reviewed_finding(criteria: Criteria, code: str, words: str, *, quote: bool = True) -> ReviewedFinding:
    """Posted by the candidate, confirmed and corroborated, of severity 3."""
    finding = Finding(
        id="F-1",
        case_number="C-1",
        search_key="social_posts.1",
        capture_id="K-1",
        code=code,
        passage=RawText(words),
        locator=RawText("https://invented.example/ada"),
        author=RawText("@ada"),
        posted_at=POSTED,
        engagement=Engagement.AUTHORED,
        platform="social_post",
        cues=("cue",),
        found_at=POSTED,
    )
    return ReviewedFinding(
        finding=finding,
        criterion=criteria.by_code[code],
        level=Level.A4,
        element=Element.OTHER_CAPTURE,
        severity=3,
        quote=quote,
    )
