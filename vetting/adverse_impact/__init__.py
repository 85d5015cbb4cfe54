"""Whether the stages of a vetting fell alike on the groups that candidates say they belong to (UGESP, 29 CFR 1607.4).

Counts in, numbers and words out: no file is read here and no case is named in what comes out. The four-fifths ratio is
a rule of thumb and never stands alone (29 CFR 1607.4(D)); where the numbers are too small the word is "cannot be
determined".
"""

from vetting.adverse_impact.assessment import Assessment, Reading, Row, Table, assess, overall
from vetting.adverse_impact.self_identification import SelfIdentification, parse
from vetting.adverse_impact.stages import Case, Stage

__all__ = [
    "Assessment",
    "Case",
    "Reading",
    "Row",
    "SelfIdentification",
    "Stage",
    "Table",
    "assess",
    "overall",
    "parse",
]
