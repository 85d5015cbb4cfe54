"""Age: words of age and generation, ages in figures and words, birth and graduation years."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_ONES = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_TEENS = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_NUMBER = rf"(?:\d{{1,3}}|{_TENS}(?:[- ]{_ONES})?|{_TEENS}|{_ONES})"
_MODIFIERS = {
    "year_old": rf"\b{_NUMBER}[- ]?(?:year|yr|month)s?[- ]olds?\b",
    "y_o": r"\b\d{1,3} ?(?:y/?o|yo|yrs? old)\b",
    "letter": r"\b(?:[1-9]\d ?(?-i:[MF])|(?-i:[MF])/?[1-9]\d)\b(?= here|,|$| \w+ from| (?:in|from|boston|nyc)\b)",
    "something": rf"\b(?:\d0|{_TENS})[- ]?something\b",
    "under": r"\b(?:under|over)[- ](?:18|21|30|40|50|60|65|70)\b",
}
_AGE = rf"(?:[1-9]\d|{_TENS}(?:[- ]{_ONES})?|{_TEENS})"
_EVENT = (
    r"(?:joined|enlisted|married|retired?|started|quit|left|moved|died?|became|graduated|bought|learned|lost|came"
    r"|began|dropped"
    r" out|ran away|hired|signed up|divorced|diagnosed|widowed|emigrated|immigrated|arrested|convicted|had|went"
    r" back|got|my first)"
)
_ENDS = r"(?=[.,;!?)]|$| (?:and|but|with|because|so|when|while|after|before|from|now)\b)"
_IN_DECADE = (
    rf"(?:in|into) (?:my|his|her|their|your) (?:early |mid |mid-|late )?(?:\d0'?s|{_TENS[:-1]}|"
    rf"teens|twenties|thirties|forties|fifties|sixties|seventies|eighties))"
)
_AGES = {
    "event_at": rf"\b{_EVENT}\b[^.;!?\n]{{0,40}}? (?P<hit>at (?:about |age |only |just )?{_AGE}){_ENDS}",
    "at_opens": (
        rf"(?:^|[.!?]\s+|\b(?:even|still|here|life) )(?P<hit>at (?:about |only |just )?{_AGE}),? (?=i\b|he\b|she\b"
        rf"|they\b|my\b|we\b)"
    ),
    "when_i_was": (
        rf"\b(?P<hit>(?:when|since|back when|before|until|after|while) (?:i|he|she|they|you|we) (?:was|were|turned"
        rf"|am|hit) (?:about |only |just |like )?"
        rf"{_AGE})(?! (?:miles?|minutes?|feet|pounds|percent|points?|hours?|days|weeks|months|mph|degrees)\b)"
    ),
    "decade_of_life": rf"(?<!am )(?<!'m )(?<!is )(?<!'s )(?<!are )(?<!'re )(?<!was )(?<!were )\b{_IN_DECADE}\b",
}
"""Ages that tell when something was: they become a time like any other."""
_TIMES = {
    "turning": rf"\b(?P<hit>turn(?:s|ed|ing)? (?:the big )?{_AGE}){_ENDS}",
    "turning_soon": rf"\b(?P<hit>turn(?:s|ed|ing)? {_AGE}) (?:next|this|last|in|on|today|tomorrow|yesterday|years)\b",
    "long_service": (
        rf"\b(?:worked|working|work|served|been|doing|did|drove|driven|driving|lived) [^.;!?\n]{{0,30}}?"
        rf"(?P<hit>(?:(?:for|over|almost|about|nearly) ){{0,2}}(?:2[5-9]|[3-7]\d|(?:thirty|forty|fifty|sixty)"
        rf"(?:[- ]{_ONES})?) years)\b"
        r"(?! (?:in|behind|for)\b)"
    ),
    "reunion": (
        r"\b(?:\d{1,2}(?:st|nd|rd|th)|(?:twent|thirt|fort|fift|sixt)ieth|tenth|(?:twenty|thirty|forty"
        r"|fifty)-fifth)[- ](?:year )?"
        r"(?:(?:high|school|college|class|academy|grade) )*reunion\b"
    ),
    "turned": (
        rf"\b(?:i'?m|i am|turn(?:s|ed|ing)|aged?|age of|at age|s?he'?s|s?he (?:is|was)|they'?re|they "
        rf"(?:are|were)|i was|you'?re|who (?:is|was)) "
        rf"(?P<hit>(?:about |almost |nearly |only |now )?(?:[1-9]\d|{_TENS}(?:[- ]{_ONES})?|{_TEENS}))"
        r"(?= (?:now|today|yesterday|tomorrow|this|next|last|in|and|but|when|years? old)|[.,;!?)]|$)"
    ),
    "decade_said": rf"\b(?:am|is|are|was|were|'m|'s|'re) (?P<hit>{_IN_DECADE})\b",
    "age_of": rf"\b(?P<hit>age of {_NUMBER}(?: (?:years?|months?))?)\b",
    "at_age": rf"\bat (?P<hit>age {_NUMBER}(?: (?:years?|months?))?)\b",
    "own_age": (
        r"\b(?:my|his|her|their|your|our|whose|of|at) (?P<hit>(?:an? |the )?(?:\w+ ){0,2}age)\b(?! (?:of|group"
        r"|range|gap))"
    ),
    "born": r"\bborn (?:in|on) (?P<hit>[\w ,]{0,20}(?:19|20)\d\d)\b",
    "class_of": r"\bclass of (?:'?\d\d|(?:19|20)\d\d)\b",
    "graduated": r"\bgraduat(?:ed|ing|e) (?:\w+ ){0,5}(?:in )?(?P<hit>'?\d\d|(?:19|20)\d\d)\b",
    "beside_a_name": r"(?:\b[A-Za-z]+, |\()(?P<hit>[1-9]\d)(?=, |\))",
    "with_sex": (
        r"\b(?:i|me|i'?m|i am|my (?:[\w'-]+ ){0,2}[\w'-]+) "
        r"(?P<hit>\((?:[1-9]\d ?/? ?[mf]|[mf] ?/? ?[1-9]\d)\)|[1-9]\d ?[mf]\b)"
        r"|(?-i:(?<![\w/])(?:[1-9]\d/[MF]|[MF]/[1-9]\d)(?:/[A-Z][A-Za-z]{1,12})?(?![\w/]))"
    ),
    "born_in_words": (
        rf"\bborn (?:in |on )?(?P<hit>(?:in )?nineteen[- ](?:hundred(?: and)?[- ])?(?:oh[- ])?"
        rf"(?:{_TENS}(?:[- ]{_ONES})?|{_TEENS}|{_ONES}))\b"
    ),
    "the_big": (
        rf"\bthe big (?P<hit>[3-9][- ]?[0o]|(?:three|four|five|six|seven|eight|nine)[- ](?:oh|o|zero)|{_TENS})\b"
    ),
    "birthday": rf"\b(?:{_NUMBER}(?:st|nd|rd|th)?|sweet sixteen|sweet 16) (?:birthday|bday|b-day)\b",
    "birth_date": r"\b(?:dob|d\.o\.b\.?|date of birth)[: ]+[\d/.-]{6,10}\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.AGE),
        ClassPatterns(ProtectedClass.AGE, Kind.MODIFIER, _MODIFIERS),
        ClassPatterns(ProtectedClass.AGE, Kind.THING, _TIMES, name="age_numbers"),
        ClassPatterns(ProtectedClass.AGE, Kind.TIME, _AGES, name="age_times"),
    )
