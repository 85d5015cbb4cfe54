"""OpenSSL as a time-stamping authority (RFC 3161): its token holds for what was stamped and for nothing else."""

import hashlib

import httpx
import pytest
from cryptography.x509 import load_pem_x509_certificate
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from tests.sources.authority import URL, Authority

STAMPED = b"an archive of a case, sealed"


def test_a_token_holds_for_what_was_stamped_and_for_nothing_else(authority: Authority) -> None:
    question = TimestampRequestBuilder().data(STAMPED).build()
    headers = {"Content-Type": "application/timestamp-query"}
    with httpx.Client(transport=authority.transport, trust_env=False, timeout=60) as client:
        answer = client.post(URL, content=question.as_bytes(), headers=headers)
    token = decode_timestamp_response(answer.content)
    verifier = (
        VerifierBuilder.from_request(question)
        .tsa_certificate(load_pem_x509_certificate((authority.folder / "tsa.pem").read_bytes()))
        .add_root_certificate(load_pem_x509_certificate(authority.root))
        .build()
    )
    assert verifier.verify(token, hashlib.sha512(STAMPED).digest())
    with pytest.raises(VerificationError):
        verifier.verify(token, hashlib.sha512(STAMPED + b".").digest())
