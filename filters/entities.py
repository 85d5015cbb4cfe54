"""The model's named entities, decided for many tokens at once instead of token by token.

spaCy's recognizer takes one action for each token: it begins, continues, ends or leaves out an entity. Outside an
entity the action depends on the token only, so all of these are computed together; only what follows a beginning is
walked. Weights, scores and the rules for what is allowed are spaCy's own (`spacy/pipeline/_parser_internals/ner.pyx`),
and so are the entities; spaCy's compiled loop takes the interpreter's lock for every rule, which is most of its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from spacy.attrs import IS_SPACE, SENT_START  # type: ignore[import-not-found] # compiled, without types
from spacy.tokens import Doc, Span
from spacy.util import minibatch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.pipeline import EntityRecognizer

    _Ints = NDArray[np.int32]
    _Floats = NDArray[np.float32]
    _Scores = Callable[[_Ints], _Floats]

_ANY, _OUT_ONLY, _NO_BEGIN = 0, 1, 2
"""What may stand outside an entity: anything; nothing, on a blank; no beginning, at the end of text or sentence."""
_BATCH = 256
_NONE = -1
_WITHOUT_PRESETS = (1, 3)
"""Beam width, and how many tokens of its state the model looks at, in the models whose rules are written here."""


def deciding(recognizer: EntityRecognizer) -> Callable[[Doc], Doc]:
    """A component that finds what `recognizer` finds in texts without entities; itself where it is of another kind."""
    model: Any = recognizer.model
    built = model.attrs.get("has_upper") and not model.attrs.get("unseen_classes")
    kind = (recognizer.cfg.get("beam_width"), model.get_ref("lower").get_dim("nF") if built else 0)
    return _Deciding(recognizer) if kind == _WITHOUT_PRESETS else recognizer


class _Deciding:
    """The recognizer's own model with its transitions in whole arrays."""

    def __init__(self, recognizer: EntityRecognizer) -> None:
        self._model: Any = recognizer.model
        moves: Any = recognizer.moves
        actions = [(name[:1], name[2:]) for name in map(moves.get_class_name, range(moves.n_moves))]
        self._labels = [label for _, label in actions]
        self._begins = np.array([move == "B" for move, _ in actions])
        self._outside = np.array([move == "O" for move, _ in actions])
        unit = np.array([move == "U" and label != "" for move, label in actions])
        outside = (self._begins | unit | self._outside, self._outside, unit | self._outside)
        self._allowed = np.where(np.stack(outside), 0, -np.inf).astype(np.float32)
        places = {action: number for number, action in enumerate(actions)}
        self._inner = np.array([places.get(("I", label), _NONE) for label in self._labels])
        self._last = np.array([places.get(("L", label), _NONE) for label in self._labels])

    def __call__(self, doc: Doc) -> Doc:
        return next(iter(self.pipe((doc,))))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = _BATCH) -> Iterator[Doc]:
        """The documents with their entities, in order."""
        for batch in minibatch(docs, size=batch_size):  # type: ignore[no-untyped-call]
            full = [doc for doc in batch if len(doc)]
            for doc, found in zip(full, self._found(full) if full else (), strict=True):
                doc.set_ents(found, default="outside")
            yield from batch

    def _found(self, docs: Sequence[Doc]) -> Iterator[list[Span]]:
        steps = self._model.predict(docs)

        def scores(tokens: _Ints) -> _Floats:
            return cast("_Floats", steps.vec2scores.predict(steps.state2vec.predict(tokens)))

        stops, blank = _stops(docs), np.concatenate([doc.to_array(IS_SPACE) for doc in docs]) == 1
        alone = np.full((len(stops), 3), _NONE, dtype=np.int32)
        alone[:, 0] = np.arange(len(stops))
        may = np.where(blank, _OUT_ONLY, np.where(stops, _NO_BEGIN, _ANY))
        action = (scores(alone) + self._allowed[may]).argmax(axis=1)
        ends = self._ends(action, stops, scores)
        start = 0
        for doc in docs:
            yield self._entities(doc, action[start : start + len(doc)], ends[start : start + len(doc)] - start)
            start += len(doc)

    def _ends(self, action: NDArray[np.intp], stops: NDArray[np.bool_], scores: _Scores) -> NDArray[np.intp]:
        """For each token that an entity may begin with, one past its last."""
        ends = np.arange(1, len(action) + 1)
        first = np.flatnonzero(self._begins[action])
        at = first + 1
        while len(first):
            found = scores(np.stack([at, first, at - 1], axis=1).astype(np.int32))
            rows, label = np.arange(len(first)), action[first]
            inner, last = self._inner[label], self._last[label]
            # of equal scores the earlier action is taken
            better = np.where(
                inner < last, found[rows, inner] >= found[rows, last], found[rows, inner] > found[rows, last]
            )
            goes_on = better & ~stops[at]
            ends[first[~goes_on]] = at[~goes_on] + 1
            first, at = first[goes_on], at[goes_on] + 1
        return ends

    def _entities(self, doc: Doc, action: NDArray[np.intp], ends: NDArray[np.intp]) -> list[Span]:
        found, free = [], 0
        for at in np.flatnonzero(~self._outside[action]).tolist():
            if at >= free:
                free = int(ends[at])
                found.append(Span(doc, at, free, label=self._labels[action[at]]))
        return found


def _stops(docs: Sequence[Doc]) -> NDArray[np.bool_]:
    """Whether text or sentence ends with each token: no entity goes beyond."""
    return np.concatenate([np.append(doc.to_array(SENT_START)[1:] == 1, [True]) for doc in docs])
