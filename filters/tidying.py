"""The last touch on neutral text: neighbors merged, spaces and capitals mended, no trace of what was dropped."""

from __future__ import annotations

import re

from filters.forms import FORMS

_MERGED = re.compile(rf"({FORMS})(?:(?:\s*,\s*|\s+|\s*/\s*|\s*,?\s+(?:and|or|&)\s+)\1)+")
_AS_A = re.compile(
    r"(^|[.!?;]\s+|\band\s+|^\w+, )(?:[Ss]peaking )?[Aa]s (?:(?:a|an|the) )?(?:\w+ )?(?:person|people|"
    r"relative|\[withheld\]|people of a protected group|an? organization)"
    r"(?:(?: (?:from|with|of|in) \[withheld\])*\s+(?=I\b)|(?: (?!I\b)[^\s,.:;!?]+){0,12}[,:]\s*)"
)
_ONE = re.compile(
    r"\b([Oo]ne|[Aa]nother|[Ss]omeone|[Ss]omebody)"
    r"(?: who(?:'s| is| was| has| had| identifies as)| who| of (?:whom|them)(?: is| was)?| with| as)? \[withheld\]"
)
"""One gay and one straight: who is only known by what is withheld is a person."""
_SAID = re.compile(
    r"(?<=\w) (?:who|that)(?:'s| is| are| was| were| has| have| had| identif(?:y|ies) as)? \[withheld\]"
    r"(?= and\b|[,.;:!?]|$)|(?:(?<=person)|(?<=people)|(?<=friend)|(?<=friends)|(?<=group)) with \[withheld\]"
)
_FORM_ALONE = re.compile(rf"([.!?])\s+(?:(?:{FORMS}|[Aa] person)[ ,.!?]*)+$")
"""A last sentence that says nothing: what is left of hashtags."""
_SENTENCE = re.compile(r"(^\W*|[.!?]\s+|\n\s*)([a-z])")


def tidied(text: str) -> str:
    """Merge neighbours, mend spaces, articles and capitals; leave no trace of length."""
    text = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"[^\S\n]+", " ", text))
    text = re.sub(r"\](?=\w)", "] ", text)
    text = re.sub(r"\(\s*[,;]*\s*\)|\"\s*\"", "", text)
    text = re.sub(r"(\w's|s') a relative\b", r"\1 relative", _MERGED.sub(r"\1", text))
    text = _SAID.sub("", _ONE.sub(lambda m: "A person" if m[1][0].isupper() else "a person", text))
    text = _AS_A.sub(r"\1", text)
    text = re.sub(r"(?:^|(?<=[\n.!?] ))[ ,;:]+", "", text)
    text = re.sub(r"[^\S\n]{2,}", " ", re.sub(r" ([,.;:!?])", r"\1", text)).strip(" \n,;:-")
    text = _FORM_ALONE.sub(r"\1", re.sub(r"([,;:])[,;:]+", r"\1", text))
    return _SENTENCE.sub(lambda m: m[1] + m[2].upper(), text)
