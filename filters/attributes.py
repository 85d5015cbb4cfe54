"""Parts of speech by memory: the model's own rules, asked once for each kind of token instead of once for each token.

The rules read a token's tag, relation, whether it is blank, and its word where a rule names one; tokens that agree in
these get the same part of speech. Lemmas and morphology, which the filter does not read, are not set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.pipeline import AttributeRuler
    from spacy.tokens import Doc, Token

_READ = frozenset({"TAG", "LOWER", "DEP", "IS_SPACE"})
_UNREAD = frozenset({"LEMMA", "MORPH"})
_Key = tuple[int, int, int, bool]


def remembering(ruler: AttributeRuler) -> Callable[[Doc], Doc]:
    """A component that says of every token what `ruler` says; the ruler itself where its rules are of another kind."""
    patterns: list[Any] = list(ruler.patterns)
    kept = [pattern for pattern in patterns if not set(pattern["attrs"]) <= _UNREAD]
    tokens = [token for pattern in kept for match in pattern["patterns"] for token in match]
    longer = [match for pattern in kept for match in pattern["patterns"] if len(match) > 1]
    words = [_words(token["LOWER"]) for token in tokens if "LOWER" in token]
    starts: list[Any] = [match[0].get("DEP") for match in longer]
    if any(set(token) - _READ for token in tokens) or None in words or not all(isinstance(d, str) for d in starts):
        return ruler
    strings = ruler.vocab.strings
    ruler.clear()
    ruler.add_patterns(kept)
    named = frozenset(strings.add(word) for some in words for word in some or ())
    return _Remembering(ruler, named, frozenset(strings.add(start) for start in starts))


def _words(rule: str | Mapping[str, Any]) -> Sequence[str] | None:
    """The words that a rule names; None for a rule that names none, such as a pattern."""
    if isinstance(rule, str):
        return (rule,)
    return rule["IN"] if set(rule) == {"IN"} else None


class _Remembering:
    """Asks the ruler for a text with a kind of token it has not met, and for one where a longer rule may begin."""

    def __init__(self, ruler: AttributeRuler, named: frozenset[int], starts: frozenset[int]) -> None:
        self._ruler = ruler
        self._named = named
        self._starts = starts
        self._known: dict[_Key, int] = {}

    def __call__(self, doc: Doc) -> Doc:
        tokens = list(doc)
        keys = [self._key(token) for token in tokens]
        if any(key[2] in self._starts for key in keys):
            return self._ruler(doc)
        if all(key in self._known for key in keys):
            for token, key in zip(tokens, keys, strict=True):
                token.pos = self._known[key]
            return doc
        doc = self._ruler(doc)
        for token, key in zip(tokens, keys, strict=True):
            if (token.tag, token.dep) == (key[0], key[2]):  # else the ruler changed more: it is asked again
                self._known[key] = token.pos
        return doc

    def _key(self, token: Token) -> _Key:
        return token.tag, (token.lower if token.lower in self._named else 0), token.dep, token.is_space
