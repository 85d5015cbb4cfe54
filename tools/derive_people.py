"""Derives from WordNet the nouns that mostly mean a person and those that mostly mean a part of the body.

    python -m tools.derive_people WORDNET

WORDNET is the folder of WordNet 3.0's files (Debian packages wordnet-base and wordnet-sense-index). Writes `persons`
and `body_parts` to filters/lexicons/lists.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools.plain_lists import write
from tools.wordnet import Indexed, WordNet, sense_index

BODY, PERSON = 8, 18
"""WordNet's lexicographer files noun.body and noun.person."""
UNSEEN = 0.1
"""What a sense counts for beside its tagged uses: of a word that was never tagged, its senses are counted."""
PERSON_SHARE, BODY_SHARE = 0.45, 0.5
"""A noun for persons may be weaker: who is described is looked for fail-closed, what ails a part of the body is not."""
BODY_TOO = frozenset({"back", "disc", "discs", "eyesight", "hearing", "sight", "vision"})
"""What people have pains in and lose, which WordNet files elsewhere or uses oftener in another sense. Our own."""

_WORD = re.compile(r"[a-z]{3,}")
_HEADS = {
    "persons": "Nouns whose leading sense is a person, who may be spoken of: WordNet 3.0, lexicographer file"
    " noun.person, first sense, at least 45 % of the uses (tagged uses, and a tenth for each sense); no proper names."
    " Made by tools/derive_people.py.",
    "body_parts": "Parts of the body: WordNet 3.0, lexicographer file noun.body, first sense, at least half of the uses"
    " (tagged uses, and a tenth for each sense); and a few of our own. Made by tools/derive_people.py.",
}


def share(senses: Sequence[Indexed], lexname: int) -> float:
    """What part of a word's uses, of whatever part of speech, is a noun of one lexicographer file."""
    ours = sum(sense.tags + UNSEEN for sense in senses if sense.lexname == lexname)
    return ours / sum(sense.tags + UNSEEN for sense in senses)


def mostly(index: Mapping[str, Sequence[Indexed]], lexname: int, least: float) -> Iterator[str]:
    """Single words whose first sense as a noun is of the file, and at least this part of their uses."""
    for word, senses in index.items():
        leads = any(sense.key[0] == "n" and sense.rank == 1 and sense.lexname == lexname for sense in senses)
        if leads and _WORD.fullmatch(word) and share(senses, lexname) >= least:
            yield word


def is_proper(wn: WordNet, word: str, senses: Sequence[Indexed]) -> bool:
    """Whether the word, as a person, is only somebody's name: written with a capital, or an instance."""
    synsets = (wn.synsets[sense.key] for sense in senses if sense.lexname == PERSON)
    return not any(word in s.words and all(symbol != "@i" for symbol, *_ in s.pointers) for s in synsets)


def main(wordnet: str) -> None:
    """Read WordNet and write both lists."""
    wn, index = WordNet(Path(wordnet)), sense_index(Path(wordnet))
    persons = (word for word in mostly(index, PERSON, PERSON_SHARE) if not is_proper(wn, word, index[word]))
    write("persons", _HEADS["persons"], persons)
    write("body_parts", _HEADS["body_parts"], BODY_TOO.union(mostly(index, BODY, BODY_SHARE)))


if __name__ == "__main__":
    main(*sys.argv[1:])
