"""What makes the filter fast changes nothing: patterns that are not run, and entities that are decided together."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from filters.analyzer import MODEL
from filters.entities import deciding
from filters.language import unreadable
from filters.literals import Needed, Plainly
from filters.recognizers.lexical import ClassPatterns
from filters.recognizers.registry import all_recognizers

PATTERNS = [
    (name, pattern, words)
    for recognizer in all_recognizers()
    if isinstance(recognizer, ClassPatterns)
    for name, pattern, words in recognizer._patterns
]


def written() -> Iterator[str]:
    """Every string in the filter's tests."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_a_pattern_that_is_not_run_would_have_found_nothing() -> None:
    texts = [text for text in written() if text.isascii()]
    found = 0
    for text in texts:
        plain = Plainly(text)
        for name, pattern, words in PATTERNS:
            matches = pattern.search(text) is not None
            assert plain.holds(words) or not matches, name
            found += matches
    assert found > 100


@given(st.data())
def test_whatever_matches_a_pattern_holds_what_the_pattern_needs(data: st.DataObject) -> None:
    name, pattern, words = data.draw(st.sampled_from(PATTERNS))
    ascii_only = st.characters(max_codepoint=126)
    text = data.draw(st.from_regex(re.compile(pattern.pattern, re.IGNORECASE), alphabet=ascii_only))
    assert Plainly(text).holds(words) or not pattern.search(text), name


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (r"a|bcd", "zza"),
        (r"(?:ab)?c+", "xc"),
        (r"x{0,3}y", "y"),
        (r"[1-9]\d:\d\d", "12:34"),
        (r"(?=q)\w", "q"),
        (r"Ab[^c]d", "aBxD"),
    ],
)
def test_what_is_needed_is_never_too_much(expression: str, text: str) -> None:
    assert re.search(expression, text, re.IGNORECASE)
    assert Plainly(text).holds(Needed.of(expression))


def test_entities_decided_together_are_those_of_the_model() -> None:
    model = spacy.load(MODEL, exclude=["lemmatizer"])
    recognizer = model.get_pipe("ner")
    together = deciding(recognizer)
    assert together is not recognizer
    with model.select_pipes(disable=["ner"]):
        readable = (text for text in written() if unreadable(text) is None)
        docs = list(model.pipe([*readable, "", " ", "New York\n\nParis"]))
    found = 0
    for own, theirs in zip(together.pipe([doc.copy() for doc in docs]), recognizer.pipe(docs), strict=True):  # type: ignore[attr-defined]
        spans = [(e.start, e.end, e.label_) for e in theirs.ents]
        assert [(e.start, e.end, e.label_) for e in own.ents] == spans
        found += len(spans)
    assert found > 100
