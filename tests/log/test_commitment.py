"""A commitment binds what it stands for and says nothing about it."""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.log.commitment import commitment, commitment_opens
from vetting.log.errors import EventError
from vetting.log.profile import is_token

salts = st.binary(min_size=32, max_size=32)


@given(salts, st.binary())
def test_a_commitment_opens_with_its_own_salt_and_content(salt: bytes, content: bytes) -> None:
    made = commitment(salt, content)
    assert made == hmac.new(salt, content, sha256).hexdigest()
    assert commitment_opens(made, salt, content)
    assert is_token(made)


@given(salts, salts, st.binary(), st.binary())
def test_it_opens_with_nothing_else(salt: bytes, other_salt: bytes, content: bytes, other: bytes) -> None:
    made = commitment(salt, content)
    assert commitment_opens(made, salt, other) is (other == content)
    assert commitment_opens(made, other_salt, content) is (other_salt == salt)
    assert not commitment_opens(made[:-1], salt, content)
    assert not commitment_opens("é", salt, content)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_salt_that_could_be_guessed_is_refused(length: int) -> None:
    with pytest.raises(EventError) as refused:
        commitment(bytes(length), b"content")
    assert "32" in refused.value.remedy
