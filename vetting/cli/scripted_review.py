"""The demo's reviewers: what they answer is written in demo/reviews.toml, how it is recorded is the real thing."""

from __future__ import annotations

from pathlib import Path

from vetting.casework.desk import Desk

Script = dict[str, object]


def load_script(path: Path) -> Script:
    return {}


def review_case(one: Desk, two: Desk, number: str, name: str, script: Script) -> None:
    pass
