"""Places: neighborhoods, towns, states and ZIP codes (a proxy by Illinois HB 3773), by list, pattern and model."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.entities import NamedEntities
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_STATE = (
    r"(?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|"
    r"T[NX]|UT|V[AT]|W[AIVY])"
)
_PATTERNS = {
    "zip": (
        rf"(?-i:(?:\b{_STATE},? )?(?<![\d$.,#-])\b\d{{5}}(?:-\d{{4}})?\b(?![\d.,%:]\d| (?:people|dollars|"
        rf"miles|times|feet)))"
    ),
    "road": (
        r"\b(?:the )?(?:route|rte\.?|highway|hwy\.?|interstate|turnpike exit|exit) \d{1,4}[a-z]?\b|"
        r"(?-i:\b(?:I|US|SR|RT|MA|NY|CA|IL|WA)-\d{1,3}\b)|\bthe (?:mass ?pike|pike)\b"
    ),
    "part_of_town": (
        r"(?-i:\b(?:the )?(?:South|North|East|West|Northeast|Northwest|Southeast|Southwest|Upper|Lower|Near) "
        r"(?:Side|End|Shore|LA|L\.A\.|Philly|Bronx|Coast|Valley|Hills?|Bank|Loop))"
    ),
    "zip_word": r"\bzip(?: code)?:? \d{5}\b",
    "town_state": rf"(?-i:\b[A-Z][\w.'-]{{1,40}}(?: [A-Z][\w.'-]{{1,40}}){{0,2}}, {_STATE}\b)",
    "street": r"(?-i:\b\d{1,5} (?:[NSEW]\.? )?(?:[A-Z0-9][\w'.-]* ){1,3}"
    r"(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Ct|Court|Pl|Place|Way|Terrace|Square)\b\.?)",
    "named_street": (
        r"(?-i:\b(?:[A-Z][\w'.-]+ ){1,2}(?:Street|Avenue|Road|Boulevard|Lane|Heights|Park|Square|Hill|"
        r"Projects)\b)"
    ),
    "area_code": r"\bthe (?:\d{3}) (?=area)",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy."""
    return (
        ClassWords(ProtectedClass.PLACE),
        ClassPatterns(ProtectedClass.PLACE, Kind.PLACE, _PATTERNS),
        NamedEntities(ProtectedClass.PLACE, {"GPE": Kind.PLACE, "LOC": Kind.PLACE, "FAC": Kind.PLACE}),
    )
