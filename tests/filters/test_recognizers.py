"""Each class has a sentence its recognizers find, and a sentence of ordinary words they leave alone."""

from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from filters.class_packs import load_packs
from filters.protected_classes import ProtectedClass
from filters.withholding import Withheld

FOUND: dict[ProtectedClass, tuple[str, ...]] = {
    ProtectedClass.RACE: (
        "The black guy next to me laughed.",
        "Two Asian officers came in.",
        "They hired him because of race.",
        "She is white and proud of it.",
    ),
    ProtectedClass.COLOR: ("A dark-skinned driver waved.", "He is light skinned like me."),
    ProtectedClass.ETHNICITY: ("My Latina neighbor called it in.", "A Kurdish man asked for help."),
    ProtectedClass.NATIONAL_ORIGIN: (
        "The Nigerian driver stopped.",
        "I flew home to Portugal.",
        "We spoke Tagalog there.",
    ),
    ProtectedClass.ANCESTRY: ("He is of Welsh descent, they say.", "I sent off for 23andMe yesterday."),
    ProtectedClass.CITIZENSHIP: ("My green card came today.", "An undocumented worker told me."),
    ProtectedClass.LANGUAGE: ("He has a thick accent.", "English is my second language."),
    ProtectedClass.RELIGION: (
        "I am a Catholic and a plumber.",
        "The mosque on the corner was full.",
        "Everyone was praying after that.",
        "She is an atheist.",
        "We met at St. Brendan's Church again.",
    ),
    ProtectedClass.SEX: (
        "That woman filed a report.",
        "He is a policeman.",
        "A waitress saw it.",
        "Ask the assemblywoman about it.",
    ),
    ProtectedClass.PREGNANCY: ("I am pregnant again.", "She was 20 weeks along.", "After the miscarriage I rested."),
    ProtectedClass.GENDER_IDENTITY: (
        "A nonbinary coworker left.",
        "My trans friend drove.",
        "I was assigned female at birth.",
    ),
    ProtectedClass.SEXUAL_ORIENTATION: ("He is gay, so what.", "The lesbian couple moved.", "LGBTQQIA folks met here."),
    ProtectedClass.AGE: (
        "I just turned 45 today.",
        "A 63-year-old driver.",
        "Class of 1994 forever.",
        "The elderly man fell.",
    ),
    ProtectedClass.DISABILITY: ("He uses a wheelchair now.", "My deaf neighbor waved.", "I have dyslexia, sorry."),
    ProtectedClass.HEALTH: (
        "I was diagnosed with lupus last week.",
        "Back on my antidepressant.",
        "Ten months sober today.",
        "My arthritis is acting up.",
        "It is only bursitis.",
    ),
    ProtectedClass.GENETIC_INFORMATION: (
        "My father had colon cancer.",
        "The BRCA1 result came back.",
        "It runs in my family.",
    ),
    ProtectedClass.MARITAL_STATUS: (
        "My husband drove us.",
        "After the divorce I moved.",
        "Been married for ten years now.",
    ),
    ProtectedClass.FAMILY_STATUS: ("My kids were in the car.", "As a single mom I work nights."),
    ProtectedClass.MILITARY: (
        "I served in the Navy.",
        "Proud combat veteran here.",
        "My National Guard drill ran late.",
    ),
    ProtectedClass.HAIRSTYLE: ("They told me to cut my dreadlocks.", "Natural hair day!"),
    ProtectedClass.PHYSICAL_APPEARANCE: ("He weighs 280 pounds.", "An obese man sat down."),
    ProtectedClass.POLITICAL_OPINION: ("I voted for the Republican.", "Lifelong Democrat here."),
    ProtectedClass.UNION: ("Our union rep came by.", "IBEW Local 103 members met."),
    ProtectedClass.CRIMINAL_RECORD: (
        "He was arrested for it.",
        "I am on probation until May.",
        "He was charged with assault.",
    ),
    ProtectedClass.WORKERS_COMPENSATION: ("My workers' comp check came.", "She got hurt on the job."),
    ProtectedClass.BANKRUPTCY: (
        "We filed for bankruptcy.",
        "They garnished wages and all, then foreclosure.",
        "I am $40k in debt.",
    ),
    ProtectedClass.DOMESTIC_VIOLENCE: ("I was raped at that party.", "She lived in a women's shelter."),
    ProtectedClass.RETALIATION: ("I filed an EEOC complaint.", "She blew the whistle on them."),
    ProtectedClass.NAME: ("I talked to Siobhan Delacroix-Ito.", "Ask Mr. Pemberwick.", "my friend juan said so"),
    ProtectedClass.MEDIA: ("[image: two people at a parade] done", "My new profile picture is up."),
    ProtectedClass.EMOJI: ("So proud today \U0001f1f2\U0001f1fd friends", "Good morning \U0001f44b\U0001f3fe all"),
    ProtectedClass.PRONOUN: ("He left early.", "she/her, from the north", "Mrs. Pell said so."),
    ProtectedClass.HANDLE: ("Thanks @runner.jane for the tip", "see u/old_salt88 for more"),
    ProtectedClass.PLACE: ("I grew up in Dorchester.", "Zip code 02121 is home.", "Meet me at 12 Elm Street."),
    ProtectedClass.SCHOOL: ("I went to Morehouse College.", "Graduated from Riverton High School."),
    ProtectedClass.AFFILIATION: ("The Knights of Columbus met.", "Alpha Kappa Alpha forever."),
    ProtectedClass.HOLIDAY: ("Happy Diwali to all!", "No shift on Yom Kippur."),
    ProtectedClass.CUSTOM: ("Making jollof for the crew.", "Wore my kente today."),
    ProtectedClass.DIALECT: ("I'm finna go home.", "They be trippin every day."),
    ProtectedClass.FOLLOWING: ("RT @somebody: good read here", "I joined the Facebook group."),
    ProtectedClass.LINK: (
        "Read https://example.org/me now",
        "mail me at a.b@example.com please",
        "call 617-555-0143 today",
    ),
    ProtectedClass.DATE: ("It happened in 1987 or so.", "On March 3rd we met.", "Back on 2019-05-02 again."),
    ProtectedClass.ANY_GROUP: ("The zorbian people came.", "I am sproggled today."),
}

LEFT_ALONE = (
    "The car was black and the house was white.",
    "The patrol car blew a tire on the straight road.",
    "Turn the blind corner slowly.",
    "An old house and a new roof.",
    "The server needs a restart before lunch.",
    "I drove 120 on the interstate without a seat belt.",
    "They broke the window with a hammer.",
    "The engine is short of oil.",
    "We ran two red lights getting home.",
    "I am sorry for what I did.",
    "You are a liar and a thief.",
    "The single biggest problem is noise.",
)


def _classes(analyzer: Analyzer, text: str) -> set[ProtectedClass]:
    analysis = analyzer.analyze(text)
    assert not isinstance(analysis, Withheld), analysis
    emoji = {ProtectedClass.EMOJI} if analysis.readable.emoji else set()
    return {hit.protected_class for hit in analysis.hits} | emoji


@pytest.mark.parametrize(("protected_class", "text"), [(c, text) for c, texts in FOUND.items() for text in texts])
def test_a_sentence_of_the_class_is_found_by_a_recognizer_of_the_class(
    analyzer: Analyzer, protected_class: ProtectedClass, text: str
) -> None:
    assert protected_class in _classes(analyzer, text)


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_a_sentence_about_no_class_is_left_alone(analyzer: Analyzer, text: str) -> None:
    assert _classes(analyzer, text) == set()


def test_every_class_and_proxy_has_a_sentence_here() -> None:
    assert set(ProtectedClass) - set(FOUND) == {ProtectedClass.UNREADABLE}


def test_every_recognizer_a_pack_names_finds_something_of_its_class(analyzer: Analyzer, packs_folder: Path) -> None:
    """Words and patterns each find at least one of the sentences, so that no name in a pack is an empty promise."""
    named = {
        (entry.id, name)
        for pack in load_packs(packs_folder, [p.stem for p in packs_folder.glob("*.toml")])
        for entry in pack.entries
        for name in entry.recognizers
    }
    working = set()
    for texts in FOUND.values():
        for text in texts:
            analysis = analyzer.analyze(text)
            assert not isinstance(analysis, Withheld)
            working |= {(hit.protected_class, hit.recognizer.partition(":")[0]) for hit in analysis.hits}
    assert named - working == set()
