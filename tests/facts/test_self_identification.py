"""The auditor's file of what candidates said of themselves: read strictly, and never quoted."""

import pytest

from vetting.adverse_impact import parse
from vetting.errors import ExitCode, VettingError

CANARY = "Zyzzyvan"
GOOD = f"case,sex,race\nC-1,female,{CANARY}\nC-2,Male,\n".encode()


def test_a_plain_file_is_read_and_an_empty_field_is_not_stated() -> None:
    said = parse(GOOD)
    assert said.categories == ("sex", "race")
    assert said.of("sex") == {"C-1": "female", "C-2": "male"}
    assert said.of("race") == {"C-1": CANARY.lower(), "C-2": "not stated"}


def test_case_and_spacing_make_no_second_group() -> None:
    said = parse(b"case,sex\r\nC-1,Female\r\nC-2,  FEMALE \r\nC-3,female\r\n\r\n")
    assert set(said.of("sex").values()) == {"female"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "column names"),
        (b"\xef\xbb\xbf" + GOOD, "byte order mark"),
        (GOOD.decode().encode("utf-16"), "UTF-8"),
        (f"case,sex\nC-1,{CANARY}\xe9".encode("latin-1"), "UTF-8"),
        (GOOD.replace(b"female", b"fem\x00ale"), "not text"),
        (GOOD.replace(b",", b";"), "column names"),
        (GOOD.replace(b"case", b"name"), "column names"),
        (b"case\nC-1\n", "column names"),
        (GOOD.replace(b"sex,race", b"sex,sex"), "same one twice"),
        (GOOD.replace(b"race", b"=race"), "lower-case words"),
        (GOOD.replace(b"race", b"date of birth 1"), "lower-case words"),
        (GOOD + f"C-1,male,{CANARY}\n".encode(), "second time in line 4"),
        (GOOD + f"C-3,{CANARY}\n".encode(), "fields in line 4"),
        (GOOD + f"C-3,male,{CANARY},\n".encode(), "fields in line 4"),
        (GOOD + b"\n" + GOOD, "fields in line 4"),
        (GOOD + f"C-3,male,={CANARY}\n".encode(), "line 4 that a spreadsheet would compute"),
        (GOOD + f"C-3,male,@{CANARY}\n".encode(), "line 4 that a spreadsheet would compute"),
        (GOOD + f"-3,male,{CANARY}\n".encode(), "line 4 that a spreadsheet would compute"),
        (GOOD + f"{CANARY} 3,male,x\n".encode(), "no case number in line 4"),
        (GOOD + f"C-3,male,{CANARY}{'x' * 60}\n".encode(), "line 4 that names no group"),
        (GOOD + f"C-3,male,\x1b[31m{CANARY}\n".encode(), "line 4 that names no group"),
        (GOOD + f'C-3,male,"{CANARY}\n'.encode(), "not CSV"),
        (GOOD + f'C-3,male,"{CANARY}"x\n'.encode(), "not CSV"),
        (b"case," + b",".join(b"c" * n for n in range(1, 8)) + b"\n", "too many columns"),
        (b"case,name\n" + b"".join(b"C-%d,%c\n" % (n, 97 + n) for n in range(21)), "more than 20 groups in column 2"),
    ],
)
def test_any_other_file_is_one_sentence_and_a_remedy_that_quote_nothing(content: bytes, said: str) -> None:
    with pytest.raises(VettingError) as refusal:
        parse(content)
    error = refusal.value
    assert said in error.sentence
    assert error.exit_code is ExitCode.BAD_INPUT
    assert error.remedy
    assert CANARY not in f"{error!r}{error}{error.__cause__!r}{error.__context__!r}"


def test_a_case_too_many_and_a_case_too_few_are_counted_and_not_named() -> None:
    said = parse(GOOD)
    said.check({"C-1"}, {"C-1", "C-2", "C-3"})
    with pytest.raises(VettingError, match="names 1 case that the log does not know"):
        said.check({"C-1"}, {"C-1"})
    with pytest.raises(VettingError, match="lacks 2 cases of these positions"):
        said.check({"C-1", "C-2", "C-3", "C-4"}, {"C-1", "C-2", "C-3", "C-4"})
