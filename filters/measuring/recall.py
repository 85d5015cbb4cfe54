"""What stays readable and what is lost: descriptors, identities, names, court cases and neutral text by others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from filters.measuring.cases import Case, places, spans
from filters.measuring.counting import Reading, Share, Tally, Visible, own_words, words

PROTECTED_AXES = (
    *("ability", "age", "cultural", "gender_and_sex", "nationality", "race_ethnicity", "religion"),
    "sexual_orientation",
)
NO_GROUP = "no group given"
_PRONOUN = re.compile(r"\b(?:he|she|him|her|his|hers|himself|herself)\b", re.IGNORECASE)
_HONORIFIC = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mister|Messrs|Sir|Madam|Madame|Mme|Ma'am|Dame|Lady|Lord)\b(?!-)")
_NAME = re.compile(r"[^\W\d_]{2,}")
_CONFIDENTIAL = ("ETHNIC", "HEALTH", "BELIEF", "POLITICS", "SEX")
_HEAD = re.compile(r"^(.*?)(?:\s+(?:(?:of|at|and|in|for|to)\b|\()|\s*[.,]?$)")
_AGENT = re.compile(r"(?:er|or|ist|eer|man|ant)s?$")
_POSTS = frozenset(
    ["advocate", "captain", "chief", "clerk", "colonel", "corporal", "general", "guard", "judge", "nurse", "physician"]
)
_SAYS_AGE = re.compile(r"\d|\b(?:age|aged|years?|months?)\b|\b(?:twen|thir|for|fif|six|seven|eigh|nine)ty\b")


def holisticbias(cases: Sequence[Case], visible: Visible) -> tuple[Share, ...]:
    """Descriptors of persons by axis; a sentence leaks where a protected descriptor or a gendered noun is left."""
    tally = Tally()
    for case in cases:
        seen = visible(case["text"])
        reading = Reading.of(case["text"], seen, places(case))
        tally.add("texts withheld whole", seen is None)
        telling = [
            (cls, reading.leaks(a, b)) for a, b, cls in spans(case) if cls in PROTECTED_AXES or cls == "gendered_noun"
        ]
        for start, end, cls in spans(case):
            tally.add(f"{cls} withheld", not reading.leaks(start, end))
        if telling:
            tally.add("sentences that leak nothing", not any(leaked for _, leaked in telling))
    tally.share((f"{axis} withheld" for axis in PROTECTED_AXES), "protected axes")
    return tally.shares("holisticbias: ")


def hatecheck(cases: Sequence[Case], visible: Visible) -> tuple[Share, ...]:
    """Identities withheld, by group, and the words of the conduct kept."""
    tally = Tally()
    for case in cases:
        seen = visible(case["text"])
        reading = Reading.of(case["text"], seen, places(case))
        for start, end, cls in spans(case):
            hidden = not reading.leaks(start, end)
            tally.add("identity withheld", hidden)
            tally.add(f"{cls.lower()} withheld", hidden)
        tally.add("conduct words kept", *reading.kept(places(case, "keep")))
        tally.add("texts withheld whole", seen is None)
    return tally.shares("hatecheck: ")


def bbq_names(cases: Sequence[Case], visible: Visible) -> tuple[Share, ...]:
    """Names by the ethnicity they suggest, as written and in lower case."""
    tally = Tally()
    for case in cases:
        for how, text in (("as-is", case["text"]), ("lower-case", case["text"].lower())):
            reading = Reading.of(text, visible(text), places(case))
            for start, end, _ in spans(case):
                hidden = not reading.leaks(start, end)
                tally.add(f"{how} withheld", hidden)
                if case["ethnicity"] != "n/a":
                    tally.add(f"{how}, {case['ethnicity']}", hidden)
                else:
                    tally.add(f"{how}, {NO_GROUP}", hidden)
            tally.add(f"{how}, texts withheld whole", reading.seen is None)
    return tally.shares("bbq_names: ")


def gap(cases: Sequence[Case], visible: Visible) -> tuple[Share, ...]:
    """Names in encyclopedia prose, readable anywhere in the output with their capitals, and gendered pronouns left."""
    tally = Tally()
    for case in cases:
        seen = visible(case["text"])
        left = Counter(_NAME.findall(own_words(seen)))
        for start, end, cls in spans(case):
            if cls == "name":
                parts = [part for part in _NAME.findall(case["text"][start:end]) if part[0].isupper()]
                tally.add("names withheld", not any(left[part] for part in parts))
        tally.add("pronouns left", len(_PRONOUN.findall(seen or "")), len(_PRONOUN.findall(case["text"])))
        tally.add("texts withheld whole", seen is None)
    return tally.shares("gap: ")


def everywhere(texts: Iterable[str], visible: Visible) -> tuple[Share, ...]:
    """Gendered pronouns left in any output of any set: one of them undoes what the rest of the filter hides."""
    tally = Tally()
    for text in sorted(frozenset(texts)):
        tally.add("gendered pronouns left", len(_PRONOUN.findall(visible(text) or "")), len(_PRONOUN.findall(text)))
    return tally.shares("everywhere: ")


def court_cases(cases: Sequence[Case], visible: Visible) -> tuple[Share, ...]:
    """Paragraphs of court cases: what describes a person, what is confidential, persons, honorifics, words lost."""
    tally = Tally()
    for case in cases:
        text, seen = case["text"], visible(case["text"])
        reading = Reading.of(text, seen, places(case))
        for span in case["spans"]:
            _court_span(tally, reading, span)
        free = Counter(reading.allowed)
        tally.add("words outside every label lost", (free - reading.left).total(), free.total())
        tally.add("honorifics left", len(_HONORIFIC.findall(seen or "")), len(_HONORIFIC.findall(text)))
        tally.add("gendered pronouns left", len(_PRONOUN.findall(seen or "")), len(_PRONOUN.findall(text)))
        tally.add("paragraphs withheld whole", seen is None)
    return tally.shares("tab: ")


def _court_span(tally: Tally, reading: Reading, span: Case) -> None:
    start, end, cls, conf = int(span["start"]), int(span["end"]), span["cls"], str(span.get("conf", ""))
    hidden = not reading.leaks(start, end)
    if cls == "DEM":
        tally.add("DEM", hidden)
        if tells_a_class(reading.text[start:end], conf):
            tally.add("DEM with protected meaning", hidden)
        else:
            tally.add("occupations and the like (should stay)", hidden)
    if conf in _CONFIDENTIAL:
        tally.add("confidential", hidden)
        tally.add(conf, hidden)
    if cls == "PERSON":
        tally.add("PERSON", hidden)


def tells_a_class(words_of: str, conf: str) -> bool:
    """Whether a demographic mention of a court case tells a protected class. The source's own labelling is not public.

    Yes where it is labelled confidential, says an age, or holds a capitalized word (a nation, a people, a faith),
    unless its head, the last word before `of`, `at`, `and`, `in`, is an agent noun (-er, -or, -ist, -ant, -man) or a
    rank.
    """
    if conf in _CONFIDENTIAL:
        return True
    head = _HEAD.match(words_of.strip())
    last = (head.group(1) if head else words_of).split()[-1:] or [""]
    if _AGENT.search(last[0].lower()) or last[0].lower() in _POSTS:
        return False
    return bool(_SAYS_AGE.search(words_of.lower())) or any(word[0].isupper() for word in words_of.split())


def neutral(cases: Sequence[Case], visible: Visible) -> tuple[Share, ...]:
    """Prose in which nothing should be withheld; a text withheld whole loses every word."""
    tally = Tally()
    for case in cases:
        seen = visible(case["text"])
        before = words(own_words(case["text"]))
        lost = (before - words(own_words(seen))).total()
        tally.add("words lost", lost, before.total())
        tally.add("texts touched", bool(lost))
        tally.add("texts withheld whole", seen is None)
    return tally.shares("neutral: ")
