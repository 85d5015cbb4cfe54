"""The ten answers that rfc3161-client is tested with, judged by the installed library as their authors judge them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    ExtensionNotFound,
    load_der_x509_certificate,
    load_pem_x509_certificates,
)
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

from tests.needed import missing

JUDGED = {
    "identrust/issue-104.tsr": datetime(2025, 3, 11, 8, 52, 8, tzinfo=UTC),
    "sigstage/response-invalid-signature.tsr": None,
    "sigstage/response-no-embedded-cert.tsr": datetime(2025, 6, 18, 8, 13, 2, tzinfo=UTC),
    "sigstage/response-sha256.tsr": datetime(2025, 5, 9, 11, 58, 55, tzinfo=UTC),
    "sigstage/response-sha384.tsr": datetime(2025, 5, 9, 11, 58, 55, tzinfo=UTC),
    "sigstage/response-sha512.tsr": datetime(2025, 5, 9, 11, 58, 56, tzinfo=UTC),
    "sigstore.mock/response-expired.tsr": datetime(2023, 2, 1, tzinfo=UTC),
    "test_tsa/other_response.tsr": None,
    "test_tsa/response-injected-certs.tsr": datetime(2024, 10, 8, 15, 40, 32, tzinfo=UTC),
    "test_tsa/response.tsr": datetime(2024, 10, 8, 15, 40, 32, tzinfo=UTC),
}
"""When each was made; None where it must not hold. The expired certificate was valid when it signed."""


@pytest.fixture
def folder(shared_folder: Path) -> Path:
    """Return the folder of answers by others."""
    folder = shared_folder / "vectors" / "rfc3161-client" / "test" / "fixtures"
    return folder if folder.is_dir() else missing("the time stamps by others are not here")


def _chain(path: Path) -> list[Certificate]:
    raw = (path.parent / "ts_chain.pem").read_bytes()
    return load_pem_x509_certificates(raw) if raw.startswith(b"-----") else [load_der_x509_certificate(raw)]


def _signs_certificates(one: Certificate) -> bool:
    try:
        return one.extensions.get_extension_for_class(BasicConstraints).value.ca
    except ExtensionNotFound:
        return False


def _holds(path: Path, response: TimeStampResponse, data: bytes, *, pinned: bool) -> bool:
    chain = _chain(path)
    roots = [one for one in chain if one.issuer == one.subject]
    signers = [one for one in chain if not _signs_certificates(one)]
    between = [one for one in chain if one not in roots and one not in signers]
    builder = VerifierBuilder(roots=roots, intermediates=between)
    if pinned and signers:
        builder = builder.tsa_certificate(signers[0])
    try:
        return bool(builder.build().verify_message(response, data))
    except VerificationError:
        return False


@pytest.mark.parametrize("name", sorted(JUDGED))
def test_every_time_stamp_by_others_holds_or_not_once_its_authority_is_pinned(folder: Path, name: str) -> None:
    path = folder / name
    response = decode_timestamp_response(path.read_bytes())
    payload = path.parent / "payload"
    data = payload.read_bytes() if payload.exists() else b"hello"
    holds = JUDGED[name] is not None
    assert _holds(path, response, data, pinned=True) == holds
    assert not _holds(path, response, data + b" ", pinned=True)
    if holds:
        assert response.tst_info.gen_time == JUDGED[name]


def test_none_of_the_time_stamps_by_others_is_left_out(folder: Path) -> None:
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.tsr")) == sorted(JUDGED)


@pytest.mark.parametrize("name", ["sigstage/response-no-embedded-cert.tsr", "sigstore.mock/response-expired.tsr"])
def test_a_time_stamp_without_its_certificate_needs_the_authority_pinned(folder: Path, name: str) -> None:
    path = folder / name
    response = decode_timestamp_response(path.read_bytes())
    payload = path.parent / "payload"
    data = payload.read_bytes() if payload.exists() else b"hello"
    assert not _holds(path, response, data, pinned=False)


def test_certificates_put_beside_the_signer_s_change_nothing_once_the_authority_is_pinned(folder: Path) -> None:
    path = folder / "test_tsa/response-injected-certs.tsr"
    response = decode_timestamp_response(path.read_bytes())
    assert len(response.signed_data.certificates) == 3
    assert _holds(path, response, b"hello", pinned=True)
    strange = _chain(folder / "sigstage" / "response-sha256.tsr")
    pinned = VerifierBuilder(roots=[one for one in _chain(path) if one.issuer == one.subject])
    with pytest.raises(VerificationError):
        pinned.tsa_certificate(strange[0]).build().verify_message(response, b"hello")
