"""Looks in a report's words for what a decision maker may not learn: who it is, where it stands, and on what day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reports import reading
from reports.compose import Page
from reports.leak_rules import Leak, Rule
from vetting.release import ADDRESSES, EXACT_TIMES, NUMBERS_TO_CALL


def addresses(page: Page, sheets: Sequence[str]) -> Iterator[Leak]:
    """Addresses and accounts anywhere, numbers to call and exact times in findings."""
    for number, sheet in enumerate(sheets, start=1):
        if ADDRESSES.search(_single(sheet)):
            yield Leak(rule=Rule.ADDRESS, where=f"page {number}")
    for where, text in reading.finding_words(page):
        if ADDRESSES.search(text) or NUMBERS_TO_CALL.search(text):
            yield Leak(rule=Rule.ADDRESS, where=where)
        if EXACT_TIMES.search(text):
            yield Leak(rule=Rule.EXACT_TIME, where=where)


def protected(page: Page, finds: Callable[[str], Sequence[str]]) -> Iterator[Leak]:
    """Statements and quotations in which the filter still recognizes a protected class."""
    for where, text in reading.statements_and_quotations(page):
        if finds(text):
            yield Leak(rule=Rule.PROTECTED, where=where)


# ------------------------------------------------------------------------------------------------------- names

_JOINED: Final = 6
"""Letters from which on a name is also looked for where its words are run together."""


def hunted(page: Page, sheets: Sequence[str], names: Sequence[str], vocabulary: Sequence[str] = ()) -> Iterator[Leak]:
    """Names, variants and accounts of the candidate, whatever their case and accents, over line breaks too.

    In a quotation any of them is a leak. Elsewhere a name of several words, or an account with a digit, is looked for
    everywhere but in what the department configured, since a candidate may come from its town; a name of one word in
    what was written about this candidate, where it is written like a name. A name that is itself a word of every report
    (May, Vi in a policy clause, an account named after a heading) says nothing there: nobody goes without a report for
    what they are called. Such words are the template's and `vocabulary`: the texts frozen before this candidate came.
    """
    configured = [folded(text) for text in reading.configured_words(page)]
    fixed = [folded(text) for text in (*reading.fixed_words(page, len(sheets)), *vocabulary)]
    texts = [folded(sheet) for sheet in sheets]
    for text in sorted(configured, key=len, reverse=True):
        texts = [sheet.replace(text, " 0 ") for sheet in texts]
    for name in dict.fromkeys(variant for given in names for variant in _variants(given)):
        parts = _parts(name)
        yield from _in_quotations(parts, page)
        if _stands_in(parts, fixed):
            continue
        if len(parts) > 1 or not (parts[0].isalpha() or parts[0].isdecimal()):
            yield from _everywhere(parts, texts)
        else:
            yield from _in_findings(_form(parts), name, page)


def _variants(name: str) -> Iterator[str]:
    """The name, and the account in a web or e-mail address."""
    ending = name.rstrip("/").rpartition("/")[2]
    for variant in (name, ending, ending.lstrip("@").partition("@")[0]):
        if _parts(variant) and len("".join(_parts(variant))) > 1:
            yield variant


def _stands_in(parts: list[str], texts: Sequence[str]) -> bool:
    """Whether the name is in one of the folded texts; one of several words or with a digit also where it is run
    together (one plain word is not: Andrew is in "and rewarded").
    """
    form, joined = _form(parts), "".join(parts)
    telling = len(joined) >= _JOINED and not (len(parts) == 1 and joined.isalpha())
    return any(form.search(text) or (telling and joined in re.sub(r"[\W_]+", "", text)) for text in texts)


def _everywhere(parts: list[str], texts: Sequence[str]) -> Iterator[Leak]:
    for number, text in enumerate(texts, start=1):
        if _stands_in(parts, [text]):
            yield Leak(rule=Rule.HUNTED, where=f"page {number}")


def _in_quotations(parts: list[str], page: Page) -> Iterator[Leak]:
    for where, text in reading.quotations(page):
        if _stands_in(parts, [folded(text)]):
            yield Leak(rule=Rule.HUNTED, where=where)


def _in_findings(form: re.Pattern[str], name: str, page: Page) -> Iterator[Leak]:
    capital = not name.islower()
    for where, text in (*reading.finding_words(page), *reading.search_words(page)):
        plain = unicodedata.normalize("NFC", text)
        lowered = folded(plain)
        # Folding keeps places only where it keeps the length; where it does not, any hit counts.
        hits = [plain[hit.start() : hit.end()] if len(plain) == len(lowered) else "" for hit in form.finditer(lowered)]
        if any(not (capital and hit.islower()) for hit in hits):
            yield Leak(rule=Rule.HUNTED, where=where)


def folded(text: str) -> str:
    """Text without case, accents and compatibility forms, with single spaces."""
    letters = unicodedata.normalize("NFKD", text)
    return _single("".join(c for c in letters if not unicodedata.combining(c)).casefold())


def _single(text: str) -> str:
    return " ".join(text.split())


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[\W_]+", folded(name)) if part]


def _form(parts: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![^\W_])" + r"[\W_]*".join(map(re.escape, parts)) + r"(?![^\W_])")
