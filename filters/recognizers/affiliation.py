"""Clubs, orders, parades, places of worship and other affiliations."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "greek": (
        r"(?-i:\b(?:(?:Alpha|Beta|Gamma|Delta|Epsilon|Zeta|Eta|Theta|Iota|Kappa|Lambda|Mu|Nu|Xi|"
        r"Omicron|Pi|Rho|Sigma|Tau|Upsilon|Phi|Chi|Psi|Omega)[ -]?){2,4})"
    ),
    "society": (
        r"(?-i:\b(?:[A-Z][\w'&-]+ ){1,4}(?:Club|Society|Lodge|Association|League|Alliance|Fellowship|"
        r"Brotherhood|Sisterhood|Order|Guild|Caucus|Coalition|Foundation|Ministries|Parade|"
        r"Festival)\b)"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.AFFILIATION),
        ClassPatterns(ProtectedClass.AFFILIATION, Kind.ORGANIZATION, _PATTERNS),
    )
