"""Our sources as a department configures them for real services, on the recorded answers of those services."""

from pathlib import Path
from typing import Final

import pytest

from vetting.sources.interface import Source
from vetting.sources.registry import TECHNIQUES, build_sources

_IDENTITY: Final = '[identity]\ndepartment = "Riverton Police Department"\ncontact = "records@riverton.example"\n'


def configured(name: str, table: str, folder: Path) -> Source:
    """The source with this table of config/sources.toml; a skip where this version has no such source."""
    if name not in TECHNIQUES:
        pytest.skip(f"this version has no source {name}")
    file = folder / "sources.toml"
    file.write_text(f"{_IDENTITY}[{name}]\n{table}\n", encoding="utf-8")
    return build_sources(file)[name]
