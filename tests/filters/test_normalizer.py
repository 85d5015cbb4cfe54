"""Every disguise comes out in one plain spelling, and each character still knows where it came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.analyzer import known_word
from filters.language import LONGEST
from filters.lexicon import class_words
from filters.normalize import Normalized, normalize, plain_text

PLAIN = (
    "We talked about the plan, and it's good.",
    "100% sure & done by 5pm",
    "A well-known so-called fix in version 2.0",
    'He said: "go" (twice).',
)

DISGUISED = (
    ("mu$lim", "muslim"),
    ("bl4ck folks", "black folks"),
    ("g@y", "gay"),
    ("chr1st1an", "christian"),
    ("m u s l i m", "muslim"),
    ("m.u.s.l.i.m", "muslim"),
    ("m*u*s*l*i*m", "muslim"),
    ("muuuuslim", "muslim"),
    ("gaaaaay", "gay"),
    ("ｍｕｓｌｉｍ", "muslim"),
    ("𝓂𝓊𝓈𝓁𝒾𝓂", "muslim"),
    ("мuѕlіm", "muslim"),  # Cyrillic
    ("mυslιm", "muslim"),  # Greek
    ("m\u200bus\u200dlim", "muslim"),
    ("mus\u00adlim", "muslim"),
    ("m\u0336u\u0336s\u0336l\u0336i\u0336m\u0336", "muslim"),
    ("mu\u0308sl\u00edm", "muslim"),
    ("&#109;uslim", "muslim"),
    ("&#x6d;uslim", "muslim"),
    ("%6Duslim", "muslim"),
    ("%256Duslim", "muslim"),
    ("\u202emilsum\u202c", "muslim"),
    ("ᴍᴜsʟɪᴍ", "muslim"),
    ("🅼🆄🆂🅻🅸🅼", "muslim"),
    ("ⓜⓤⓢⓛⓘⓜ", "muslim"),
    ("#ProudMuslim", "proud muslim"),
    ("#proudmuslim", "proud muslim"),
    ("#BlackMom", "black mom"),
    ("#blackmom", "black mom"),
    ("proudmuslim", "proud muslim"),
    ("José", "jose"),
    ("Don’t", "don't"),
    ("“quoted”", '"quoted"'),
)


def _normal(words: str) -> Normalized:
    return normalize(words, known_word, lambda word: word in class_words().words)


@pytest.mark.parametrize("words", PLAIN)
def test_plain_text_stays_as_it_is(words: str) -> None:
    assert _normal(words).text == words


@pytest.mark.parametrize(("words", "plain"), DISGUISED)
def test_a_disguise_comes_off(words: str, plain: str) -> None:
    assert _normal(words).text.lower().strip() == plain


@pytest.mark.parametrize(("words", "plain"), DISGUISED)
def test_the_map_leads_back_to_the_whole_disguise(words: str, plain: str) -> None:
    text = f"I saw {words} there"
    normal = _normal(text)
    at = normal.text.lower().index(plain)
    start, end = normal.original(at, at + len(plain))
    first, last = 6, 6 + len(words)
    assert first <= start <= first + 2  # a `#` or a reversing mark may stay outside
    assert last - 2 <= end <= last


@pytest.mark.parametrize(
    "emoji",
    [
        "🇲🇽",
        "👩🏾‍🍳",
        "🏳️‍🌈",
        "🤰",
        "✝️",
        "🕎",
        "👨‍👩‍👧‍👦",
        "❤️",
        "1️⃣",
        "☪",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "👍🏿",
    ],
)
def test_an_emoji_leaves_nothing_behind(emoji: str) -> None:
    text = f"Good {emoji} day"
    normal = _normal(text)
    assert normal.text == "Good day"
    assert normal.emoji
    assert "".join(text[start:end] for start, end in normal.emoji).replace("\ufe0f", "") == emoji.replace("\ufe0f", "")


def test_shouting_is_read_in_lower_case() -> None:
    assert _normal("THEY SHOULD ALL GO HOME").text == "they should all go home"


def test_an_acronym_in_a_sentence_keeps_its_capitals() -> None:
    assert _normal("The FBI came to the office on Main").text == "The FBI came to the office on Main"


@pytest.mark.parametrize(
    "word", ["mp3", "x86", "B2B", "4th", "2pac", "covid19", "v1.2", "$100", "C++", "a.m.", "e-mail"]
)
def test_letters_and_digits_that_hide_nothing_stay(word: str) -> None:
    assert _normal(f"use {word} now").text == f"use {word} now"


@given(st.text(max_size=120))
def test_any_text_is_normalized_and_every_character_knows_its_place(words: str) -> None:
    normal = _normal(words)
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    for n in range(len(normal.text)):
        assert 0 <= normal.starts[n] < normal.ends[n] <= len(words)
    for start, end in normal.emoji:
        assert 0 <= start < end <= len(words)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
def test_offsets_never_run_backwards_in_plain_text(words: str) -> None:
    normal = _normal(words)
    assert list(normal.starts) == sorted(normal.starts)
    assert list(normal.ends) == sorted(normal.ends)


@given(st.text(max_size=60), st.integers(0, 59), st.integers(1, 60))
def test_a_range_of_the_result_lies_in_the_captured_text(words: str, start: int, length: int) -> None:
    normal = _normal(words)
    if start < len(normal.text):
        first, last = normal.original(start, min(len(normal.text), start + length))
        assert 0 <= first < last <= len(words)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-1, 2), (3, 9), (4, 2)])
def test_an_empty_or_outlying_range_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="range"):
        plain_text("abcd").original(start, end)


@pytest.mark.parametrize(
    "words",
    [
        "a" + "\u0301" * (LONGEST - 1),
        "\u202e" * LONGEST,
        "&" * LONGEST,
        "#" + "a" * (LONGEST - 1),
        "%41" * (LONGEST // 3),
        "a.b" * (LONGEST // 3),
        "1" * LONGEST,
        "aa" * (LONGEST // 2),
        "👩🏾‍" * (LONGEST // 4),
        " " * LONGEST,
    ],
)
def test_a_hostile_text_of_the_greatest_length_comes_through(words: str) -> None:
    normal = _normal(words)
    assert len(normal.text) <= len(words)
