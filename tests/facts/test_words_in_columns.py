"""A column of words is the one that pandas makes, whatever a log holds in the place of words."""

from collections.abc import Sequence

import pandas as pd
import pytest

from vetting.uniformity.events import categorical


@pytest.mark.parametrize("found", [(), ("b", "a", "b"), ("a", None), (None,), (1, "a"), (2, 1), (True, 2)])
def test_a_column_of_words_is_the_one_that_pandas_makes(found: Sequence[object]) -> None:
    ours, theirs = categorical(list(found)), pd.Categorical(list(found))
    assert list(ours.codes) == list(theirs.codes)
    assert list(ours.categories) == list(theirs.categories)
    assert ours.categories.dtype == theirs.categories.dtype


def test_what_pandas_takes_for_no_word_is_none_for_us() -> None:
    with pytest.raises(TypeError):
        categorical([["a"]])
