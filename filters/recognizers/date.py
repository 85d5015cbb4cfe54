"""Dates and years: with a name or an event they give away an age, an observance or a service."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, DocRecognizer

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_PATTERNS = {
    "year": r"(?<![\d$.,/-])(?:19[2-9]\d|20[0-4]\d)(?!\d|[.,]\d|%)",
    "decade": r"(?<!\d)(?:the )?(?:early |mid[- ]?|late )?(?:19|20)?\d0'?s\b",
    "short_year": r"(?:\bin|\bsince|\bof|\bback in|\bsummer|\bspring|\bfall|\bwinter) '\d\d\b",
    "numeric": r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})\b",
    "month_day": rf"\b{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? (?:19|20)\d\d)?\b",
    "day_month": rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? (?:19|20)\d\d)?\b",
    "month_year": rf"\b{_MONTH}\.?,? (?:of )?(?:19|20)\d\d\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy."""
    return (ClassPatterns(ProtectedClass.DATE, Kind.TIME, _PATTERNS),)
