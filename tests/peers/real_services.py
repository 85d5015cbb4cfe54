"""Our sources as a department configures them for real services, on the recorded answers of those services."""

from pathlib import Path
from typing import Final

from vetting.sources.interface import Source
from vetting.sources.registry import build_sources

_IDENTITY: Final = '[identity]\ndepartment = "Riverton Police Department"\ncontact = "records@riverton.example"\n'


def configured(name: str, table: str, folder: Path) -> Source:
    """The source with this table of config/sources.toml."""
    file = folder / "sources.toml"
    file.write_text(f"{_IDENTITY}[{name}]\n{table}\n", encoding="utf-8")
    return build_sources(file)[name]
