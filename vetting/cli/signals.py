"""The evidence collected for a finding, in words on the reviewer's screen and as codes for a program."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vetting.attribution import LINKS
from vetting.casework.collected import Evidence
from vetting.cli.printing import labelled, say
from vetting.signals import NAME, NameFrequency, Signal

WORDS: Mapping[Signal, str] = MappingProxyType(
    {
        Signal.DISCLOSED_ACCOUNT: "the candidate disclosed this account or site",
        Signal.RECIPROCAL_LINK: "this account and something the candidate disclosed name each other",
        Signal.SAME_EMAIL: "the account gives an e-mail address that the candidate disclosed",
        Signal.EMAIL_IN_TEXT: "a disclosed e-mail address stands in the words; anybody may have written it",
        Signal.LINKS_TO_DISCLOSED: "the account links to a site the candidate disclosed; anybody may do that",
        Signal.NAMED_BY_DISCLOSED: "a page the candidate disclosed names this account",
        Signal.SAME_HANDLE: "the account has the user name that the candidate uses on several sites",
        Signal.SAME_TOWN: "the candidate's town is stated",
        Signal.HANDLE_FROM_NAME: "the disclosed user name, but made of the name: a namesake may use it too",
        Signal.SAME_NAME: "a name of the candidate's is stated",
        Signal.DIFFERENT_TOWN: "another town is stated",
        Signal.DIFFERENT_PERSON_SHOWN: "the account shows another person's name",
    }
)
_FREQUENCY: Mapping[NameFrequency, str] = MappingProxyType(
    {
        NameFrequency.COMMON: "10 and more in 100,000 bear the name",
        NameFrequency.UNCOMMON: "1 to 10 in 100,000 bear the name",
        NameFrequency.RARE: "fewer than 1 in 100,000 bear the name",
        NameFrequency.UNKNOWN: "how many bear the name is not known, so it counts as common",
    }
)


def show(evidence: Evidence) -> None:
    """Each signal in a line of its own, what the name is worth, and the proposal, on the reviewer's terminal only."""
    if not evidence.signals:
        labelled("Evidence collected", "none for or against this being the candidate")
        return
    labelled("Evidence collected", f"carries {evidence.proposed.value} by rule; you decide")
    for signal in evidence.signals:
        side = "against" if signal.against else "for"
        weight = "strong" if signal.strong else "weak"
        worth = f" ({_FREQUENCY[evidence.frequency]})" if signal.topic == NAME else ""
        say(f"  {side}, {weight}: {WORDS[signal]}{worth}  --link {LINKS[signal].value}")


def record(evidence: Evidence) -> dict[str, object]:
    """Codes, and the level that they carry by rule."""
    return {
        "signals": [signal.value for signal in evidence.signals],
        "name": evidence.frequency.value,
        "carries": evidence.proposed.value,
    }
