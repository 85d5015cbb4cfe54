"""The closed list of protected classes and proxies (docs/requirements.md), each with a label people read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ProtectedClass(StrEnum):
    """What a decision maker may not learn: classes by statute, then the proxies that betray them."""

    RACE = "race"
    COLOR = "color"
    ETHNICITY = "ethnicity"
    NATIONAL_ORIGIN = "national_origin"
    ANCESTRY = "ancestry"
    CITIZENSHIP = "citizenship"
    LANGUAGE = "language"
    RELIGION = "religion"
    SEX = "sex"
    PREGNANCY = "pregnancy"
    GENDER_IDENTITY = "gender_identity"
    SEXUAL_ORIENTATION = "sexual_orientation"
    AGE = "age"
    DISABILITY = "disability"
    HEALTH = "health"
    GENETIC_INFORMATION = "genetic_information"
    MARITAL_STATUS = "marital_status"
    FAMILY_STATUS = "family_status"
    MILITARY = "military"
    HAIRSTYLE = "hairstyle"
    PHYSICAL_APPEARANCE = "physical_appearance"
    POLITICAL_OPINION = "political_opinion"
    UNION = "union"
    CRIMINAL_RECORD = "criminal_record"
    WORKERS_COMPENSATION = "workers_compensation"
    BANKRUPTCY = "bankruptcy"
    DOMESTIC_VIOLENCE = "domestic_violence"
    RETALIATION = "retaliation"

    NAME = "name"
    MEDIA = "media"
    EMOJI = "emoji"
    PRONOUN = "pronoun"
    HANDLE = "handle"
    PLACE = "place"
    SCHOOL = "school"
    AFFILIATION = "affiliation"
    HOLIDAY = "holiday"
    CUSTOM = "custom"
    DIALECT = "dialect"
    FOLLOWING = "following"
    LINK = "link"
    DATE = "date"

    ANY_GROUP = "any_group"
    """A slur or person phrase whose class the filter does not name: withheld all the same."""
    UNREADABLE = "unreadable"
    """Text the filter cannot vouch for: withheld whole."""

    @property
    def label(self) -> str:
        """The class in the words of the statutes, for policy owners and reviewers; never shown to a decision maker."""
        return _TITLES.get(self, self.value.replace("_", " ").capitalize())

    @property
    def proxy(self) -> bool:
        """Whether it betrays a class rather than being one."""
        return self in PROXIES


PROXIES = frozenset(
    {
        ProtectedClass.NAME,
        ProtectedClass.MEDIA,
        ProtectedClass.EMOJI,
        ProtectedClass.PRONOUN,
        ProtectedClass.HANDLE,
        ProtectedClass.PLACE,
        ProtectedClass.SCHOOL,
        ProtectedClass.AFFILIATION,
        ProtectedClass.HOLIDAY,
        ProtectedClass.CUSTOM,
        ProtectedClass.DIALECT,
        ProtectedClass.FOLLOWING,
        ProtectedClass.LINK,
        ProtectedClass.DATE,
    }
)

_TITLES: Mapping[ProtectedClass, str] = MappingProxyType(
    {
        ProtectedClass.ETHNICITY: "Ethnicity",
        ProtectedClass.CITIZENSHIP: "Citizenship, immigration status and work authorization",
        ProtectedClass.LANGUAGE: "First language and accent",
        ProtectedClass.RELIGION: "Religion or creed, including none",
        ProtectedClass.PREGNANCY: "Pregnancy, lactation and reproductive health",
        ProtectedClass.GENDER_IDENTITY: "Gender identity and expression",
        ProtectedClass.AGE: "Age, date of birth and graduation year",
        ProtectedClass.HEALTH: "Medical condition, mental health, treatment and recovery",
        ProtectedClass.GENETIC_INFORMATION: "Genetic information and family medical history",
        ProtectedClass.FAMILY_STATUS: "Family, parental and caregiver status",
        ProtectedClass.MILITARY: "Veteran, military and National Guard status",
        ProtectedClass.HAIRSTYLE: "Hair texture and protective hairstyles",
        ProtectedClass.PHYSICAL_APPEARANCE: "Height, weight and physical appearance",
        ProtectedClass.UNION: "Union membership",
        ProtectedClass.CRIMINAL_RECORD: "Arrests and criminal record",
        ProtectedClass.WORKERS_COMPENSATION: "Workers' compensation claims",
        ProtectedClass.DOMESTIC_VIOLENCE: "Status as a victim of domestic violence or crime",
        ProtectedClass.RETALIATION: "Complaints of discrimination and other protected complaints",
        ProtectedClass.NAME: "Names of persons",
        ProtectedClass.MEDIA: "Photographs, video, voice and their descriptions",
        ProtectedClass.EMOJI: "Emoji, skin tones and flags",
        ProtectedClass.PRONOUN: "Pronouns, honorifics and gendered words",
        ProtectedClass.HANDLE: "Account handles",
        ProtectedClass.PLACE: "Places, neighborhoods and ZIP codes",
        ProtectedClass.SCHOOL: "Schools and colleges",
        ProtectedClass.AFFILIATION: "Clubs, parades, places of worship and other affiliations",
        ProtectedClass.HOLIDAY: "Holidays and observances",
        ProtectedClass.CUSTOM: "Food, dress and music",
        ProtectedClass.DIALECT: "Dialect",
        ProtectedClass.FOLLOWING: "Accounts followed, likes and groups",
        ProtectedClass.LINK: "Links, addresses and numbers that identify",
        ProtectedClass.DATE: "Dates and years",
        ProtectedClass.ANY_GROUP: "A person or group, class not named",
        ProtectedClass.UNREADABLE: "Text that could not be read with certainty",
    }
)
