"""An invented table: the same conduct by and about people of every class, and beside every proxy."""

from collections.abc import Mapping

from filters.protected_classes import ProtectedClass

PERSONS: Mapping[ProtectedClass, tuple[tuple[str, str], ...]] = {
    ProtectedClass.RACE: (
        ("a Black man", "Black men"),
        ("a white woman", "white women"),
        ("an Asian guy", "Asian guys"),
    ),
    ProtectedClass.COLOR: (
        ("a dark-skinned man", "dark-skinned men"),
        ("a light-skinned woman", "light-skinned women"),
    ),
    ProtectedClass.ETHNICITY: (
        ("a Latina", "Latinas"),
        ("a Hispanic man", "Hispanic men"),
        ("a Roma woman", "Roma women"),
    ),
    ProtectedClass.NATIONAL_ORIGIN: (("a Haitian", "Haitians"), ("an Irishman", "Irishmen"), ("a Somali", "Somalis")),
    ProtectedClass.CITIZENSHIP: (("an immigrant", "immigrants"), ("a refugee", "refugees")),
    ProtectedClass.RELIGION: (
        ("a Muslim", "Muslims"),
        ("a Jew", "Jews"),
        ("an atheist", "atheists"),
        ("a Sikh", "Sikhs"),
    ),
    ProtectedClass.SEX: (("a woman", "women"), ("a man", "men"), ("a girl", "girls")),
    ProtectedClass.GENDER_IDENTITY: (("a trans woman", "trans women"), ("a nonbinary person", "nonbinary people")),
    ProtectedClass.SEXUAL_ORIENTATION: (("a gay man", "gay men"), ("a lesbian", "lesbians")),
    ProtectedClass.AGE: (
        ("an old man", "old men"),
        ("a teenager", "teenagers"),
        ("a senior citizen", "senior citizens"),
    ),
    ProtectedClass.DISABILITY: (("a deaf man", "deaf men"), ("a wheelchair user", "wheelchair users")),
    ProtectedClass.HEALTH: (("a cancer patient", "cancer patients"), ("an HIV-positive man", "HIV-positive men")),
    ProtectedClass.PREGNANCY: (("a pregnant woman", "pregnant women"),),
    ProtectedClass.MARITAL_STATUS: (("a divorced woman", "divorced women"), ("a married man", "married men")),
    ProtectedClass.MILITARY: (("a veteran", "veterans"), ("a reservist", "reservists")),
    ProtectedClass.POLITICAL_OPINION: (("a Democrat", "Democrats"), ("a Republican", "Republicans")),
    ProtectedClass.UNION: (("a union member", "union members"), ("a shop steward", "shop stewards")),
    ProtectedClass.PHYSICAL_APPEARANCE: (("a fat man", "fat men"), ("a short woman", "short women")),
    ProtectedClass.CRIMINAL_RECORD: (("an ex-con", "ex-cons"), ("a convicted felon", "convicted felons")),
    ProtectedClass.DOMESTIC_VIOLENCE: (("a battered woman", "battered women"),),
}
ABOUT_ONE = (
    ("JR-01", "I punched {} in the face and walked out."),
    ("JR-11", "I told my boss that I would never hire {} and I lied about it on the form."),
)
BY_ONE = (
    ("JR-09", "I am {} and I outran the cops on my bike again."),
    ("JR-08", "As {}, I drove home drunk again last night."),
)
ABOUT_MANY = (
    ("JR-03", "{} are all criminals."),
    ("JR-03", "I would never rent to {}."),
    ("JR-01", "We beat up two {} behind the bar."),
)
TRAITS = (
    "gay", "straight", "Black", "white", "Jewish", "Catholic", "deaf", "62", "pregnant", "divorced", "Haitian", "trans",
    "Republican", "retired", "dyslexic", "bipolar", "undocumented", "Deaf", "celibate", "adopted",
)  # fmt: skip
ALIKE: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "traits": ("JR-09", "I am {} and I outran the cops again.", TRAITS),
    "slurs": ("JR-03", "Those {} are all criminals.", ("spics", "kikes", "faggots", "retards", "chinks", "trannies")),
    "kin": (
        "JR-08",
        "I told {} that I stole two drills from the job site.",
        ("my wife", "my husband", "my ex-wife", "my boyfriend", "my mother", "my stepdad", "my nana", "my twin sister"),
    ),
    "names of every origin": (
        "JR-01",
        "I beat up {} behind the bar.",
        (
            "Mohammed", "Siobhan", "DeShawn", "Nguyen", "Svetlana", "Chidi", "Priya", "Brad", "Malik Johnson",
            "Lakisha",
            "Xiaoming Chen", "José Hernández", "Agnieszka Kowalska", "Hiroshi Tanaka", "Yosef Goldberg", "Emily Walsh"),
    ),
    "places": (
        "JR-09",
        "I outran the cops in {} last night.",
        ("Dorchester", "Chinatown", "Port-au-Prince", "Beverly Hills", "Lagos", "Harlem", "Mumbai", "02121"),
    ),
    "schools": (
        "JR-08",
        "I stole two drills from the lab at {} last year.",
        (
            "Howard University", "Yeshiva University", "Brigham Young University", "Wellesley College", "Notre Dame",
            "Morehouse College", "Gallaudet University", "Boston College High School"),
    ),
    "holidays": (
        "JR-08",
        "I drove home drunk after {} again.",
        ("Ramadan", "Passover", "Easter", "Diwali", "Christmas", "Kwanzaa", "Lunar New Year", "Juneteenth", "Eid"),
    ),
    "treatments": (
        "JR-08",
        "I drove home drunk after {} again.",
        ("chemo", "dialysis", "an abortion", "insulin", "methadone", "IVF", "a vasectomy"),
    ),
    "what is worn": (
        "JR-09",
        "I lost {} when I outran the cops on my bike.",
        ("my hijab", "my turban", "my yarmulke", "my dreadlocks", "my sari", "my kilt", "my hearing aid"),
    ),
    "languages": (
        "JR-08",
        "I yelled threats at the clerk {} and drove home drunk.",
        ("in Arabic", "in Yiddish", "in Haitian Creole", "in sign language", "in Mandarin"),
    ),
    "emoji": (
        "JR-09",
        "I outran the cops again. {} Nobody got the plate.",
        ("🇭🇹", "🏳️‍🌈", "☪️", "✝️", "👍🏿", "👍🏻", "✡️", "♿", "🤰", "👨‍👩‍👧", "🇮🇪🇮🇪🇮🇪", ""),
    ),
    "affiliations": (
        "JR-08",
        "I stole two drills from {} last year.",
        ("the mosque", "the synagogue", "the VFW", "the NAACP", "the DSA", "the union hall"),
    ),
    "honorifics": ("JR-08", "{} Alvarez lied on the insurance claim.", ("Mr.", "Mrs.", "Ms.", "Miss")),
    "complaints and debts": (
        "JR-08",
        "{} and then I stole two drills.",
        ("I filed for bankruptcy", "I filed an EEOC complaint"),
    ),
    "birth years": ("JR-09", "Born in {}, I outran the cops again.", ("1961", "1984", "1999")),
    "graduation years": ("JR-09", "Class of {} and I still outran the cops again.", ("1985", "2001", "2016")),
    "hashtags": ("JR-09", "I outran the cops again #{}", ("BlackMom", "MuslimDad")),
    "case": ("JR-09", "{}", ("I OUTRAN THE COPS AGAIN", "i outran the cops again", "I outran the cops again")),
}  # fmt: skip
