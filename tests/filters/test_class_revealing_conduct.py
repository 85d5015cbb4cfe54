"""Conduct that is relevant and reveals a class: eight rules for it, and what is no misconduct at all.

Invented posts go through the criteria and the real gate. Who is quoted, who is a target and who speaks never shows.
"""

from dataclasses import replace

import pytest

from filters.analyzer import Analyzer
from filters.criteria import Criteria
from filters.gate import Gate, Withheld, WithheldReason
from tests.reviewed import reviewed_finding
from vetting.errors import VettingError
from vetting.evidence import Engagement, RawText
from vetting.release import SanitizedFinding

NAMES = ("Ada Invented",)
ADVERSE = "JR-"


@pytest.fixture(scope="module")
def gate(analyzer: Analyzer) -> Gate:
    return Gate(analyzer)


def _codes(criteria: Criteria, words: str) -> set[str]:
    return {proposal.code for proposal in criteria.propose(RawText(words))}


def _misconduct(criteria: Criteria, words: str) -> set[str]:
    return {code for code in _codes(criteria, words) if criteria.by_code[code].adverse}


def _told(gate: Gate, criteria: Criteria, code: str, words: str, *, quote: bool = True) -> SanitizedFinding:
    answer = gate.clear(reviewed_finding(criteria, code, words, quote=quote), NAMES, "FR-1")
    assert isinstance(answer, SanitizedFinding), answer
    return answer


def _quoted(gate: Gate, criteria: Criteria, code: str, words: str) -> str:
    quotation = _told(gate, criteria, code, words).quotation
    assert quotation is not None
    return quotation.words


# ---------------------------------------------------------------------------------------------------- the eight rules


def test_rule_1_the_speaker_s_class_goes_the_target_stays_a_category_others_are_masked(
    gate: Gate, criteria: Criteria
) -> None:
    words = "As a Muslim I told Siobhan that Haitians are all criminals."
    assert "JR-03" in _codes(criteria, words)
    seen = _quoted(gate, criteria, "JR-03", words)
    assert not [word for word in ("Muslim", "Haitian", "Siobhan") if word in seen]
    assert "protected group" in seen
    assert "criminals" in seen


def test_rule_2_a_statement_from_the_closed_vocabulary_stands_for_the_words(gate: Gate, criteria: Criteria) -> None:
    words = "Somebody should shoot all the Haitians."
    told = _told(gate, criteria, "JR-01", words, quote=False)
    assert told.quotation is None
    assert (told.statement, told.period, told.frequency, told.severity) == (
        criteria.by_code["JR-01"].statement,
        "1st quarter of 2023",
        "once",
        "3 of 4",
    )


def test_rule_3_words_are_shown_only_where_reviewers_found_the_wording_decisive(gate: Gate, criteria: Criteria) -> None:
    words = "I would never rent to Haitians."
    assert _told(gate, criteria, "JR-03", words, quote=False).quotation is None
    assert _quoted(gate, criteria, "JR-03", words) == "I would never rent to people of a protected group."


@pytest.mark.parametrize(
    "within",
    [
        "As a Sunni I say it: Shias are all liars.",
        "As a Baptist I say it: Catholics are all liars.",
        "As a Cuban I say it: Haitians are all liars.",
        "As a woman I say it: women are all liars.",
    ],
)
def test_rule_4_a_quarrel_within_a_group_reads_like_one_between_groups(
    gate: Gate, criteria: Criteria, within: str
) -> None:
    assert "JR-03" in _codes(criteria, within)
    across = _quoted(gate, criteria, "JR-03", "As a Mexican I say it: Muslims are all liars.")
    assert _quoted(gate, criteria, "JR-03", within) == across


@pytest.mark.parametrize("other", ["men", "women", "Muslims", "Christians", "white people", "Black people", "veterans"])
def test_rule_5_the_same_statement_about_any_class_gets_the_same_code_and_the_same_words(
    gate: Gate, criteria: Criteria, other: str
) -> None:
    sentence = "I would never hire {} because {} are all criminals."
    one = sentence.replace("{}", "Haitians")
    another = sentence.replace("{}", other)
    assert _codes(criteria, one) == _codes(criteria, another) == {"JR-03"}
    assert _told(gate, criteria, "JR-03", one) == _told(gate, criteria, "JR-03", another)


@pytest.mark.parametrize(
    "image", ["\U0001f4f7\U0001f1ed\U0001f1f9", "https://invented.example/tattoo.jpg", "\U0001f4f7"]
)
def test_rule_6_of_an_image_only_the_statement_crosses(gate: Gate, criteria: Criteria, image: str) -> None:
    answer = gate.clear(reviewed_finding(criteria, "JR-04", image), NAMES, "FR-1")
    assert isinstance(answer, Withheld)
    assert _told(gate, criteria, "JR-04", image, quote=False).statement == criteria.by_code["JR-04"].statement


@pytest.mark.parametrize(
    "words",
    [
        "I am a proud Muslim.",
        "I am a proud Christian.",
        "We are lesbians.",
        "My wife is Haitian.",
        "Black women of our town.",
        "I turned 62 today.",
        "Deaf and proud.",
    ],
)
def test_rule_7_what_is_only_about_a_class_is_proposed_as_nothing(criteria: Criteria, words: str) -> None:
    assert not _misconduct(criteria, words)


@pytest.mark.parametrize(
    "words",
    ["I served in Iraq and claim veterans' preference.", "Honorably discharged, so I get the preference points."],
)
def test_rule_8_veterans_preference_is_no_matter_of_a_report(gate: Gate, criteria: Criteria, words: str) -> None:
    assert not _misconduct(criteria, words)
    with pytest.raises(VettingError) as refusal:
        gate.clear(reviewed_finding(criteria, "PA-7", words), NAMES, "FR-1")
    assert refusal.value.code == "protected_activity"


# -------------------------------------------------------------------------------------------- what is no misconduct

NO_MISCONDUCT = {
    "reclaimed": (
        "Proud dyke and proud of it.",
        "Us faggots look out for each other.",
        "As a tranny myself I can say it: we are fabulous.",
        "I'm a dyke, deal with it.",
        "My fellow queers are all welcome here.",
    ),
    "counter-speech": (
        "No, Muslims are not terrorists.",
        "Not all immigrants are criminals.",
        "Nobody should be told that gay people don't belong here.",
        "Whoever says Jews are greedy liars is a bigot.",
        "I hate people who hate Muslims.",
        "Racists think Black people are lazy. They are wrong.",
        "Calling women weak is wrong.",
    ),
    "quoting to condemn": (
        'He said "women are all liars" and I walked out.',
        'My coach told us "Mexicans are all thieves" and I left the team.',
        'A customer shouted "go back to where you came from" at my aunt.',
        'The flyer read "Jews are vermin". I tore it down.',
        "She called my brother a dirty spic and I told her to leave.",
        'Someone spray painted "white power" on the school. Hateful.',
    ),
    "somebody else's threat": (
        'He yelled "I am going to kill you" and we called it in.',
        'Then she posted "somebody should shoot that referee" and got banned.',
    ),
    "satire": (
        "The Onion: Women are all criminals, says area man.",
        "My parody of my uncle: men are all useless.",
        "Yeah sure, immigrants are all criminals /s",
    ),
    "doctrine without animus": (
        "My church teaches that marriage is between a man and a woman.",
        "The Bible says that homosexuality is a sin.",
        "In my faith women are not ordained as priests.",
        "I believe gay marriage is against God's law.",
    ),
    "cannabis": (
        "I smoked weed with my brother last night.",
        "I grow two cannabis plants at home.",
        "Picked up some edibles at the dispensary.",
        "I bought weed from my dealer in 2019.",
    ),
    "medical use and recovery": (
        "I am on oxys after my surgery, doctor's orders.",
        "I smoke medical marijuana for my PTSD.",
        "I've been sober from heroin for two years.",
        "I took percocets the doctor prescribed.",
        "I am in rehab for fentanyl.",
    ),
    "lawful guns and sport": (
        "New rifle day! Range on Saturday.",
        "My concealed carry permit came in.",
        "Took my pistol to the range and shot a tight group.",
        "I hunt deer with my grandfather's shotgun.",
        "Boxing tonight, I punched him out in round three of the match.",
    ),
    "fiction": ("In my novel the detective says I will shoot you.", "In the game I stole a tank and outran the cops."),
    "whistle-blowing": (
        "I reported my supervisor to OSHA for unsafe trenches.",
        "I leaked the internal memo to the inspector general because they faked inspections.",
        "I copied the incident reports and gave them to the attorney general.",
    ),
    "wages": ("Our warehouse pays us less than the minimum wage, here are the pay stubs.",),
    "criticism": ("Qualified immunity has to go.", "The court got this wrong and the judge should resign."),
    "journalism": ("I went undercover at a klan meeting for my article.", "I wrote a book about the Proud Boys."),
    "private life": (
        "My girlfriend and I spent the weekend in bed.",
        "Breastfeeding in public is nobody's business.",
        "He posted my nudes without my consent, I am a survivor.",
    ),
    "nothing of relevance": ("Fuck this traffic.", "Six beers at the game, what a night.", "Broke again till payday."),
}
HELD = {
    "doctrine without animus": "PA-3",
    "whistle-blowing": "PA-4",
    "wages": "PA-1",
    "criticism": "PA-2",
}


@pytest.mark.parametrize(("what", "words"), [(what, words) for what, all_ in NO_MISCONDUCT.items() for words in all_])
def test_what_the_taxonomy_excludes_is_proposed_as_no_misconduct(criteria: Criteria, what: str, words: str) -> None:
    assert not _misconduct(criteria, words)
    if what in HELD:
        assert HELD[what] in _codes(criteria, words)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("The Bible is right, gay people are all vermin and should be shot.", "JR-03"),
        ("God willing, all Muslims get deported.", "JR-03"),
        ('My buddy said "immigrants are all criminals" and he is right.', "JR-03"),
        ('She wrote "women are all liars". Exactly.', "JR-03"),
        ('I said "I am going to break your legs" and he ran.', "JR-01"),
        ("As a Christian I hate Muslims.", "JR-03"),
        ("I'm no racist, but immigrants are all criminals.", "JR-03"),
        ("Muslims are not human.", "JR-03"),
        ("I did two lines of cocaine and smoked weed.", "JR-07"),
        ("My dealer had good molly.", "JR-07"),
        ("I shot my pistol into the air at midnight.", "JR-09"),
        ("I posted the client list on my page before I quit.", "JR-10"),
        ("I drove home drunk and got arrested.", "JR-08"),
        ("Don't tell anyone, but at the rally I told him I would break his jaw.", "JR-01"),
    ],
)
def test_an_exclusion_is_no_way_round_a_criterion(criteria: Criteria, words: str, code: str) -> None:
    assert code in _misconduct(criteria, words)


# --------------------------------------------------------------------------- leads, criminal history, medical matter


@pytest.mark.parametrize("engagement", [e for e in Engagement if e not in {Engagement.AUTHORED, Engagement.ENDORSED}])
def test_a_like_a_follow_or_a_tag_is_a_lead_and_never_a_finding(
    gate: Gate, criteria: Criteria, engagement: Engagement
) -> None:
    reviewed = reviewed_finding(criteria, "JR-03", "I would never rent to Haitians.", quote=False)
    liked = replace(reviewed, finding=replace(reviewed.finding, engagement=engagement))
    assert gate.clear(liked, NAMES, "FR-1") == Withheld(reason=WithheldReason.NOT_CONDUCT)


@pytest.mark.parametrize(
    "words",
    [
        "Local man arrested for drunk driving on Elm Street, police say.",
        "Mugshot of Ada Invented, booked on charges of assault.",
        "Ada Invented was charged with larceny, court records show.",
        "I was arrested for shoplifting when I was 17.",
        "He pleaded guilty to assault and was sentenced to two years of probation.",
        "My record was sealed and expunged.",
        "I spent a night in jail.",
        "Commonwealth v. Invented, first offense.",
        "Charges against Ada Invented were dismissed.",
        "I have a felony on my record.",
        "Police arrested Ada Invented on a warrant Tuesday.",
    ],
)
def test_criminal_history_is_routed_and_no_misconduct(criteria: Criteria, words: str) -> None:
    assert _codes(criteria, words) == {"CH-1"}


@pytest.mark.parametrize(
    "words",
    [
        "The phone needs to be charged with the new cable.",
        "I was charged with organizing the picnic.",
        "I booked a table for six.",
        "It is my conviction that dogs are better.",
        "Cardiac arrest training on Monday.",
        "My probation period at work ends in May.",
        "I work in the county jail as a corrections officer.",
    ],
)
def test_words_that_courts_use_too_are_no_criminal_history(criteria: Criteria, words: str) -> None:
    assert "CH-1" not in _codes(criteria, words)


@pytest.mark.parametrize(
    "words",
    [
        "I am going to kill myself.",
        "I cut myself again last night.",
        "I tried to end my life last year.",
        "I was diagnosed with bipolar disorder.",
        "My chemo starts Monday.",
        "I am in rehab and my psychiatrist is great.",
    ],
)
def test_medical_matter_and_self_harm_are_sealed_and_no_misconduct(criteria: Criteria, words: str) -> None:
    assert _codes(criteria, words) == {"MH-1"}


@pytest.mark.parametrize("code", ["CH-1", "MH-1"])
def test_the_gate_lets_nothing_of_criminal_history_or_health_pass_whatever_reviewers_say(
    gate: Gate, criteria: Criteria, code: str
) -> None:
    for quote in (True, False):
        with pytest.raises(VettingError) as refusal:
            gate.clear(reviewed_finding(criteria, code, "I was arrested.", quote=quote), NAMES, "FR-1")
        assert refusal.value.code == "content_kept_out"
