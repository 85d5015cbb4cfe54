"""A time-stamping authority is asked for a digest's time only, and what it says is believed only where it holds."""

import hashlib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.needed import missing
from tests.sources.authority import NAME, URL, Authority, authority
from vetting.errors import ExitCode, VettingError
from vetting.sources.egress import mapped_transport
from vetting.sources.timestamp import MAX_TOKEN_BYTES, ask_for_token, live_authority, time_of_token

DATA = b'{"path": "datapackage.json", "hash": "sha256:c0ffee"}'


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[Authority]:
    """Yield a running authority."""
    with authority(tmp_path) as running:
        yield running


def _code(tsa: Authority, url: str = URL, transport: httpx.BaseTransport | None = None) -> str:
    with pytest.raises(VettingError) as refusal:
        ask_for_token(url, DATA, tsa.root, transport or tsa.transport)
    assert refusal.value.exit_code in {ExitCode.NOT_READY, ExitCode.BAD_INPUT}
    return refusal.value.code


def test_openssl_s_authority_says_when_it_existed(tsa: Authority) -> None:
    token = ask_for_token(URL, DATA, tsa.root, tsa.transport)
    said = time_of_token(token, DATA, tsa.root)
    assert abs(said - datetime.now(UTC)) < timedelta(minutes=1)
    assert said.tzinfo is UTC


def test_nothing_but_a_digest_and_a_number_is_sent(tsa: Authority) -> None:
    ask_for_token(URL, DATA, tsa.root, tsa.transport)
    ask_for_token(URL, DATA, tsa.root, tsa.transport)
    digest = hashlib.sha256(DATA).digest()
    one, other = tsa.asked
    assert digest in one
    assert DATA not in one
    assert one != other, "each request has a random number of its own"
    assert len(one) < 100


def test_a_token_about_something_else_does_not_hold(tsa: Authority) -> None:
    token = ask_for_token(URL, DATA, tsa.root, tsa.transport)
    with pytest.raises(VettingError, match="does not hold"):
        time_of_token(token, DATA + b" ", tsa.root)


def test_a_token_that_nobody_trusted_signed_does_not_hold(tsa: Authority, tmp_path: Path) -> None:
    token = ask_for_token(URL, DATA, tsa.root, tsa.transport)
    (tmp_path / "other").mkdir()
    with authority(tmp_path / "other") as stranger, pytest.raises(VettingError, match="does not hold"):
        time_of_token(token, DATA, stranger.root)


def test_the_answer_to_an_earlier_request_is_no_answer(tsa: Authority) -> None:
    tsa.answer = ask_for_token(URL, DATA, tsa.root, tsa.transport)
    assert _code(tsa) == "timestamp_wrong"


@pytest.mark.parametrize("position", [10, 100, -1])
def test_a_token_with_a_changed_byte_does_not_hold(tsa: Authority, position: int) -> None:
    token = bytearray(ask_for_token(URL, DATA, tsa.root, tsa.transport))
    token[position] ^= 0xFF
    with pytest.raises(VettingError):
        time_of_token(bytes(token), DATA, tsa.root)


@pytest.mark.parametrize("answer", [b"", b"no token", b"0" * (MAX_TOKEN_BYTES + 1)])
def test_an_answer_that_is_no_token_is_refused(tsa: Authority, answer: bytes) -> None:
    tsa.answer = answer
    assert _code(tsa) in {"timestamp_wrong", "timestamp_unavailable"}


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "application/timestamp-reply"), (302, "text/html"), (200, "text/html")]
)
def test_another_status_or_type_is_no_time_stamp(tsa: Authority, status: int, kind: str) -> None:
    tsa.status, tsa.kind = status, kind
    assert _code(tsa) == "timestamp_unavailable"


@pytest.mark.parametrize(
    "url", ["ftp://tsa.example/", "http://somebody:secret@tsa.example/", "http://unknown.example/"]
)
def test_an_address_that_cannot_be_asked_is_refused_without_being_quoted(tsa: Authority, url: str) -> None:
    with pytest.raises(VettingError) as refusal:
        ask_for_token(url, DATA, tsa.root, tsa.transport)
    assert "example" not in str(refusal.value)
    assert tsa.asked == []


def test_an_authority_that_is_not_there_is_unavailable(tsa: Authority) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        nobody = mapped_transport({NAME: ("127.0.0.1", unheard.getsockname()[1])})
        assert _code(tsa, transport=nobody) == "timestamp_unavailable"


def test_no_authority_is_looked_for_on_this_machine(tsa: Authority) -> None:
    for url in ("http://127.0.0.1/", "http://localhost/", "http://[::1]/"):
        assert _code(tsa, url, live_authority()) == "timestamp_unavailable"


def test_certificates_that_are_none_are_refused_before_anybody_is_asked(tsa: Authority) -> None:
    with pytest.raises(VettingError) as refusal:
        ask_for_token(URL, DATA, b"no certificate", tsa.transport)
    assert refusal.value.code == "timestamp_certificates"
    assert tsa.asked == []


# ------------------------------------------------------------------------------------------- tokens made by others


@pytest.fixture
def vectors(shared_folder: Path) -> Path:
    """Return the folder of tokens by Sigstore's authorities and IdenTrust, from rfc3161-client."""
    folder = shared_folder / "vectors" / "rfc3161-client" / "test" / "fixtures"
    return folder if folder.is_dir() else missing("the time stamps by others are not here")


@pytest.mark.parametrize("name", ["response-sha256.tsr", "response-sha384.tsr", "response-sha512.tsr"])
def test_time_stamps_of_sigstore_hold(vectors: Path, name: str) -> None:
    folder = vectors / "sigstage"
    said = time_of_token((folder / name).read_bytes(), b"hello", (folder / "ts_chain.pem").read_bytes())
    assert said.year >= 2024


@pytest.mark.parametrize(
    ("folder", "name", "data"),
    [
        ("sigstage", "response-invalid-signature.tsr", b"hello"),
        ("sigstage", "response-no-embedded-cert.tsr", b"hello"),
        ("sigstage", "response-sha256.tsr", b"hallo"),
    ],
)
def test_forged_and_incomplete_time_stamps_do_not(vectors: Path, folder: str, name: str, data: bytes) -> None:
    with pytest.raises(VettingError) as refusal:
        time_of_token((vectors / folder / name).read_bytes(), data, (vectors / folder / "ts_chain.pem").read_bytes())
    assert refusal.value.code == "timestamp_wrong"


def test_a_chain_of_another_authority_makes_no_time_stamp_hold(vectors: Path) -> None:
    token = (vectors / "sigstage" / "response-sha256.tsr").read_bytes()
    with pytest.raises(VettingError):
        time_of_token(token, b"hello", (vectors / "test_tsa" / "ts_chain.pem").read_bytes())


def test_certificates_that_somebody_put_beside_the_signer_s_decide_nothing(vectors: Path) -> None:
    token = (vectors / "test_tsa" / "response-injected-certs.tsr").read_bytes()
    chain = (vectors / "test_tsa" / "ts_chain.pem").read_bytes()
    assert time_of_token(token, b"hello", chain).year >= 2024
    with pytest.raises(VettingError):
        time_of_token(token, b"hello", (vectors / "sigstage" / "ts_chain.pem").read_bytes())
