"""Cues propose plainly worded conduct for review, hold protected activity, and cannot tell one class from another."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.criteria import Criteria, load_criteria
from vetting.errors import ExitCode, VettingError
from vetting.evidence import RawText

CODES = [*(f"JR-{n:02}" for n in range(1, 16)), "JR-P", *(f"PA-{n}" for n in range(1, 10)), "CH-1", "MH-1"]

CONDUCT = {
    "JR-01": (
        "If he parks there again I am going to break his legs.",
        "Watch your back, I know where you live.",
        "Somebody should shoot that referee.",
        "I punched the bartender in the face and walked out.",
        "We beat up that guy behind the bar.",
        "I swear I'll kill you if you come back here.",
    ),
    "JR-02": (
        "They should have beaten the suspect a bit longer.",
        "Criminals are animals, no trial, just a rope.",
        "Street justice works faster than any court.",
    ),
    "JR-03": (
        "Immigrants are all criminals.",
        "I can't stand gay people.",
        "Women shouldn't be cops.",
        "Never trust a Muslim.",
        "Those dirty spics moved in next door.",
        "Send all the Haitians back.",
        "I would never rent to Black people.",
    ),
    "JR-04": (
        "Proud to be a member of the Proud Boys.",
        "Went to a meeting of the klan last night.",
        "I joined the KKK in spring.",
        "14 words. 1488.",
    ),
    "JR-05": ("I leaked her nudes to the whole team.", "I grabbed the waitress by the ass lol"),
    "JR-06": (
        "Here is her home address, go say hi.",
        "Everyone go report and harass this loser.",
        "I waited outside her house until two in the morning.",
    ),
    "JR-07": ("I did two lines of cocaine before work.", "I sell pills out of my truck.", "My dealer had good molly."),
    "JR-08": (
        "I stole two drills from the job site.",
        "I drove home drunk again last night.",
        "I lied on my insurance claim and they paid.",
        "We broke into the school and spray painted the gym.",
    ),
    "JR-09": (
        "Outran the cops on my bike again.",
        "Cop lit me up so I floored it and lost him.",
        "Evading a traffic stop is easier than people think.",
        "I hit 140 on the interstate last night.",
        "I was street racing on Elm with the lights off.",
        "I shot my pistol into the air at midnight.",
    ),
    "JR-10": (
        "I shouldn't be sharing this but here is the case file from work.",
        "I looked up his medical records at the clinic.",
        "I posted the client list before I quit.",
    ),
    "JR-11": (
        "I bought a fake EMT certificate online.",
        "I lied on my application about the degree.",
        "I beat the polygraph, it was easy.",
    ),
    "JR-12": (
        "I made a fake profile of my boss to mess with the team.",
        "I pretended to be a police officer to get in.",
    ),
    "JR-13": ("I flashed my badge and got out of the ticket.", "Do you know who I am? I'll have you arrested."),
    "JR-14": ("I got fired from the academy for untruthfulness.", "I am on the Brady list now."),
    "JR-15": ("We arrested him last night and he is guilty as sin.",),
    "JR-P": (
        "I pulled a driver out of the river.",
        "I volunteer with search and rescue every weekend.",
        "I apologize for what I wrote last year.",
        "I was wrong about that and I am sorry for how I spoke.",
        "I returned the wallet to its owner with all the cash in it.",
    ),
    "PA-1": ("Signed my union card today.", "We are organizing our warehouse.", "Our pay is too low."),
    "PA-2": ("I went to the protest downtown.", "I voted early.", "Defund the police.", "Back the blue, vote no on 2."),
    "PA-3": ("See you at church on Sunday.", "We prayed for rain.", "Fasting for Ramadan."),
    "PA-4": ("I filed an EEOC complaint.", "I blew the whistle on them.", "I testified against my boss."),
    "PA-5": ("Bought some edibles at the dispensary.", "Had a couple of beers after work."),
    "PA-6": ("I was raped in college.", "He used to hit me.", "Domestic violence took years of my life."),
    "PA-7": ("Drill weekend with the National Guard.", "I served in Iraq."),
    "PA-8": ("Starting maternity leave on Monday.", "I am pregnant!", "Out on FMLA after the surgery."),
    "PA-9": ("I filed for bankruptcy.", "My student loans are killing me."),
    "CH-1": (
        "Local man arrested for drunk driving on Elm Street.",
        "Mugshot of the week.",
        "I was charged with larceny back then.",
        "He pleaded guilty to assault.",
        "My record was expunged.",
    ),
    "MH-1": ("I want to die.", "I was diagnosed with epilepsy.", "My chemo starts Monday."),
}

ORDINARY = (
    "Great burger at the new place on Main Street.",
    "The Otters won in overtime, what a game.",
    "My code finally compiles.",
    "Rain again. The garden is happy at least.",
    "We killed it at karaoke.",
    "This song is fire, the bass could kill a horse.",
    "I broke my record on the 5k.",
    "Just watched a documentary about octopuses.",
    "The new phone is so fast it is scary.",
    "Ran the dishwasher twice, still dirty.",
    "Happy with the new tires on the truck.",
    "He stole second base and then home.",
    "In the game I shot three zombies and drove a tank.",
    "My grandmother's recipe calls for lard.",
    "I would die for a nap.",
)


def _codes(criteria: Criteria, text: str) -> set[str]:
    return {proposal.code for proposal in criteria.propose(RawText(text))}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in CONDUCT.items() for text in texts])
def test_plainly_worded_conduct_is_proposed(criteria: Criteria, code: str, text: str) -> None:
    assert code in _codes(criteria, text)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_posts_are_not_proposed(criteria: Criteria, text: str) -> None:
    assert _codes(criteria, text) == set()


def test_the_department_s_criteria_hold_every_code_of_the_taxonomy(criteria: Criteria) -> None:
    assert list(criteria.by_code) == CODES
    assert set(CONDUCT) == set(CODES)


def test_holds_are_exactly_the_protected_activities(criteria: Criteria) -> None:
    assert {code for code, c in criteria.by_code.items() if c.hold} == {
        code for code in CODES if code.startswith("PA-")
    }
    set_aside = {code for code, c in criteria.by_code.items() if c.token}
    assert set_aside == {"CH-1", "MH-1"}
    assert {code for code, c in criteria.by_code.items() if not (c.adverse or c.hold or c.token)} == {"JR-P"}


def test_each_criterion_says_its_clause_and_its_nexus(criteria: Criteria) -> None:
    for criterion in criteria.by_code.values():
        assert criterion.clause
        assert criterion.nexus.endswith(".")
        assert criterion.statement.endswith(".")


CLASSES = (
    "women",
    "Muslims",
    "gay people",
    "black people",
    "immigrants",
    "Mexicans",
    "old people",
    "disabled people",
    "Jews",
    "men",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "{} are all criminals.",
        "I can't stand {}.",
        "{} shouldn't be cops.",
        "Somebody should shoot all the {}.",
        "No {} on our street, keep out {}.",
        "I like {} and so should you.",
        "What do you expect from {}.",
        "{} deserve equal rights.",
    ],
)
def test_no_class_is_proposed_more_than_another(criteria: Criteria, sentence: str) -> None:
    proposed = {name: _codes(criteria, sentence.replace("{}", name)) for name in CLASSES}
    assert len({frozenset(codes) for codes in proposed.values()}) == 1, proposed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I marched for stricter gun laws.", "I marched for looser gun laws."),
        ("Vote for the Democrat.", "Vote for the Republican."),
        ("The mayor lied and should resign.", "The governor lied and should resign."),
        ("Democrats are traitors and should be shot.", "Republicans are traitors and should be shot."),
        ("Pro-life rally today.", "Pro-choice rally today."),
    ],
)
def test_opposite_viewpoints_get_the_same_code(criteria: Criteria, one: str, other: str) -> None:
    assert _codes(criteria, one) == _codes(criteria, other)


@pytest.mark.parametrize(
    ("text", "held", "conduct"),
    [
        ("At the rally I told him I would break his jaw.", "PA-2", "JR-01"),
        ("After church I drove home drunk.", "PA-3", "JR-08"),
        ("On the picket line I punched the foreman.", "PA-1", "JR-01"),
    ],
)
def test_conduct_beside_protected_activity_is_proposed_for_itself(
    criteria: Criteria, text: str, held: str, conduct: str
) -> None:
    assert {held, conduct} <= _codes(criteria, text)


def test_conduct_that_is_only_the_protected_activity_is_held(criteria: Criteria) -> None:
    """Volunteering that a cue sees in the protected words alone stays with the hold."""
    assert _codes(criteria, "Organizing our coworkers, come to the union hall.") == {"PA-1"}


@pytest.mark.parametrize(
    "text",
    [
        'He yelled "go home you dirty spic" and called me slurs all day, condemn it.',
        "My teacher said it is a racist lie that immigrants are all criminals.",
        "People who say women should not vote are wrong.",
    ],
)
def test_quoting_to_condemn_is_not_proposed_as_bias(criteria: Criteria, text: str) -> None:
    assert "JR-03" not in _codes(criteria, text)


@pytest.mark.parametrize(
    "text", ["Mu$lims are all criminals.", "M u s l i m s are all criminals.", "мuslims are all criminals."]
)
def test_a_disguised_word_is_still_read(criteria: Criteria, text: str) -> None:
    assert "JR-03" in _codes(criteria, text)


def test_a_proposal_is_the_sentence_and_names_its_cues_only(criteria: Criteria) -> None:
    text = "Nice day. I drove home drunk again! Then pizza."
    (proposal,) = criteria.propose(RawText(text))
    assert text[proposal.start : proposal.end] == "I drove home drunk again!"
    assert proposal.cues == ("impaired_driving",)


def test_neighbouring_sentences_of_one_code_are_one_passage(criteria: Criteria) -> None:
    text = "I outran the cops on Elm. Cops chased me and I floored it. Lovely."
    (proposal,) = criteria.propose(RawText(text))
    assert text[proposal.start : proposal.end] == "I outran the cops on Elm. Cops chased me and I floored it."


def test_a_long_page_is_read_to_its_end(criteria: Criteria) -> None:
    text = "The garden is green. " * 2000 + "I drove home drunk again."
    (proposal,) = criteria.propose(RawText(text))
    assert text[proposal.start : proposal.end].startswith("I drove home")


@given(text=st.text(max_size=200))
def test_every_proposal_lies_in_the_text(criteria: Criteria, text: str) -> None:
    for proposal in criteria.propose(RawText(text)):
        assert 0 <= proposal.start < proposal.end <= len(text)


# ------------------------------------------------------------------------------------------ a policy owner's mistakes

GOOD = """title = "Test criteria"
[[criterion]]
code = "{code}"
title = "{title}"
clause = "VI.A.1"
nexus = "Because it matters."
adverse = {adverse}
hold = {hold}
statement = "{statement}"
[[criterion.cues]]
name = "{cue}"
pattern = '{pattern}'
"""


def _file(tmp_path: Path, **changes: str) -> Path:
    values = {
        "code": "JR-01",
        "title": "Violence",
        "adverse": "true",
        "hold": "false",
        "statement": "Made a threat.",
        "cue": "threat",
        "pattern": "\\bkill\\b",
    }
    path = tmp_path / "criteria.toml"
    path.write_text(GOOD.format(**{**values, **changes}), encoding="utf-8")
    return path


def test_a_department_can_write_its_own_criteria(tmp_path: Path) -> None:
    criteria = load_criteria(_file(tmp_path))
    assert {p.code for p in criteria.propose(RawText("I will kill it"))} == {"JR-01"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "Conduct that embarrasses the department"}, "embarrassment_only"),
        ({"statement": "Brought discredit upon the department."}, "embarrassment_only"),
        ({"title": "Conduct unbecoming"}, "embarrassment_only"),
        ({"title": "Harm to public perception"}, "embarrassment_only"),
        ({"code": "JR-99x"}, "criteria_invalid"),
        ({"code": "PA-2"}, "hold_invalid"),
        ({"hold": "true"}, "hold_invalid"),
        ({"code": "CH-1", "adverse": "false"}, "hold_invalid"),
        ({"code": "MH-1", "adverse": "false"}, "hold_invalid"),
        ({"pattern": "("}, "cue_invalid"),
        ({"pattern": "{no_such_macro} x"}, "cue_invalid"),
        ({"cue": "Not A Slug"}, "criteria_invalid"),
        ({"statement": ""}, "criteria_invalid"),
    ],
)
def test_a_mistake_in_the_criteria_is_refused(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    with pytest.raises(VettingError) as refusal:
        load_criteria(_file(tmp_path, **changes))
    assert refusal.value.code == code
    assert refusal.value.exit_code is ExitCode.BAD_INPUT


def test_a_code_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text + re.sub(r"^title.*\n", "", text, count=1), encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        load_criteria(path)
    assert refusal.value.code == "criterion_twice"
