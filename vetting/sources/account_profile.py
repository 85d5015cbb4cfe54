"""What a fediverse account says of itself, as one hit: the note, and the rows below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vetting.evidence import Engagement, Hit, Profile
from vetting.sources.page_text import JsonValue, post_text, raw_text, words


def profile_hit(
    note: JsonValue, fields: Iterable[dict[str, JsonValue]], *, profile: Profile, locator: str, capture_id: str
) -> Iterator[Hit]:
    """None where it says nothing. Each row has a `name` and a `value`, in HTML as the note is."""
    rows_below = (f"{post_text(words(row.get('name')))}: {post_text(words(row.get('value')))}" for row in fields)
    text = "\n".join(part for part in (post_text(words(note)), *rows_below) if part.strip(" :"))
    if text:
        yield Hit(
            capture_id=capture_id,
            text=raw_text(text),
            locator=raw_text(locator),
            author=profile.handle,
            posted_at=None,
            engagement=Engagement.AUTHORED,
            profile=profile,
            platform="profile",
        )
