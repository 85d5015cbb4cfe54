"""Medical conditions, mental health, treatment and recovery."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "hospital": (
        r"\b(?:i|we|he|she|they)(?:'m|'re|'s| am| are| is| was| were| went| got| ended up)?(?: back| "
        r"just)? (?:in|into|to|at|out of) "
        r"(?P<hit>(?:the |a )?(?:hospital|clinic|er|icu|emergency room))\b"
    ),
    "unfit": (
        r"\b(?:(?:permanently|temporarily|totally|partially|medically) )?(?:unfit|unable|incapable|incapacitated) "
        r"(?:to|for) (?:work|(?:military )?service|duty)\b"
    ),
    "medical": (
        r"\b(?:medical|psychiatric|psychological|surgical|hospital|clinical) (?:treatments?|care|certificates?"
        r"|reports?|leave"
        r"|conditions?|histor(?:y|ies)|examinations?|exams?|problems?|attention|issues?|records?|operations?"
        r"|interventions?)\b"
        r"|\b(?:sick (?:leave|note|pay|days?)|disability (?:pension|benefits?|leave|pay|check))\b"
    ),
    "initials": (
        r"\b(?:my|his|her|their|have|has|had|having|with|got|from) (?P<hit>(?-i:MS|ALS|PCOS|OCD|ADHD|ADD|IBS|COPD|HIV"
        r"|BPD|CP|TBI|CFS|SLE|RA|T1D|T2D|AIDS|HPV|UTI|STI|STD|GAD|MDD|DID|ASD))\b"
    ),
    "recovery": r"\b(?:\w+|\d+)[- ](?:days?|weeks?|months?|years?)[- ](?:chip|coin|medallion|token)s?\b",
    "sponsor": r"\b(?:my|his|her) (?P<hit>(?:aa |na )?sponsor)\b",
    "meeting": (
        r"\b(?:go|goes|going|went|got|at|in|an|attend(?:s|ed|ing)?|found) (?:to )?(?:an )?(?P<hit>(?-i:AA|NA|GA|OA"
        r"|Al-?Anon)\b"
        r"(?: meetings?)?)(?! (?:batter|cell|size))"
    ),
    "reading": (
        r"\b(?:my|his|her|their|your) (?P<hit>blood (?:pressure|sugar|work|count|tests?|type)|cholesterol|a1c"
        r"|heart rate|pulse"
        r"|labs|scans?|biopsy|x-rays?|mri|meds|pills|prescriptions?|medications?)\b"
    ),
    "own_doctor": (
        r"\b(?:my|his|her|their|your) (?P<hit>(?:\w+ )?(?:doctors?|physicians?|surgeons?|nurses?|specialists?"
        r"|therapists?|shrink"
        r"|psychiatrist|psychologist|dentist|chiropractor|[a-z]+ologist|[a-z]+iatrist|pcp))\b"
    ),
    "tested": r"\b(?:get|got|getting) (?P<hit>tested)\b(?= for\b)",
    "put_on": (
        r"\bput (?:me|him|her|them|us) on (?P<hit>[a-z]{5,})\b(?<!leave)(?<!probation)(?<!notice)(?<!shift)"
        r"(?<!nights)(?<!speaker)"
    ),
    "inside": (
        r"\bin (?P<hit>(?:the |an? )?(?:hospital|wheel ?chair|clinic|psych ward|rehab|icu|hospice|nursing home|coma))\b"
    ),
    "phobic": (
        r"\b[a-z]+phobi(?:c|a)\b(?<!homophobic)(?<!homophobia)(?<!xenophobic)(?<!xenophobia)(?<!islamo"
        r"phobic)(?<!islamophobia)(?<!transphobic)(?<!transphobia)"
    ),
    "suffering": (
        r"\b(?:suffer(?:s|ed|ing)? from|diagnosed with|treated for|battling|living with|recovering "
        r"from) (?:a |an |my |severe |chronic |acute |stage \w+ )*[\w'-]+(?: [\w'-]+)?(?= and|[.,;!?]|"
        r"$)"
    ),
    "sober": (
        r"\b(?:\w+ (?:days?|weeks?|months?|years?) (?:clean|sober)|(?:clean and|i'?m|been|got|"
        r"stay(?:ed|ing)?) sober)\b"
    ),
    "clean": (
        r"\bclean (?:for|since) (?:\w+ ){0,2}(?:days?|weeks?|months?|years?|(?:19|20)\d\d)\b"
        r"|\bthank you (?-i:NA|AA)\b"
    ),
    "prescribed": r"\bprescribed \w+",
}
_ENDINGS = {
    "itis": r"\b[a-z]{4,}(?:itis|osis|emia|aemia|oma|opathy|algia|ectomy|otomy|plasty)\b",
    "drug": (
        r"\b[a-z]{3,}(?:pril|sartan|statin|azole|cillin|mycin|prazole|oxetine|azepam|idone|tidine|"
        r"gliptin|mab|vir|parin|olol|dipine|afil|codone|morphone|triptan|tinib|ximab|zumab|floxacin|cycline)\b"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.HEALTH),
        ClassPatterns(ProtectedClass.HEALTH, Kind.THING, _PATTERNS),
        ClassPatterns(ProtectedClass.HEALTH, Kind.THING, _ENDINGS, name="health_endings", unless="not_medical"),
    )
