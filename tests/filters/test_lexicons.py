"""The lexicons: every file loads, no everyday word is a class word, and what lists alone know is withheld."""

import re
import time
from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from filters.lexicon import DERIVED, FOLDER, Kind, Trie, class_files, class_words, read, word_list, word_map
from filters.protected_classes import ProtectedClass
from filters.sanitize import sanitize
from tools.derive_evaluations import judging, strong
from tools.derive_names import READ_AS_WORDS, English, Standing, classify, merge, sort
from tools.derive_people import BODY, PERSON, share
from tools.plain_lists import LISTS, held
from tools.wordnet import Indexed

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


NAMES = ("first_names", "last_names", "ambiguous_names", "ambiguous_last_names", "rare_names")
MADE = (*NAMES, "persons", "body_parts", "evaluations")


def test_every_list_has_its_row_in_the_readme_and_every_row_its_list() -> None:
    """A row names lists as `lists/x.txt`, or in a row of our own lists as `x`."""
    rows = [row for row in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    files = [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in rows]
    own = {name for names in files if "<class>.txt" in names for name in names if name not in {"<class>.txt", "lists/"}}
    named = own | {name.removeprefix("lists/").partition(".")[0] for ns in files for name in ns if name[:6] == "lists/"}
    assert named - {""} == {path.stem for path in LISTS.iterdir()}
    derived = {name.removeprefix("derived/lists/") for ns in files for name in ns if name.startswith("derived/lists/")}
    assert derived == {path.name for path in (DERIVED / "lists").iterdir()}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("lists/*.txt")), ids=lambda path: path.stem)
def test_every_list_is_lower_case_under_a_line_that_names_its_source(path: Path) -> None:
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    assert head.startswith("# ")
    assert [line for line in lines if not line.startswith("#") and line != line.lower()] == []


@pytest.mark.parametrize("path", sorted([LISTS / f"{name}.txt" for name in MADE] + list(DERIVED.glob("lists/*.txt"))))
def test_every_list_with_a_maker_is_sorted_without_duplicates(path: Path) -> None:
    words = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert words == sorted(set(words))


def test_a_name_of_few_is_in_no_other_list_of_names() -> None:
    rare = held("rare_names")
    assert [name for name in NAMES if name != "rare_names" and held(name) & rare] == []


def test_names_stand_where_their_bearers_and_their_other_meanings_put_them() -> None:
    ambiguous = held("ambiguous_names") | held("ambiguous_last_names")
    assert {"ebony", "heather", "amy", "john"} <= (held("first_names") | held("last_names")) - ambiguous
    assert {"drew", "max", "grace", "rose", "will", "mark"} <= ambiguous
    assert {"wu", "le", "ng", "li"} <= held("rare_names")


ENGLISH = English(
    common=frozenset({"ember", "bank", "rise", "do", "buzz", "pass"}),
    rarer=frozenset({"larkspur"}),
    irregular=frozenset({"rose"}),
    tags={"rise": 40, "ember": 2},
    function_words=frozenset({"li", "do"}),
    never=frozenset({"bishop"}),
    capitals=frozenset({"monday"}),
)
STANDING = {
    "no word of English, borne by enough": ("zavrin", 1_000, Standing.SURE),
    "no word of English, borne by few": ("zavrin", 999, Standing.RARE),
    "a word hardly used, borne by very many": ("ember", 10_000, Standing.SURE),
    "a word hardly used, borne by many": ("ember", 9_999, Standing.AMBIGUOUS),
    "a word often used, however many bear it": ("rise", 90_000, Standing.AMBIGUOUS),
    "a word often used, borne by few": ("rise", 2_999, Standing.NO_NAME),
    "a form of a word": ("banks", 90_000, Standing.AMBIGUOUS),
    "a form after a sibilant": ("buzzes", 90_000, Standing.AMBIGUOUS),
    "no plural: two s": ("banss", 1_000, Standing.SURE),
    "an irregular form": ("rose", 90_000, Standing.AMBIGUOUS),
    "a rare word, borne by very many": ("larkspur", 10_000, Standing.SURE),
    "a rare word, borne by some": ("larkspur", 1_000, Standing.AMBIGUOUS),
    "a rare word, borne by few": ("larkspur", 999, Standing.NO_NAME),
    "a class word": ("bishop", 90_000, Standing.NO_NAME),
    "an ordinary capital": ("monday", 90_000, Standing.NO_NAME),
    "two letters": ("qy", 3_000, Standing.RARE),
    "two letters borne by few": ("qy", 2_999, Standing.NO_NAME),
    "two letters that another language has for a word": ("li", 10_000, Standing.RARE),
    "the same, borne by fewer": ("li", 9_999, Standing.NO_NAME),
    "two letters of plain English": ("do", 90_000, Standing.NO_NAME),
    "an interjection": ("oh", 90_000, Standing.NO_NAME),
    "not letters alone": ("o'zavrin", 90_000, Standing.NO_NAME),
}


@pytest.mark.parametrize(("name", "bearers", "standing"), STANDING.values(), ids=list(STANDING))
def test_what_a_name_is_follows_from_bearers_and_english(name: str, bearers: int, standing: Standing) -> None:
    assert classify(name, bearers, 1_000, ENGLISH) is standing


def test_lists_of_names_made_again_from_themselves_stay_as_they_are() -> None:
    first = sort([("zavrin", 2_000), ("rise", 5_000), ("quenby", 10)], 1_000, ENGLISH)
    last = sort([("ember", 20_000), ("li", 20_000), ("zavrin", 10)], 3_000, ENGLISH)
    old = dict.fromkeys(NAMES[:4], frozenset({"oldham"})) | {"ambiguous_names": frozenset({"ember", "li"})}
    once = merge(old, first, last)
    assert merge(once, first, last) == once
    assert once["ambiguous_names"] == {"rise", "ember"} | READ_AS_WORDS
    assert once["rare_names"] == {"quenby", "li"}


def test_a_word_is_weighed_by_its_tagged_uses_and_else_by_its_senses() -> None:
    person = Indexed(key=("n", "1"), lexname=PERSON, rank=1, tags=0)
    tagged = Indexed(key=("v", "2"), lexname=30, rank=1, tags=9)
    assert share([person], PERSON) == 1
    assert share([person, tagged], PERSON) == pytest.approx(0.1 / 9.2)
    assert share([person, tagged], BODY) == 0


def test_a_word_judges_where_raters_are_sure_or_every_meaning_judges() -> None:
    assert list(strong({"good": 1.9, "odd": -0.9, "bad": -2.5})) == ["good", "bad"]
    assert list(judging({"droll": [(0.5, 0.9)], "plain": [(0.5, 0.9), (0.0, 0.1)]})) == ["droll"]


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
