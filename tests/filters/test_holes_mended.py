"""Sentences whose class once showed, and ordinary sentences with the same words that must come back whole.

What tells a class stands in braces; none of it may be readable afterwards. All sentences and people are invented.
"""

from __future__ import annotations

import re

import pytest

from filters.analyzer import Analyzer
from filters.protected_classes import ProtectedClass
from filters.sanitize import sanitize
from filters.withholding import Withheld
from tests.filters.holes import TELLING

ALSO_TELLING = (
    "I spent three years {on T} and I still drive the plow.",
    "She {transitioned} before she joined the night crew.",
    "{35M} here, ask me about the garage.",
    "I got {clean for} five years and kept the job at the garage.",
    "I cannot work on {shabbos} but I take the Sunday shift.",
    "My {two dads} taught me how to drive the truck.",
    "I am {on the spectrum} and I like long drives.",
    "My uncle has {huntingtons} so I drive him on weekends.",
    "The {VA appointment} got moved so I missed the game.",
    "We wore the patch of the {10th mountain division} on our jackets.",
    "{Seniors} get no help from me at the gate.",
    "I met my best friends in {my 30s} at the garage.",
    "I am {in my 40s} and still run to work.",
    "My dad {was deported} in spring and the truck is mine now.",
    "I {was arrested} in college and lost the job at the garage.",
    "My {yiayia} called the cops on us for the noise.",
    "My {dadi} rode in the front seat of the truck.",
    "My {bubbe} would never let me drive at night.",
    "My {ammi} and {abbu} came along to the range.",
    "My {appa} fixed the brakes on that old car.",
    "My {wela} slept through the alarm.",
    "My {tata} kept the keys in his boot.",
    "My {kuya} borrowed the car and dented it.",
    "My {ate} works the same desk as I do.",
    "My {mamá} waited in the car for three hours.",
    "My {papi} never paid a parking ticket.",
    "My {hermano} got a ticket on the same road.",
    "My {prima} runs the front desk at the garage.",
    "My {compadre} towed it for free.",
    "I have {lupus} and still run every morning.",
    "My {knee replacement} is in the fall so no running.",
    "I had a {hysterectomy} and could not lift for weeks.",
    "I wear {hearing aids} but the radio is loud enough.",
    "I have a {prosthetic leg} and I climb ladders fine.",
    "I use a {cane} on bad days and drive on good ones.",
    "My {ADHD} makes paperwork slow for me.",
    "I am {colorblind} and failed the first screening.",
    "I am on {Lexapro} and I sleep fine now.",
    "My {vasectomy} is on Friday so I swapped the shift.",
    "I am {celibate} and I like long rides.",
    "My {polycule} came to the game with me.",
    "My {wife} and I argued about the car.",
    "My {ex-wife} took the truck and the dog.",
    "My {boyfriend} drives the night bus.",
    "We are {engaged} and saving for a truck.",
    "I am a {widower} and I work nights.",
    "I am {divorced} and I live over the garage.",
    "I am {single} and I like the night shift.",
    "My {wedding} is in June so I need the week off.",
    "{Assalamu alaikum}, see you at the range on Monday.",
    "{Inshallah} I will pass the driving test this time.",
    "{Praise the Lord}, the engine started.",
    "I got my {ashes} before the shift on {Ash Wednesday}.",
    "I am a {deacon} and a mechanic.",
    "I teach {Sunday school} and drive a snow plow.",
    "I went to {Catholic school} and hated every minute.",
    "I am {vegan} for religious reasons and eat at the depot.",
    "I voted {Libertarian} and I still pay my taxes.",
    "I marched with {BLM} after the game.",
    "I wore my {MAGA} hat to the garage.",
    "I have a {Bernie} sticker on my truck.",
    "I did {nine months} in {county} for that mess.",
    "I got my record {expunged} and then got my license.",
    "I was {arrested} at that rally and released.",
    "I filed {Chapter 7} and kept the truck.",
    "I got a {restraining order} against my {ex}.",
    "I was a {foster kid} and moved a lot.",
    "I grew up in a {trailer park} and learned to fix engines.",
    "I was born in {Guatemala} and drive a tow truck.",
    "My {parents} came here from {Poland} with two bags.",
    "I am {Dominican} and loud at ball games.",
    "As a {redhead} I burn on the beach patrol.",
    "I braid my {cornrows} before every race.",
    "I keep my {locs} under the helmet.",
    "I have {vitiligo} and people stare at the desk.",
    "I am {bald} and I like hats.",
    "I am {left-handed} so the holster is wrong.",
    "I am {5 ft 11} and 190 {lbs} of muscle.",
    "I was {6'2} at graduation and kept growing.",
    "My {grandkids} love the siren.",
    "I am a {grandpa} of four and still on patrol.",
    "I have worked here for {thirty-five years} and I am tired.",
    "I was in the {Class of '88} and drove a van.",
    "My {pronouns} are {they/them} and I drive a truck.",
    "I {came out} at work and nobody cared.",
    "My {transition} went fine and I passed the run.",
    "I go by {Ms.} at the front desk.",
    "I was a {Girl Scout} and I sell cookies at the depot.",
    "I was an {Eagle Scout} and I still tie knots.",
    "My {quinceañera} court was late for the limo.",
    "I was {medically discharged} and drove a cab.",
    "I was an {Army brat} and moved every year.",
    "I got a {Purple Heart} and a bad knee.",
    "I got tested for {chlamydia} after that trip.",
    "{Xers} like me fix things ourselves.",
    "I grow a {beard} every hockey season.",
    "I have driven for {thirty-one years} without a dent.",
)
"""Further sentences, each of some class. Most passed when first tried; some led to a further rule."""

INNOCENT = (
    "I arrested two people for theft on my first night.",
    "Training day with felony stops, building clears and reloads.",
    "Two tours of the museum left before noon.",
    "We transitioned to a new radio system last month.",
    "Meet me at 5am by the gate, the 10th car is ours.",
    "The film is 35mm and the tripod weighs 10kg.",
    "The cloth was clean for once.",
    "The AAA truck came in an hour.",
    "I take pride in my work and I keep the car clean.",
    "The manual told me to be patient with customers at the desk.",
    "We built a native app for the garage.",
    "It is a minor bug in the report and I will fix it tomorrow.",
    "The engineer signed off on the bridge.",
    "Mass transit was down so I walked to the station.",
    "I lent my car and it came back with a dent.",
    "The whole project was a parade of errors.",
    "The cleaning crew lost a chip from the board.",
    "Peel the orange and slice it thin.",
    "Write the numbers on the white board before the briefing.",
    "I drink black coffee on the night shift.",
    "The old truck needs a new clutch.",
    "The suspect vehicle ran a red light and hit a pole.",
    "Dispatch sent two units to the warehouse fire.",
    "The radio died in the middle of the pursuit.",
    "I wrote the report twice because the system crashed.",
    "The body camera was off during the stop.",
    "The officer used force that was not needed.",
    "I threatened to burn the house down and I meant it.",
    "We beat the suspect and lied about it in the report.",
    "I drove home drunk again and nobody stopped me.",
    "Somebody stole cash from the evidence locker.",
    "The sergeant ordered us to delete the video.",
    "The patch fixes a race condition in the job queue.",
    "Restart the server and check the log for errors.",
    "The parser returns a list of tokens for each line.",
    "Set the flag to false and run the build again.",
    "The master branch is protected and needs a review.",
    "Use a hash map with a default value.",
    "The child process exits too early.",
    "The orphan record breaks the import script.",
    "Kill the process and free the memory.",
    "The union of the two sets has nine elements.",
    "The query returns every column in the table.",
    "The quarterback threw a bad pass in the last minute.",
    "Our team lost the final by two points.",
    "The coach benched the starter after the third foul.",
    "The pitcher walked four batters in a row.",
    "The rookie ran the mile in under six minutes.",
    "The rookie scored twice in the second half.",
    "Chop the onions and fry them in butter.",
    "Bake the bread until the crust is brown.",
    "Add salt and let the soup boil for an hour.",
    "The sauce needs more garlic and a little sugar.",
    "Traffic was backed up past the toll booth.",
    "The bus was late and the driver was rude.",
    "A truck blocked both lanes for an hour.",
    "The light at the corner has been broken all week.",
    "It rained all weekend and the basement flooded.",
    "The wind knocked a tree onto the garage.",
    "Snow is coming so salt the steps tonight.",
    "It was hot and the air conditioner quit.",
    "The engine block weighs 400 pounds without the heads.",
    "The fence is six feet tall and needs paint.",
    "The bridge was closed at 19 minutes past noon.",
    "The speed limit drops at 45 near the bend.",
    "We stopped at 30 boxes because the van was full.",
    "The deadline moved so the due date of the invoice is wrong.",
    "We carry the load to local stores in the morning.",
    "The local hardware store was out of nails.",
    "The period at the end of the sentence is missing.",
    "The heels of the loaf went to the birds.",
    "The sponsor of the race paid for the shirts.",
    "The company sponsor signed the contract with the team.",
    "Turn left at the second stop sign.",
    "The accent color of the page is too bright.",
    "The rating of the film was bad but I liked it.",
    "The drill bit broke in the middle of the job.",
    "The concert tour was cancelled because of the strike.",
    "The printer is out of toner again.",
    "My boss yelled at the whole team over a typo.",
    "I punched a hole in the wall because I was angry.",
    "The meeting ran long and nobody took notes.",
    "I was late because the train broke down.",
    "The bank raised the rent and fixed nothing.",
    "I returned the boots because they leak.",
    "I will never apologize for what I posted.",
    "The chief lied to the council about the budget.",
    "The road has been closed for nine years.",
    "The pump is set at 60 and the valve is open.",
    "I drove at 90 and I would do it again.",
    "The patrol set a trap for the stolen car.",
    "The lab tested the paint for lead.",
    "The ashes in the grill are still hot.",
    "The store put fresh bread on the shelf.",
    "I reported the broken light to the city.",
    "The visa card reader at the pump is broken.",
    "My car needs a heart of steel to start in winter.",
)

_BRACED = re.compile(r"\{([^{}]+)\}")
_UNTOLD = frozenset(
    {"my", "at", "in", "a", "an", "the", "when", "i", "was", "am", "to", "of", "on", "her", "too", "job"}
)
_HUMP = re.compile(r"([a-z])([A-Z])")
_WORD = re.compile(r"[^\W_]+")


def readable(text: str, seen: str | Withheld) -> set[str]:
    """The telling words of a sentence that can still be read."""
    told = {
        word for part in _BRACED.findall(text) for word in _WORD.findall(_HUMP.sub(r"\1 \2", part).lower())
    } - _UNTOLD
    return set() if isinstance(seen, Withheld) else told & set(_WORD.findall(seen.lower()))


@pytest.mark.parametrize(("protected_class", "text"), [(c, text) for c, texts in TELLING.items() for text in texts])
def test_no_telling_word_can_be_read(analyzer: Analyzer, protected_class: ProtectedClass, text: str) -> None:
    seen = sanitize(analyzer, text.replace("{", "").replace("}", ""), swaps=False)
    assert not isinstance(seen, Withheld), (protected_class, seen)
    assert readable(text, seen) == set(), seen


@pytest.mark.parametrize("text", ALSO_TELLING)
def test_no_telling_word_of_a_further_sentence_can_be_read(analyzer: Analyzer, text: str) -> None:
    seen = sanitize(analyzer, text.replace("{", "").replace("}", ""), swaps=False)
    assert not isinstance(seen, Withheld), seen
    assert readable(text, seen) == set(), seen


@pytest.mark.parametrize("text", INNOCENT)
def test_an_ordinary_sentence_comes_back_whole(analyzer: Analyzer, text: str) -> None:
    assert sanitize(analyzer, text, swaps=False) == text
