"""The rewriting: one canonical neutral form for every class, so that the shape of a gap tells nothing either.

One person becomes "a person", several "people of a protected group", a slur "[slur about a protected group]", kin "a
relative", names "the candidate" or "Person A", places, organizations and times a neutral noun; what has no neutral form
becomes one constant token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from filters.agreement import article, for_plural, neutral_pronoun
from filters.analyzer import Analysis
from filters.draft import Draft
from filters.forms import (
    CANDIDATE,
    GROUP,
    ORGANIZATION,
    PLACE,
    RELATIVE,
    RELATIVES,
    SLUR,
    TIME,
    WITHHELD,
)
from filters.grammar import may_be_person
from filters.lexicon import PERSONAL, Kind, word_list
from filters.phrases import COLLECTIVES
from filters.tidying import tidied

if TYPE_CHECKING:
    from spacy.tokens import Token

_NEUTRAL = {
    Kind.PLACE: PLACE,
    Kind.ORGANIZATION: ORGANIZATION,
    Kind.TIME: TIME,
    Kind.HONORIFIC: "",
    Kind.DROPPED: "",
}
_QUANTITIES = frozenset(
    [
        "some",
        "several",
        "few",
        "many",
        "couple",
        "lot",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
    ]
)
_BEFORE_A_NOUN = frozenset({"NN", "NNS", "JJ", "JJR", "JJS", "RBS", "RBR", "CD", "VBN"})
_DEGREES = frozenset({"so", "too", "very", "super", "pretty", "really", "less", "more"})
_BECOMING = frozenset({"become", "becomes", "became", "becoming", "being"})
_POINTERS = frozenset(
    ["all", "these", "those", "my", "your", "our", "most", "such", "any", "other", "you", "more", "no", "both"]
)
_BARE = frozenset(
    {"make", "makes", "made", "let", "lets", "see", "saw", "watch", "hear", "heard", "help", "helped", "have", "had"}
)
_AT = frozenset(
    {"in", "on", "at", "since", "from", "by", "during", "of", "around", "until", "till", "before", "after", "back"}
)
_CLAUSES = frozenset({"relcl", "acl", "prep", "appos", "amod", "advcl"})
_SPEAKERS = frozenset({"i", "me", "we", "us", "you"})
_LONGEST = 40
"""Tokens of a clause behind a person: longer ones say more than a class, and bound the work."""
_LIGHT = frozenset({"has", "have", "had", "having", "is", "are", "was", "were", "uses", "used", "using", "identifies"})
_EMPTY_POS = frozenset({"DET", "ADP", "PUNCT", "AUX", "PRON", "CCONJ", "PART", "SPACE", "SCONJ"})


def rewrite(analysis: Analysis) -> str:
    """The passage in canonical neutral form. Deterministic; every marked token is replaced or dropped."""
    draft, doc = Draft(analysis), analysis.doc
    for token in doc:
        _contrast(draft, token)
    for token in doc:
        if _heads_phrase(draft, token):
            _phrase(draft, token)
    for token in doc:
        if not draft.done[token.i] and draft.marks[token.i] is not None:
            _single(draft, token)
    _agree(draft)
    _articles(draft)
    return tidied(draft.text())


def _heads_phrase(draft: Draft, token: Token) -> bool:
    """Whether a person phrase hangs on this token."""
    if draft.done[token.i]:
        return False
    kind = draft.kind(token)
    inside = (
        token.dep_ in {"amod", "compound", "nmod"} and token.head.pos_ in {"NOUN", "PROPN"} and token.head.i > token.i
    )
    if kind in PERSONAL | {Kind.ROLE}:
        return not inside and (kind is not Kind.IDENTITY or _nominal(token))
    if token.i in draft.generic:
        return True
    if kind is not None or not may_be_person(token) or inside:
        return False
    return any(_marked(draft, t) for t in _left(token)) or _right_end(draft, token) > token.i + 1


def _nominal(token: Token) -> bool:
    """An identity word used as a noun: Muslims, a Mexican; not `is Muslim`."""
    return token.dep_ != "acomp" and (token.pos_ in {"NOUN", "PROPN"} or token.tag_ == "NNS")


def _left(head: Token) -> list[Token]:
    return list(head.doc[head.left_edge.i : head.i])


def _marked(draft: Draft, token: Token) -> bool:
    return draft.marks[token.i] is not None


def _right_end(draft: Draft, head: Token) -> int:
    """One past the last token of the phrase: what follows the head belongs to it where all its content is marked."""
    end = head.i + 1
    for child in head.rights:
        if child.left_edge.i != end or child.dep_ not in _CLAUSES or child.right_edge.i - end > _LONGEST:
            break
        content = [t for t in child.subtree if not _empty(t)]
        if any(t.lower_ in _SPEAKERS for t in child.subtree):
            break  # my friend and I: who speaks is no part of what describes somebody
        if not content or not all(_marked(draft, t) for t in content):
            break
        end = child.right_edge.i + 1
        while head.doc[end - 1].pos_ in {"CCONJ", "PUNCT"}:
            end -= 1
    return end


def _empty(token: Token) -> bool:
    """A word that says nothing by itself: who has, on the, is."""
    return token.pos_ in _EMPTY_POS or token.lower_ in word_list("generic_people") or token.lower_ in _LIGHT


def _phrase(draft: Draft, head: Token) -> None:
    """Put the neutral form for the whole noun phrase, keeping number and what is said of conduct."""
    kind, start, end = draft.kind(head), head.left_edge.i, _right_end(draft, head)
    generic = head.i in draft.generic or head.lower_ in word_list("generic_people")
    if kind is Kind.ROLE or (kind is None and not generic):
        _bare(draft, head)
        return
    if any(draft.done[i] for i in range(start, head.i)):
        start = head.i
    while start and draft.marks[start - 1] and not draft.done[start - 1] and not draft.gaps[start - 1]:
        start -= 1  # the rest of a hyphenated word
    draft.put(start, end, _form(draft, head))
    draft.done[head.i] = True


def _form(draft: Draft, head: Token) -> str:
    """The one form for a person, a group, a slur, a relative, or what somebody is said to be."""
    kind, plural = draft.kind(head), _plural(draft, head)
    left = [t for t in _left(head) if not draft.done[t.i]]
    described = _conduct(draft, head, left)
    if kind is Kind.SLUR:
        return SLUR
    if not described and kind is not Kind.KIN and _said_of_somebody(head):
        return WITHHELD
    if kind is Kind.KIN:
        return RELATIVES if plural else RELATIVE
    if plural:
        draft.grouped.add(head.i)
        return _group(draft, left, described)
    determiner = next((t.text for t in left if t.dep_ in {"det", "poss"} and t.pos_ in {"DET", "PRON"}), "a")
    if determiner.lower() in {"a", "an"}:
        determiner = article(determiner, described or "person")
    determiner = "their" if determiner.lower() in {"his", "her"} else determiner
    return " ".join(filter(None, [determiner, described, "person"]))


def _conduct(draft: Draft, head: Token, left: Sequence[Token]) -> str:
    """What stands before a person and is no class: it may be judgement or conduct."""
    if head.i in draft.generic:
        return ""
    says = {"ADJ", "NOUN", "VERB", "ADV", "PROPN"}
    kept = [t for t in left if not _marked(draft, t) and t.pos_ in says and t.lower_ not in _POINTERS]
    kept = [t for t in kept if t.pos_ != "ADV" or t.head in kept]
    return " ".join(draft.words[t.i] for t in kept if t.lower_ not in _QUANTITIES)


def _said_of_somebody(head: Token) -> bool:
    """Whether the phrase is what somebody is said to be: a noun, an adjective and an illness then leave one form."""
    if head.dep_ in {"attr", "acomp", "oprd"}:
        return head.head.pos_ == "AUX" or head.head.lower_ in _BECOMING
    if any(t.lower_ in _DEGREES for t in head.lefts) and not any(t.dep_ == "det" for t in head.lefts):
        return True  # stop acting so ...
    return head.dep_ in {"pobj", "amod"} and head.head.lower_ == "as" and not any(t.dep_ == "det" for t in head.lefts)


def _contrast(draft: Draft, person: Token) -> None:
    """Whoever stands beside a person in neutral form loses the noun too: of "a nurse and a person" the second would be
    known for somebody of a class.
    """
    kind = draft.kind(person)
    described = kind is None and may_be_person(person) and any(_marked(draft, t) for t in _left(person))
    if not described and kind not in {Kind.PERSON, Kind.IDENTITY}:
        return
    others = [t for t in person.conjuncts if draft.kind(t) is None and may_be_person(t) and t.tag_ == "NN"]
    if others and person.tag_ in {"NN", "NNP", "JJ"}:
        draft.generic.update(t.i for t in (person, *others))


def _bare(draft: Draft, head: Token) -> None:
    """Keep a noun that says no class, without the words before it that do; gendered possessives become `their`."""
    for token in _left(head):
        if not draft.done[token.i] and _marked(draft, token) and draft.marks[token.i] != draft.marks[head.i]:
            draft.put(token.i, token.i + 1, _before_a_noun(draft, token))
    end = _right_end(draft, head)
    placed = any(_NEUTRAL.get(draft.kind(t) or Kind.PLAIN) for t in draft.doc[head.i + 1 : end])  # the cops in a place
    if end > head.i + 1 and not placed and not any(draft.done[head.i + 1 : end]):
        draft.put(head.i + 1, end, "")
    draft.done[head.i] = True


def _before_a_noun(draft: Draft, token: Token) -> str:
    """What is left of a marked word before a noun that stays: a slur as such, a pronoun without its sex, or nothing."""
    kind = draft.kind(token)
    if kind is Kind.SLUR:
        return SLUR
    return _pronoun(token) if kind is Kind.PRONOUN else ""


def _plural(draft: Draft, head: Token) -> bool:
    mark = draft.marks[head.i]
    if mark is not None and mark.kind is Kind.GROUP:
        return True
    if mark is not None and mark.kind is not Kind.MODIFIER and mark.end == head.idx + len(head) and mark.plural:
        return True
    return head.tag_ in {"NNS", "NNPS"} or head.lower_ in COLLECTIVES


def _group(draft: Draft, left: Sequence[Token], described: str) -> str:
    """Several persons: some of them stay people; all of them are people of a group."""
    counted = [t.text for t in left if not _marked(draft, t) and (t.pos_ == "NUM" or t.lower_ in _QUANTITIES)]
    if counted:
        return " ".join(filter(None, [*counted, described, "people"]))
    pointed = [t.text for t in left if t.lower_ in _POINTERS and not _marked(draft, t) and not draft.done[t.i]]
    return " ".join(filter(None, [*pointed, described, GROUP]))


def _single(draft: Draft, token: Token) -> None:
    """Replace a marked token that belongs to no person phrase, together with its marked neighbours of the same kind."""
    kind, end = draft.kind(token), token.i + 1
    if kind is Kind.ROLE:
        return  # its stand-in is the neutral word
    if kind is Kind.PRONOUN:
        draft.put(token.i, end, _pronoun(token))
        return
    while end < len(draft.doc) and not draft.done[end] and draft.marks[end] and draft.kind(draft.doc[end]) is kind:
        end += 1
    mark = draft.marks[token.i]
    start = token.i
    if kind is Kind.NAME and mark is not None:
        text = _name(draft, start, end)
    elif kind in _NEUTRAL:
        text = _NEUTRAL[kind]
    else:
        text = SLUR if kind is Kind.SLUR else WITHHELD
    if start and draft.doc[start - 1].lower_ in {"the", "a", "an"} and not draft.done[start - 1]:
        start -= 1
    if kind is Kind.TIME and start and draft.doc[start - 1].lower_ in _AT and not draft.done[start - 1]:
        start -= 1
    draft.put(start, end, text)


def _name(draft: Draft, start: int, end: int) -> str:
    """`the candidate` for the candidate's own names, else Person A, B, C in order of mention."""
    if draft.own.intersection(range(start, end)):
        return CANDIDATE
    words = frozenset(t.lower_ for t in draft.doc[start:end] if t.is_alpha) or frozenset({draft.doc[start].lower_})
    for number, known in enumerate(draft.persons):
        if known & words:
            return f"Person {chr(ord('A') + number % 26)}"
    draft.persons.append(words)
    return f"Person {chr(ord('A') + (len(draft.persons) - 1) % 26)}"


def _pronoun(token: Token) -> str:
    before = token.nbor(-1).text if token.i else ""
    after = token.nbor().text if token.i + 1 < len(token.doc) else ""
    noun = token.i + 1 < len(token.doc) and token.nbor().tag_ in _BEFORE_A_NOUN
    neutral = neutral_pronoun(token.text, token.tag_, before, after, noun=noun)
    return neutral.capitalize() if token.is_title and token.is_sent_start else neutral


def _agree(draft: Draft) -> None:
    """Let each finite verb fit the subject that now stands before it."""
    for subject in draft.doc:
        if subject.dep_ not in {"nsubj", "nsubjpass"}:
            continue
        if draft.kind(subject) is Kind.PRONOUN:
            for verb in _finite(subject):
                verb_of_been = verb.dep_ == "aux" or verb.head.lower_ == "been"
                perfect = verb.text in {"'s", "s"} and verb.head.tag_ == "VBN" and verb_of_been
                _inflect(draft, verb, for_plural(verb.text, verb.tag_, perfect=perfect))
        elif subject.i in draft.grouped:
            for verb in _finite(subject):
                _inflect(draft, verb, for_plural(verb.text, verb.tag_))


def _articles(draft: Draft) -> None:
    """`a` or `an` by the word that follows now, and none before a bracket, so that neither tells what stood there."""
    for token in draft.doc[:-1]:
        written = draft.words[token.i]
        if written.lower() not in {"a", "an"} or draft.done[token.i]:
            continue
        following = next((draft.words[i] for i in range(token.i + 1, len(draft.words)) if draft.words[i].strip()), "")
        if following != token.nbor().text:
            draft.words[token.i] = article(written, following)
            if not draft.words[token.i]:
                draft.gaps[token.i] = ""


def _inflect(draft: Draft, verb: Token, form: str) -> None:
    if not draft.done[verb.i]:
        spaced = verb.text.startswith("'") and not form.startswith("'")
        draft.words[verb.i] = f" {form}" if spaced else form


def _finite(subject: Token) -> list[Token]:
    """The verbs that agree with a subject: the first auxiliary or the verb itself, and verbs joined to it."""
    verbs = []
    clause = subject.head
    if clause.dep_ == "ccomp" and clause.head.lower_ in _BARE:
        return []  # I saw them leave: no finite verb
    joined = [
        v for v in clause.conjuncts if v.i > clause.i and not any(c.dep_ in {"nsubj", "nsubjpass"} for c in v.children)
    ]
    for verb in (clause, *joined):
        helpers = [c for c in verb.children if c.dep_ in {"aux", "auxpass"} and c.i < verb.i]
        finite = helpers[0] if helpers else verb
        if finite.tag_ in {"VBZ", "VBP", "VBD"} and (finite.i > subject.i or verb is clause):
            verbs.append(finite)
    return verbs
