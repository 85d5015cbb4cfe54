"""Protected words in disguise, and texts that nobody can vouch for: both made here, none from a data set."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from filters.language import LONGEST
from filters.lexicon import FOLDER, PERSONAL, Kind, is_common, read
from filters.measuring.counting import Share, Tally, Visible, own_words

WORDS = 60
_CARRIERS = (
    "I saw {} written on the wall behind the garage.",
    "He kept shouting {} at the officers all night.",
    "The {} driver next door fixed my truck.",
)
_LEET = str.maketrans("aeiost", "431057")
_LOOK_ALIKE = str.maketrans("aceiopsxy", "асеіорѕху")  # Cyrillic
_GREEK = str.maketrans("aeiou", "αειου")
_TURNED = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz")
_SMALL_CAPITALS = str.maketrans("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")


def _letters(first: int) -> Callable[[str], str]:
    """Each letter by the one at the same place of another alphabet of Unicode, which starts at `first`."""
    return lambda word: "".join(chr(first + ord(c) - ord("a")) for c in word)


DISGUISES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "none": lambda w: w,
        "capitals": str.upper,
        "zero-width space": "\u200b".join,
        "zero-width joiner": "\u200d".join,
        "soft hyphen": "\u00ad".join,
        "word joiner": "\u2060".join,
        "Cyrillic look-alikes": lambda w: w.translate(_LOOK_ALIKE),
        "Greek look-alikes": lambda w: w.translate(_GREEK),
        "fullwidth": lambda w: "".join(chr(ord(c) + 0xFEE0) for c in w),
        "mathematical bold": _letters(0x1D41A),
        "mathematical script": _letters(0x1D4EA),
        "mathematical fraktur": _letters(0x1D586),
        "mathematical monospace": _letters(0x1D68A),
        "circled letters": _letters(0x24D0),
        "parenthesized letters": _letters(0x249C),
        "squared letters": _letters(0x1F130),
        "regional indicators": _letters(0x1F1E6),
        "small capitals": lambda w: w.translate(_SMALL_CAPITALS),
        "upside down": lambda w: w.translate(_TURNED)[::-1],
        "leet": lambda w: w.translate(_LEET),
        "spaced": " ".join,
        "dotted": ".".join,
        "hyphens": "-".join,
        "underscores": "_".join,
        "asterisks": "*".join,
        "last letter elongated": lambda w: w + w[-1] * 4,
        "every letter doubled": lambda w: "".join(c * 3 for c in w),
        "HTML entities": lambda w: "".join(f"&#{ord(c)};" for c in w),
        "HTML hexadecimal entities": lambda w: "".join(f"&#x{ord(c):x};" for c in w),
        "percent encoding": lambda w: "".join(f"%{ord(c):02X}" for c in w),
        "percent encoding of one letter": lambda w: w[:1] + f"%{ord(w[1]):02X}" + quote(w[2:]),
        "right-to-left override": lambda w: f"\u202e{w[::-1]}\u202c",
        "left-to-right isolate": lambda w: f"\u2066{w}\u2069",
        "combining marks": lambda w: "".join(c + "\u0336" for c in w),
        "accents": lambda w: "".join(c + "\u0301" for c in w),
        "hashtag": lambda w: f"#{w}",
        "hashtag in camel case": lambda w: f"#Proud{w.capitalize()}Life",
        "handle": lambda w: f"@the_{w}_one",
        "camel case": lambda w: f"super{w.capitalize()}Power",
        "mixed case": lambda w: "".join(c.upper() if n % 2 else c for n, c in enumerate(w)),
        "emoji between": "\U0001f44f".join,
        "variation selectors": "\ufe0f".join,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One disguised word in its sentence."""

    disguise: str
    word: str
    written: str
    text: str


def protected_words() -> tuple[str, ...]:
    """Words of the lexicons that stand for persons and are no everyday words: picked by digest, over all classes."""
    kinds = PERSONAL | {Kind.MODIFIER}
    by_class: dict[str, list[str]] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        found = {
            phrase
            for phrase, term in read(path)
            if term.kind in kinds and not term.ambiguous and re.fullmatch(r"[a-z]{5,14}", phrase)
        }
        by_class[path.stem] = sorted((w for w in found if not is_common(w)), key=_digest)
    rounds = [word for turn in zip(*(_padded(words) for words in by_class.values()), strict=True) for word in turn]
    return tuple(dict.fromkeys(word for word in rounds if word))[:WORDS]


def spellings() -> Iterator[Spelling]:
    """Words by disguises: about half of the products, so that each word has many and each disguise thirty or so."""
    for n, word in enumerate(protected_words()):
        for m, (name, disguise) in enumerate(DISGUISES.items()):
            if (n + m) % 2 == 0 or name == "none":
                written = disguise(word)
                text = _CARRIERS[(n + m // 2) % len(_CARRIERS)].format(written)
                yield Spelling(disguise=name, word=word, written=written, text=text)


def reached(spelling: Spelling, seen: str | None) -> bool:
    """Whether the word can be read in the visible text neither plainly nor in its disguise."""
    left = own_words(seen)
    forms = {spelling.word, _squeezed(spelling.written)} - {""}
    return spelling.written not in left and not any(form in _squeezed(left) for form in forms)


def measure_spellings(visible: Visible) -> tuple[Share, ...]:
    """The reach: disguised words withheld, in all and by disguise."""
    tally = Tally()
    for spelling in spellings():
        seen = visible(spelling.text)
        hit = reached(spelling, seen)
        if spelling.disguise != "none":
            tally.add("withheld", hit)
            tally.add("texts withheld whole", seen is None)
        tally.add(spelling.disguise, hit)
    return tally.shares("disguised words: ")


UNVOUCHED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "another language": (
            "Ayer fui al mercado con mi hermana y después comimos en la plaza con los vecinos.",
            "Hier soir nous avons mangé chez ma tante et puis je suis rentré très tard à la maison.",
            "Gestern war ich mit meiner Schwester auf dem Markt und danach haben wir noch lange geredet.",
            "Ontem fui à feira com a minha irmã e depois almoçamos na praça com os vizinhos.",
            "Ieri sono andato al mercato con mia sorella e poi abbiamo mangiato in piazza con i vicini.",
            "Gisteren ben ik met mijn zus naar de markt gegaan en daarna hebben we nog lang gepraat.",
            "Wczoraj byłem z siostrą na targu, a potem długo rozmawialiśmy z sąsiadami na placu.",
            "Dün kız kardeşimle pazara gittim, sonra komşularla meydanda yemek yedik.",
            "Вчера мы с сестрой ходили на рынок, а потом долго говорили с соседями.",
            "Χθες πήγα στην αγορά με την αδελφή μου και μετά φάγαμε στην πλατεία.",
            "ذهبت أمس إلى السوق مع أختي ثم أكلنا في الساحة مع الجيران.",
            "אתמול הלכתי לשוק עם אחותי ואחר כך אכלנו בכיכר עם השכנים.",
            "कल मैं अपनी बहन के साथ बाज़ार गया और फिर हमने पड़ोसियों के साथ खाना खाया।",
            "昨天我和妹妹去了市场,然后和邻居们一起在广场吃饭。",
            "昨日は妹と市場に行って、それから近所の人たちと広場でご飯を食べました。",
            "어제 여동생과 시장에 갔다가 이웃들과 광장에서 밥을 먹었어요.",
            "Hôm qua tôi đi chợ với em gái và sau đó chúng tôi ăn cơm với hàng xóm ở quảng trường.",
            "Yè mwen te ale nan mache a ak sè mwen, apre sa nou te manje ak vwazen yo sou plas la.",
            "Kahapon pumunta ako sa palengke kasama ang aking kapatid at kumain kami sa plasa.",
            "Jana nilienda sokoni na dada yangu kisha tukala na majirani uwanjani.",
        ),
        "undecodable": (
            "I drove \ud83d home \udc00 late and the cops stopped me.",
            "I drove\x00home\x00late\x00and\x00the\x00cops\x00stopped me.",
            "I dr\ufffdve h\ufffdme l\ufffdte \ufffdnd th\ufffd cops",
            "\x01\x02\x03\x04\x05 stopped by the cops \x06\x07\x08",
        ),
        "over-long": ("I drove home late. " * (LONGEST // 19 + 1), "a" * (LONGEST + 1), "\u0301" * 100_000),
        "image, video or nothing to read": (
            *("", " \n\t ", "\U0001f44d\U0001f3fd\U0001f525", "https://photos.example/IMG_2034.jpg", "!!! ... ???"),
            *(
                "\U0001f1ee\U0001f1ea\U0001f1ee\U0001f1ea",
                "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA",
                "2034 17 5",
            ),
        ),
    }
)
"""Sentences of ours that tell no class in the languages they are in: the point is that nobody can vouch for them."""


def measure_unvouched(visible: Visible) -> tuple[Share, ...]:
    """Texts withheld whole of those that nobody can vouch for."""
    tally = Tally()
    for kind, texts in UNVOUCHED.items():
        for text in texts:
            withheld = visible(text) is None
            tally.add("withheld whole", withheld)
            tally.add(kind, withheld)
    return tally.shares("fail closed: ")


def texts() -> Iterator[str]:
    """Every text that these measurements need."""
    yield from (spelling.text for spelling in spellings())
    for unvouched in UNVOUCHED.values():
        yield from unvouched


def _squeezed(text: str) -> str:
    """Letters and digits only, compatible characters alike, without case and marks."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def _padded(words: list[str]) -> list[str]:
    return (words + [""] * WORDS)[:WORDS]


def _digest(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()
