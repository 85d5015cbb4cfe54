"""Captured words cannot be printed, formatted or pickled by accident."""

import copy
import json
import logging
import pickle

import pytest

from vetting.evidence import RawText

CANARY = "canary-4711"


def test_raw_words_show_only_their_length() -> None:
    assert CANARY not in repr(RawText(CANARY))
    assert str(RawText(CANARY)) == "RawText(11 characters)"


@pytest.mark.parametrize("how", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, list, hash, format])
def test_raw_words_refuse_every_way_out_but_one(how: object) -> None:
    assert callable(how)
    with pytest.raises(TypeError) as refusal:
        how(RawText(CANARY))
    assert CANARY not in str(refusal.value)


def test_raw_words_in_an_f_string_are_an_error() -> None:
    with pytest.raises(TypeError):
        f"{RawText(CANARY)}"


def test_raw_words_in_a_log_line_are_only_a_length(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("seen %s and %r", RawText(CANARY), RawText(CANARY))
    assert CANARY not in caplog.text


def test_raw_words_joined_to_a_string_are_an_error() -> None:
    with pytest.raises(TypeError):
        "words: " + RawText(CANARY)  # type: ignore[operator]
