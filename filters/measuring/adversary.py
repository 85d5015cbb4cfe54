"""A trained adversary: what can still be guessed about a person from the visible text, however it was rewritten.

Words and word pairs (TF-IDF) into a logistic regression, five folds grouped by person. A large model would guess
better: these figures are lower bounds of what leaks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from filters.measuring.cases import Case
from filters.measuring.counting import Visible

WITHHELD_WHOLE = "textwithheldwhole"
"""What the adversary sees of a text withheld whole: that there was one."""
Packet = Callable[[str], Sequence[tuple[str, str]]]
"""What a post is proposed for: the closed-vocabulary statement and the passage, one pair for each criterion."""
_MALE = frozenset({"he", "him", "his", "himself"})
_FEWEST = 15
_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How well an attribute was guessed: the area under the ROC curve (chance .5) and its standard error."""

    name: str
    auc: float
    error: float
    people: int

    def __str__(self) -> str:
        return f"{self.name:<48} {self.auc:6.3f}  (standard error {self.error:.3f}, {self.people} people)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Texts, one for each sample, the attribute to guess, and whose text it is. As confidential as the texts."""

    name: str
    texts: tuple[str, ...]
    labels: tuple[bool, ...]
    people: tuple[str, ...]
    trust: float = 1.0
    """How far the model trusts its samples (the inverse of the regularization): more where there are few, and long."""

    def __repr__(self) -> str:
        return f"Task({self.name}, {len(self.texts)} texts)"


def guess(task: Task) -> Guess | None:
    """The adversary's success; None where there are too few of either kind. Needs scikit-learn (ImportError)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    yes = sum(task.labels)
    if min(yes, len(task.labels) - yes) < _FEWEST:
        return None
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=task.trust > 1),
        LogisticRegression(C=task.trust, max_iter=2000),
    )
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    texts = [f"{text} thatisall" for text in task.texts]  # no text is without any word
    scores = cross_val_predict(model, texts, task.labels, groups=task.people, cv=folds, method="decision_function")
    auc = float(roc_auc_score(task.labels, scores))
    return Guess(
        name=task.name, auc=auc, error=_error(auc, yes, len(task.labels) - yes), people=len(frozenset(task.people))
    )


def biographies(cases: Sequence[Case], visible: Visible) -> tuple[Task, ...]:
    """Sex of actors and actresses, and race, from the sentences about a person."""
    kinds = (
        ("BOLD sex", "American_actresses", "American_actors"),
        ("BOLD race, African or European American", "African_Americans", "European_Americans"),
        ("BOLD race, Asian or European American", "Asian_Americans", "European_Americans"),
    )
    tasks: list[Task] = []
    for name, yes, no in kinds:
        chosen = [case for case in cases if case["value"] in {yes, no}]
        by_person = [(_joined(case["sentences"], visible), case["value"] == yes, case["id"]) for case in chosen]
        by_sentence = [
            (_joined([sentence], visible), case["value"] == yes, case["id"])
            for case in chosen
            for sentence in case["sentences"]
        ]
        if chosen:
            tasks += [_task(f"{name}, by person", by_person), _task(f"{name}, by sentence", by_sentence)]
    return tuple(tasks)


def snippets(cases: Sequence[Case], visible: Visible) -> tuple[Task, ...]:
    """Sex of the person that the labelled pronoun of an encyclopedia snippet speaks of."""
    rows: list[tuple[str, bool, str]] = []
    for case in cases:
        found = {s["cls"]: str(case["text"][s["start"] : s["end"]]) for s in reversed(case["spans"])}
        rows.append((_joined([case["text"]], visible), found["pronoun"].lower() in _MALE, found["name"]))
    return (_task("GAP sex", rows),) if rows else ()


def authors(cases: Sequence[Case], visible: Visible, packet: Packet) -> tuple[Task, ...]:
    """Sex, and age over the median, of the authors of posts: from the whole feed, and from what is proposed of it."""
    ages = [case["profile"]["age"] for case in cases]
    middle = median(ages) if ages else 0
    tasks: list[Task] = []
    for what in ("the sanitized feed", "the conduct packet, quoted", "the conduct packet, statements only"):
        seen = [_author(case, what, visible, packet) for case in cases]
        for attribute in ("sex", "age"):
            labels = [
                case["profile"]["sex"] == "male" if attribute == "sex" else case["profile"]["age"] > middle
                for case in cases
            ]
            rows = [(text, label, case["id"]) for text, label, case in zip(seen, labels, cases, strict=True)]
            if rows:
                tasks.append(_task(f"author {attribute} from {what}", rows, trust=10.0))
    return tuple(tasks)


def _author(case: Case, what: str, visible: Visible, packet: Packet) -> str:
    comments = [comment["text"] for comment in case["comments"]]
    if what == "the sanitized feed":
        return _joined(comments, visible)
    pairs = [pair for comment in comments for pair in packet(comment)]
    statements = " ".join(statement for statement, _ in pairs)
    return statements if "only" in what else f"{statements} {_joined([passage for _, passage in pairs], visible)}"


def _joined(texts: Sequence[str], visible: Visible) -> str:
    return " ".join(WITHHELD_WHOLE if (seen := visible(text)) is None else seen for text in texts)


def _task(name: str, rows: Sequence[tuple[str, bool, str]], trust: float = 1.0) -> Task:
    texts, labels, people = zip(*rows, strict=True)
    return Task(name=name, texts=texts, labels=labels, people=people, trust=trust)


def _error(auc: float, yes: int, no: int) -> float:
    """The standard error after Hanley and McNeil (1982). What training on few people adds comes on top: for 120 people
    about half as much again (measured on chance).
    """
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (yes - 1) * (one - auc**2) + (no - 1) * (two - auc**2)
    return math.sqrt(max(spread, 0.0) / (yes * no))
