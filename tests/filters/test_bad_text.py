"""Text that nobody should trust: never an exception, bounded work, and withheld wherever it cannot be read."""

import json
from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from filters.answering import answers
from filters.language import LONGEST
from filters.sanitize import leftover, sanitize, sanitize_many
from filters.withholding import Withheld, WithheldReason
from tests.needed import missing

UNREADABLE = {
    "a lone high surrogate": ("I outran the cops \ud83d again", WithheldReason.UNDECODABLE),
    "a lone low surrogate": ("\ude00 I outran the cops again", WithheldReason.UNDECODABLE),
    "surrogates the wrong way round": ("I outran \ude00\ud83d the cops", WithheldReason.UNDECODABLE),
    "one null byte": ("I outran the cops\x00 again", WithheldReason.UNDECODABLE),
    "null bytes between letters": ("\x00".join("I outran the cops"), WithheldReason.UNDECODABLE),
    "nothing but null bytes": ("\x00" * 500, WithheldReason.UNDECODABLE),
    "a megabyte of one grapheme": ("e" + "\u0301" * 1_000_000, WithheldReason.TOO_LONG),
    "a hundred thousand marks": ("\u0300" * 100_000, WithheldReason.TOO_LONG),
    "a megabyte of joined people": ("\U0001f468\u200d" * 500_000, WithheldReason.TOO_LONG),
    "one letter too many": ("a " * (LONGEST // 2) + "b", WithheldReason.TOO_LONG),
    "nothing": ("", WithheldReason.NO_WORDS),
    "blanks": (" \t\r\n\u00a0\u2003\u3000", WithheldReason.NO_WORDS),
    "emoji": ("\U0001f602\U0001f525\U0001f44d\U0001f3fe", WithheldReason.NO_WORDS),
    "flags": ("\U0001f1f2\U0001f1fd\U0001f1ee\U0001f1ea", WithheldReason.NO_WORDS),
    "a family": ("\U0001f468\u200d\U0001f469\u200d\U0001f467", WithheldReason.NO_WORDS),
    "a keycap": ("1\ufe0f\u20e3 2\ufe0f\u20e3", WithheldReason.NO_WORDS),
    "marks with nothing below": ("\u0301\u0302\u0303", WithheldReason.NO_WORDS),
    "invisible characters": ("\u200b\u200d\u2060\ufeff", WithheldReason.NO_WORDS),
}
OTHER_LANGUAGES = {
    "Spanish": "Mi vecino dice que la policía no llegó porque estaban todos en la fiesta del barrio.",
    "Portuguese": "O meu vizinho disse que não foi ele que partiu o vidro do carro ontem à noite.",
    "French": "Mon voisin dit que ce n'est pas lui qui a cassé la vitre de la voiture hier soir.",
    "German": "Mein Nachbar sagt, dass er nicht derjenige war, der gestern die Scheibe eingeschlagen hat.",
    "Italian": "Il mio vicino dice che non è stato lui a rompere il vetro della macchina ieri sera.",
    "Polish": "Mój sąsiad mówi, że to nie on wczoraj wieczorem rozbił szybę w samochodzie.",
    "Haitian Creole": "Vwazen mwen an di se pa li ki te kraze vit machin nan yè swa.",
    "Vietnamese": "Hàng xóm của tôi nói rằng không phải anh ấy đã làm vỡ kính xe tối hôm qua.",
    "Russian": "Сосед говорит, что вчера вечером стекло в машине разбил не он.",
    "Arabic": "يقول جاري إنه ليس هو من كسر زجاج السيارة ليلة أمس.",
    "Hindi": "मेरा पड़ोसी कहता है कि कल रात कार का शीशा उसने नहीं तोड़ा।",
    "Chinese": "我的邻居说昨天晚上打破车窗的不是他。",
    "Korean": "이웃은 어젯밤에 차 유리를 깬 사람이 자기가 아니라고 말한다.",
    "Japanese": "昨夜車の窓を割ったのは自分ではないと隣人は言っている。",
}
LONG = LONGEST // 5
"""For text of many pieces: the full length takes seconds, and the time limit for some."""
MONSTROUS = {
    "one grapheme as long as may be": "Z" + "\u0301" * (LONGEST - 1),
    "marks on every letter": "".join(c + "\u0301" * 40 for c in "I outran the cops again last night"),
    "one word as long as may be": "a" * LONGEST,
    "one capital as long as may be": "A" * LONGEST,
    "digits": "1" * LONGEST,
    "brackets": "(" * LONGEST,
    "a hashtag without end": "#" + "blackmom" * (LONG // 9),
    "hashtags": "#a " * (LONG // 3),
    "handles": "@a." * (LONG // 3),
    "addresses begun": "http://" * (LONG // 7),
    "mail begun": "a@" * (LONG // 2),
    "entities within entities": "&amp;" * (LONG // 5),
    "percent signs": "%25" * (LONG // 3),
    "leet": "m0th3r5 " * (LONG // 8),
    "spaced letters": "g a y " * (LONG // 6),
    "capitalized words": "Alpha Beta " * (LONG // 11),
    "quotes": "\"'" * (LONG // 2),
    "lines": "I am\n" * (LONG // 5),
    "reversed and never ended": "\u202e" * (LONG // 2) + "yag era yeht",
    "who says what of whom": "I am old and " * (LONG // 13),
}
MIXED = (
    "I оutrаn the соps аgain and beat thе Muslіm driver.",
    "I outran полицию yesterday and 警察 never came back.",
    "Ｉ ｔｏｌｄ ｔｈｅ ｇａｙ ｇｕｙ ｔｏ ｓｈｕｔ ｕｐ and drove away.",
    "\u202eyag si rehtorb ym\u202c and I drove home drunk.",
    "My \U0001d5fa\U0001d602\U0001d600\U0001d5f9\U0001d5f6\U0001d5fa neighbor drove home drunk again.",
)


@pytest.mark.parametrize(("words", "reason"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_withheld(analyzer: Analyzer, words: str, reason: WithheldReason) -> None:
    assert sanitize(analyzer, words) == Withheld(reason=reason)


@pytest.mark.parametrize("words", OTHER_LANGUAGES.values(), ids=OTHER_LANGUAGES.keys())
def test_another_language_is_withheld(analyzer: Analyzer, words: str) -> None:
    assert sanitize(analyzer, words) == Withheld(reason=WithheldReason.NOT_ENGLISH)


@pytest.mark.parametrize("words", MONSTROUS.values(), ids=MONSTROUS.keys())
def test_a_monstrous_text_is_done_within_the_limit_and_never_fails(analyzer: Analyzer, words: str) -> None:
    (answer,) = answers(analyzer, (words,))
    if isinstance(answer.outcome, Withheld):
        assert answer.outcome.reason is not WithheldReason.FAILED
    else:
        assert leftover(analyzer, answer.outcome) == ()


@pytest.mark.parametrize("words", MIXED)
def test_mixed_scripts_are_withheld_or_read_as_they_look(analyzer: Analyzer, words: str) -> None:
    seen = sanitize(analyzer, words)
    if isinstance(seen, str):
        assert seen.isascii()
        assert not {"muslim", "gay", "brother"} & set(seen.lower().replace(".", " ").split())
        assert leftover(analyzer, seen) == ()
    else:
        assert seen.reason is not WithheldReason.FAILED


def test_bad_text_withholds_itself_and_not_its_neighbours(analyzer: Analyzer) -> None:
    good = "Nobody saw us behind the store last night."
    bad = [words for words, _ in UNREADABLE.values()]
    seen = sanitize_many(analyzer, [text for one in bad for text in (one, good)])
    assert seen[1::2] == [good] * len(bad)
    assert [one for one in seen[::2] if isinstance(one, str)] == []


def test_naughty_strings_by_others_neither_crash_a_batch_nor_pass_with_something_recognizable(
    analyzer: Analyzer, shared_folder: Path
) -> None:
    path = shared_folder / "vectors" / "blns" / "blns.json"
    if not path.is_file():
        missing("the list of naughty strings is absent")
    strings = json.loads(path.read_text(encoding="utf-8"))
    assert len(strings) == 515
    for at in range(0, len(strings), 64):
        for answer in answers(analyzer, strings[at : at + 64]):
            if isinstance(answer.outcome, Withheld):
                assert answer.outcome.reason not in {WithheldReason.FAILED, WithheldReason.TIMEOUT}
            else:
                assert leftover(analyzer, answer.outcome) == ()
