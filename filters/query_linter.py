"""The query linter: a query that asks for protected facts is itself the violation (REQ-EEO-2; 29 CFR 1635.8(a))."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filters.lexicon import Kind, class_words
from filters.normalize import normalize
from vetting.errors import bad_input

_ANCHOR = "{anchor}"
_OPERATOR = re.compile(r"\b(?:site|inurl|intitle|filetype|lang|before|after):\S*", re.IGNORECASE)
_ALLOWED = frozenset({"he", "she"})
_BARE = re.compile(
    r"\b(?:race|colou?r|sex|ethnic|gender|photos?|pictures?|images?|face|selfies?|avatars?|video)\b", re.IGNORECASE
)
_FREE = frozenset({Kind.ROLE})


def lint_query(query: str, anchors: Sequence[str] = ()) -> None:
    """Refuses a query or template that asks for a protected class, health or genetic matter, or a proxy.

    A template's `{anchor}` and, at run time, the candidate's own disclosed `anchors` are left out of the
    question: somebody
    called Christian is searched for like anybody. Everything else is read strictly, ambiguous words included.
    """
    asked = query.replace(_ANCHOR, " | ")
    for anchor in sorted(filter(None, anchors), key=len, reverse=True):
        asked = re.sub(rf"(?<!\w){re.escape(anchor)}(?!\w)", " | ", asked, flags=re.IGNORECASE)
    plain = normalize(_OPERATOR.sub(_value, asked), lambda word: word in class_words().words).text
    wanted = {m.term.protected_class for m in class_words().matches(plain) if m.term.kind not in _FREE}
    if wanted or _BARE.search(plain):
        raise bad_input(
            "query_refused",
            "The query asks for facts about protected classes or their proxies.",
            "Search for the disclosed identifier alone.",
        )


def _value(match: re.Match[str]) -> str:
    """A search operator's value is read too, as words: `site:grindr.com` asks for something."""
    return re.sub(r"[:./_=&?-]+", " ", match.group().split(":", 1)[1])
