"""The lexicons: every file loads, no everyday word is a class word, and what lists alone know is withheld."""

import time
from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from filters.lexicon import DERIVED, FOLDER, Kind, Trie, class_files, class_words, read, word_list, word_map
from filters.protected_classes import ProtectedClass
from filters.sanitize import sanitize

LARGEST = 1_500_000


@pytest.mark.parametrize("path", class_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_class_file_loads_term_by_term(path: Path) -> None:
    trie, terms = Trie(), list(read(path))
    for phrase, term in terms:
        trie.add(phrase, term)
    assert terms
    assert path.stem in set(ProtectedClass)


def test_derived_files_stand_for_the_classes_with_a_third_party_source() -> None:
    derived = {path.stem for path in DERIVED.glob("*.txt")}
    assert {"religion", "ethnicity", "national_origin", "language", "health", "disability", "family_status"} <= derived
    assert {"sex", "age", "military", "political_opinion", "pregnancy", "genetic_information"} <= derived


def test_no_term_is_a_function_word() -> None:
    """Pronouns and dialect spellings are the classes that hide them."""
    english = frozenset(word_map("function_words")["en"].split())
    own = {ProtectedClass.PRONOUN, ProtectedClass.DIALECT}
    terms = {phrase for path in class_files() for phrase, term in read(path) if term.protected_class not in own}
    assert terms & english == set()


def test_no_derived_term_repeats_or_overrules_a_hand_written_one() -> None:
    hand = {phrase for path in FOLDER.glob("*.txt") for phrase, _ in read(path)}
    plain = {phrase for path in DERIVED.glob("*.txt") for phrase, term in read(path) if not term.plural}
    assert plain & hand == set()


def test_no_derived_term_is_a_police_rank_or_a_general_word_for_persons() -> None:
    derived = {phrase for path in DERIVED.glob("*.txt") for phrase, _ in read(path)}
    assert (
        derived & {"captain", "sergeant", "lieutenant", "officer", "chief", "deputy", "detective", "trooper"} == set()
    )
    assert derived & word_list("person_nouns") == set()


def test_the_lexicons_stay_small_and_load_fast() -> None:
    own = sum(path.stat().st_size for path in class_files())
    class_words.cache_clear()
    start = time.process_time()
    class_words()
    assert own + sum(path.stat().st_size for path in DERIVED.rglob("*.txt")) < LARGEST
    assert time.process_time() - start < 2  # seconds; 0.5 on an idle machine


def test_a_fixed_phrase_hides_the_class_word_in_it_but_not_beside_it() -> None:
    found = [text for text in ("a race condition", "child processes") if list(class_words().matches(text))]
    beside = [match.term.kind for match in class_words().matches("a race condition and an uncle")]
    assert (found, beside) == ([], [Kind.KIN])


def test_a_possessive_is_found_although_a_longer_phrase_begins_with_it() -> None:
    spoken = class_words()
    hidden = [
        word
        for word in sorted(spoken.alone)
        if not word.endswith("'s") and not list(spoken.matches(f"the {word}'s car"))
    ]
    stepped = [word for word in hidden if list(spoken.matches(f"the {word} car"))]
    assert stepped == []


def test_a_possessive_ends_before_its_s() -> None:
    found = [(match.start, match.end) for match in class_words().matches("a woman's car")]
    assert found == [(2, 7)]


LISTED = {
    "religion": ("Our neighbor is a Carthusian.", "carthusian"),
    "religion, a thing": ("He kept an Avesta in the locker.", "avesta"),
    "ethnicity": ("Two Tlingit officers took the call.", "tlingit"),
    "national origin": ("She is a Parisian.", "parisian"),
    "language": ("He swore in Tocharian at the desk.", "tocharian"),
    "disability": ("The witness has presbyopia.", "presbyopia"),
    "health": ("He missed the shift because of brucellosis.", "brucellosis"),
    "health, a brand": ("I picked up my Skyrizi.", "skyrizi"),
    "genetic information": ("Her test showed galactosemia.", "galactosemia"),
    "pregnancy": ("They wrote about her placenta previa.", "previa"),
    "family status": ("I drove my abuelita home.", "abuelita"),
    "marital status": ("The honeymooner called in late.", "honeymooner"),
    "sex": ("The alderwoman spoke to the patrol.", "alderwoman"),
    "sexual orientation": ("He is a heteroflexible coworker.", "heteroflexible"),
    "gender identity": ("A demigirl filed the report.", "demigirl"),
    "age": ("A septuagenarian and a stripling argued.", "stripling"),
    "military": ("He was a fusilier before that.", "fusilier"),
    "political opinion": ("The Trotskyite came to roll call.", "trotskyite"),
    "union": ("He wore a Teamster cap from NEPBA.", "nepba"),
    "school": ("She finished at Tougaloo College.", "tougaloo"),
    "affiliation": ("He leads the Emerald Society.", "emerald"),
    "holiday": ("We swapped shifts for Michaelmas.", "michaelmas"),
    "custom": ("She wore a qipao to the dinner.", "qipao"),
    "hairstyle": ("He has sisterlocks.", "sisterlocks"),
    "physical appearance": ("The corpulent officer laughed.", "corpulent"),
    "color": ("The trigueno driver waved.", "trigueno"),
    "citizenship": ("My coworker is an asylee.", "asylee"),
}


@pytest.mark.parametrize(("text", "word"), LISTED.values(), ids=list(LISTED))
def test_a_word_that_only_a_list_knows_is_withheld(text: str, word: str, analyzer: Analyzer) -> None:
    seen = sanitize(analyzer, text)
    assert not isinstance(seen, str) or word not in seen.lower()


INNOCENT = (
    "The parent process waits for its child processes to exit.",
    "A race condition in the kernel can abort the transfer.",
    "The sergeant wrote the report and the lieutenant signed it.",
    "The feature is disabled by default.",
    "A broad range of ports is open on the server.",
    "There were minor injuries and minor damage to the vehicle.",
    "The union of both sets is returned.",
    "Leader election takes a majority vote.",
    "The invalid argument raises an error.",
    "The blind spot hid the other lane.",
    "The survey covers early adopters of the new radio system.",
    "The patrol set a trap for the stolen car.",
    "I deployed the new build and the rules were adopted.",
    "The guard clause returns before the loop starts.",
)


@pytest.mark.parametrize("text", INNOCENT)
def test_everyday_technical_and_police_prose_comes_through_whole(text: str, analyzer: Analyzer) -> None:
    assert sanitize(analyzer, text) == text
