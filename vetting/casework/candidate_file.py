"""Reads what a candidate disclosed and signed; refuses credentials, protected facts and unsigned authorizations."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from vetting.candidate import Authorization, Candidate, Identifier, IdentifierKind
from vetting.errors import VettingError, bad_input, refused
from vetting.files import MEBIBYTE, read_file
from vetting.settings import first_problem, read_toml

FORM_BYTES = 50 * MEBIBYTE
"""A signed form, scanned in colour, has a twentieth of this."""
_CREDENTIAL = re.compile(
    r"pass(word|wd|phrase|code)?$|^pwd$|secret|token|credential|login|^pin$|otp|cookie|api_?key",
    re.IGNORECASE,
)
_DERIVED = frozenset({IdentifierKind.FULL_NAME, IdentifierKind.NAME_AND_TOWN})
"""Never typed. Every other kind is refused where candidates may not be asked: California Labor Code 980(a) counts
e-mail, blogs and web site profiles or locations among social media.
"""
_Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f]+$")
]


class _IdentifierFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: IdentifierKind
    value: _Line


class _AuthorizationFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    form: _Line
    signed_at: date | datetime
    expires_at: date | datetime


class _CandidateFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    full_name: _Line
    town: _Line
    other_names: list[_Line] = Field(default=[], max_length=20)
    identifiers: list[_IdentifierFile] = Field(default=[], max_length=50)
    authorization: _AuthorizationFile | None = None


def load_candidate(path: Path, now: datetime, *, may_request_handles: bool) -> tuple[Candidate, Authorization]:
    """The candidate and the signed authorization in the file.

    Refuses: a field that looks like a credential (REQ-POL-4), any other unknown field (so no protected class can be
    typed in), any identifier where the jurisdiction forbids asking (REQ-POL-3), a missing, future or expired
    authorization, and one whose form does not exist beside the file (REQ-POL-2). Quotes no value of the file.
    """
    content = read_toml(path)
    _refuse_credentials(content, path)
    try:
        file = _CandidateFile.model_validate(content)
    except ValidationError as error:
        raise _invalid(path, error) from None
    given = [(i.kind, i.value.casefold()) for i in file.identifiers]
    if any(kind in _DERIVED for kind, _ in given) or len(set(given)) != len(given):
        raise bad_input(
            "identifier_refused",
            f"{path}: an identifier is given twice, or repeats the name.",
            "Give each account once; the name and the town are searched without being listed.",
        )
    if not may_request_handles and file.identifiers:
        raise refused(
            "handles_refused",
            f"{path}: accounts, e-mail addresses, sites and feeds may not be asked for in this jurisdiction.",
            "Remove them, or have counsel change may_request_handles in config/department.toml.",
        )
    if file.authorization is None:
        raise refused("authorization_missing", f"{path}: there is no authorization.", "Have the candidate sign one.")
    candidate = Candidate(
        full_name=file.full_name,
        town=file.town,
        other_names=tuple(file.other_names),
        identifiers=tuple(Identifier(kind=i.kind, value=i.value) for i in file.identifiers),
    )
    return candidate, _authorization(file.authorization, path, now)


def _invalid(path: Path, error: ValidationError) -> VettingError:
    """In our words where a field is not asked for: whoever typed a protected class in must understand it."""
    strange = [
        problem["loc"][-1] for problem in error.errors(include_input=False) if problem["type"] == "extra_forbidden"
    ]
    if strange:
        return bad_input(
            "candidate_invalid", f"{path} holds a field that is not asked for: {strange[0]}.", "Remove it."
        )
    return bad_input("candidate_invalid", f"{path}: {first_problem(error)}.", "Correct that field.")


def _authorization(file: _AuthorizationFile, path: Path, now: datetime) -> Authorization:
    content = _form(path, file.form)
    if not content.strip():
        raise bad_input("form_empty", f"{path}: the authorization form is empty.", "Put the signed form there.")
    authorization = Authorization(
        form_sha256=hashlib.sha256(content).hexdigest(),
        signed_at=_moment(file.signed_at),
        expires_at=_moment(file.expires_at),
    )
    check_authorization(authorization, now)
    return authorization


def _form(path: Path, name: str) -> bytes:
    """The signed form beside the candidate file. Refuses a name that leads elsewhere, and what `read_file` refuses."""
    try:
        if Path(name).name == name:
            return read_file(path.parent / name, FORM_BYTES)
    except VettingError as error:
        if error.code != "file_missing":
            raise
    raise bad_input(
        "form_missing", f"{path}: the authorization form is not beside the file.", "Put the signed form there."
    )


def check_authorization(authorization: Authorization, now: datetime, number: str = "") -> None:
    """Refuses an authorization that is not in force at `now`; `number` is of the case that already stands on it."""
    if authorization.in_force(now):
        return
    if now < authorization.signed_at:
        raise refused("authorization_early", "The authorization is signed in the future.", "Correct the date.")
    raise refused(
        "authorization_expired",
        f"The authorization expired on {authorization.expires_at.date().isoformat()}.",
        f"Have the candidate sign a new one, then record it: vetting case authorize {number} FILE."
        if number
        else "Have the candidate sign a new one, and enter its form and dates.",
    )


def _moment(value: date | datetime) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), tzinfo=UTC)


def _refuse_credentials(content: object, path: Path) -> None:
    if isinstance(content, list):
        for item in content:
            _refuse_credentials(item, path)
    if not isinstance(content, dict):
        return
    for key, value in content.items():
        kind = str(value) if key == "kind" else ""
        if _CREDENTIAL.search(str(key)) or _CREDENTIAL.search(kind):
            raise refused(
                "credential_refused",
                f"{path}: a field looks like a password or other credential.",
                "Remove it: credentials are never asked for, accepted or stored.",
            )
        _refuse_credentials(value, path)
