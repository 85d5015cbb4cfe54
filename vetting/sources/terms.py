"""Whether somebody has read the terms of a source, and how fast it may be asked: what each of its tables must say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vetting.errors import VettingError, refused
from vetting.sources.courtesy import PER_MINUTE


class Terms(BaseModel):
    """The lines of a source's table that are no settings of its own. Raises ValidationError for dates that cross."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)
    terms_reviewed_on: date | None = None
    """The day on which somebody last read the terms of the service and found that the protocol keeps them (IV.B.8)."""
    terms_valid_until: date | None = None
    """The last day on which that reading counts."""
    requests_per_minute: int = Field(default=PER_MINUTE, ge=1, le=PER_MINUTE)
    """To one host, at most."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.terms_reviewed_on and self.terms_valid_until and self.terms_valid_until < self.terms_reviewed_on:
            raise ValueError("terms_valid_until lies before terms_reviewed_on")
        return self

    def lapsed(self, source: str, today: date) -> VettingError | None:
        """Why the source may not be asked today: its terms were never reviewed, or the review has expired."""
        if self.terms_reviewed_on is None or self.terms_valid_until is None or self.terms_reviewed_on > today:
            return refused("terms_unreviewed", f"The terms of source {source} have not been reviewed.", _advice(source))
        if self.terms_valid_until < today:
            until = self.terms_valid_until.isoformat()
            return refused(
                "terms_expired", f"The review of the terms of source {source} expired on {until}.", _advice(source)
            )
        return None


FIELDS: Final = frozenset(Terms.model_fields)


def settings_of(table: Mapping[str, object]) -> dict[str, object]:
    """The table without the lines that are read here."""
    return {name: value for name, value in table.items() if name not in FIELDS}


def _advice(source: str) -> str:
    return f"Read them, then enter terms_reviewed_on and terms_valid_until in config/sources.toml under [{source}]."
