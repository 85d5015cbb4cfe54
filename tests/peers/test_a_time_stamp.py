"""OpenSSL as a time-stamping authority (RFC 3161): its token holds for what was stamped and for nothing else."""

import hashlib

import httpx
import pytest
from cryptography.x509 import load_pem_x509_certificate
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from tests.peers.time_stamping import TimeStampingAuthority

STAMPED = b"an archive of a case, sealed"


def test_a_token_holds_for_what_was_stamped_and_for_nothing_else(authority: TimeStampingAuthority) -> None:
    question = TimestampRequestBuilder().data(STAMPED).build()
    headers = {"Content-Type": "application/timestamp-query"}
    answer = httpx.post(authority.url, content=question.as_bytes(), headers=headers, timeout=60, trust_env=False)
    token = decode_timestamp_response(answer.content)
    verifier = (
        VerifierBuilder.from_request(question)
        .tsa_certificate(load_pem_x509_certificate(authority.certificate))
        .add_root_certificate(load_pem_x509_certificate(authority.root))
        .build()
    )
    assert verifier.verify(token, hashlib.sha512(STAMPED).digest())
    with pytest.raises(VerificationError):
        verifier.verify(token, hashlib.sha512(STAMPED + b".").digest())
