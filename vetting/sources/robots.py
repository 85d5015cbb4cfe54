"""What the owner of a site asks of programs: robots.txt (RFC 9309), and the robots tags of one page.

Only pages made for people are asked for by these rules: an official interface is there for programs, and its terms say
who may use it (docs/decisions/0004).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from protego import Protego

from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.page_text import decoded_text, is_html, media_type
from vetting.sources.robots_meta import directives_of

PRODUCT: Final = "vetting"
"""The product token of our User-Agent: a site owner addresses us by it (RFC 9309, 2.2.1)."""
MAX_ROBOTS_BYTES: Final = 500 * 1024
"""What is read of a robots.txt; the RFC asks for this much at least (2.5). The capture holds all of it."""
MAX_ROBOTS_REDIRECTS: Final = 5
"""RFC 9309, 2.3.1.2."""

_OTHER: Final = "user-agent: another"
_AGENT: Final = re.compile(r"\s*user[- ]?agent\s*[: ]\s*(\*|[a-z_-]*)", re.IGNORECASE)
_PACE: Final = re.compile(r"\s*(crawl[- ]delay|request[- ]rate)\b", re.IGNORECASE)
_LONG: Final = re.compile(r"(?<![\d.])\d{10,}")
_LONGEST: Final = "9" * 9
_BY_ITSELF: Final = frozenset({"noindex", "noarchive"})
"""Also between others without a comma; "none" is a value of other directives too."""
_WITH_VALUE: Final = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_DIRECTIVES: Final = _BY_ITSELF | _WITH_VALUE | {"none"}
_SEPARATORS: Final = re.compile(r"[,;]")
_NAME: Final = re.compile(r"[a-z0-9_*-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a site's robots.txt asks of us."""

    parsed: Protego | None = field(default=None, repr=False)
    """None where there is no robots.txt: everything is allowed (RFC 9309, 2.3.1.3)."""

    def allows(self, url: str) -> bool:
        """Whether the page may be asked for. Raises NotSearchedError where the rules cannot be applied."""
        allowed: bool | None = None
        try:
            allowed = self.parsed is None or self.parsed.can_fetch(url, PRODUCT)
        except Exception:  # noqa: BLE001  # a parser by others on hostile input; its messages quote it
            allowed = None
        if allowed is None:
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)
        return allowed

    @property
    def pause(self) -> float:
        """The least seconds between two requests: the longer of Crawl-delay and Request-rate; 0 where none is given.

        Infinite where they are beyond counting. Raises NotSearchedError where the rules cannot be applied.
        """
        stated: float | None = None
        try:
            stated = 0.0 if self.parsed is None else _stated_pause(self.parsed)
        except OverflowError:
            stated = math.inf
        except Exception:  # noqa: BLE001  # as above
            stated = None
        if stated is None:
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)
        return stated


def _stated_pause(parsed: Protego) -> float:
    rate = parsed.request_rate(PRODUCT)
    by_rate = rate.seconds / rate.requests if rate is not None and rate.requests > 0 else 0.0
    stated = (parsed.crawl_delay(PRODUCT) or 0.0, by_rate)
    return max(0.0, *(seconds for seconds in stated if not math.isnan(seconds)))


def rules_of(body: bytes) -> Rules:
    """The rules of a robots.txt. Raises NotSearchedError where the parser gives up."""
    parsed: Protego | None = None
    try:
        parsed = Protego.parse(_for_us(body[:MAX_ROBOTS_BYTES].decode("utf-8", "replace")))
    except Exception:  # noqa: BLE001  # as above
        parsed = None
    if parsed is None:
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return Rules(parsed=parsed)


def _for_us(text: str) -> str:
    """The same with one name for all programs that are neither ours nor everybody.

    The parser gives each rule to each program named above it: 15,000 names over 30,000 rules would take minutes. And it
    takes "vet" for us, where the RFC asks for the whole token (2.2.1). And it passes over a pause of 400 digits, which
    is a long one.
    """
    lines: list[str] = []
    for line in text.lstrip("\ufeff").splitlines():
        named = _AGENT.match(line)
        shown = line if named is None or named[1].lower() in {"*", PRODUCT} else _OTHER
        if named is not None and named[1].lower() == PRODUCT:
            shown = f"user-agent: {PRODUCT}"
        if _PACE.match(line):
            shown = _LONG.sub(_LONGEST, line)
        if not (shown is _OTHER and lines and lines[-1] is _OTHER):
            lines.append(shown)
    return "\n".join(lines)


def asks_not_to_be_kept(headers: Iterable[str], body: bytes, content_type: str) -> bool:
    """Whether a page asks search engines not to index or keep it: `noindex`, `none` or `noarchive`, for all or for us.

    `headers` are its X-Robots-Tag headers, one by one; the meta elements `robots`, `vetting` and `X-Robots-Tag` count
    as well, in HTML and where nothing says what it is.
    """
    if any(map(_withholds, headers)):
        return True
    if media_type(content_type) and not is_html(content_type, body):
        return False
    return any(map(_withholds, directives_of(decoded_text(body, content_type))))


def _withholds(directives: str) -> bool:
    """A name and a colon address what follows to one program: "otherbot: noindex, nofollow"."""
    for_us = True
    for part in _SEPARATORS.split(directives.lower()):
        name, colon, rest = part.partition(":")
        named = bool(colon) and _NAME.fullmatch(name.strip()) is not None and name.strip() not in _DIRECTIVES
        if named:
            for_us = name.strip() in {"*", "robots", PRODUCT}
        words = (rest if named else part.replace(":", " ")).split()
        if for_us and (words[:1] == ["none"] or not _BY_ITSELF.isdisjoint(words)):
            return True
    return False
