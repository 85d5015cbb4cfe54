"""The rules of the house, checked: small modules with real names, floors that hold, a lock without addresses."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("vetting", "filters", "reports", "flows")
MODULE_LINES = 400
FUNCTION_LINES = 40
NAMES_THAT_SAY_NOTHING = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}

# Put together here so that this file names no registry's host either.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"), ("conda", "anaconda", "org"), ("crates", "io"), ("rubygems", "org"),
        ("proxy", "golang", "org"), ("repo1", "maven", "org"), ("deb", "debian", "org"),
        ("security", "debian", "org"), ("archive", "ubuntu", "com"), ("ghcr", "io"), ("registry-1", "docker", "io"),
    )
)  # fmt: skip


def repository_files(*patterns: str) -> list[Path]:
    """Return the files that are, or would be, committed."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    output = subprocess.run([*listing, "--", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return sorted(path for name in output.stdout.split("\0") if name and (path := ROOT / name).is_file())


def product_modules() -> list[Path]:
    return repository_files(*(f"{room}/**.py" for room in ROOMS))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Yield each function's name and the number of lines from its first to its last."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.end_lineno - node.lineno + 1


# ------------------------------------------------------------------------------------------ modules and functions


def test_there_is_a_house_to_check() -> None:
    rooms_with_code = {path.relative_to(ROOT).parts[0] for path in product_modules()}
    assert rooms_with_code == set(ROOMS)


def test_no_module_is_longer_than_a_person_reads_in_one_sitting() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in repository_files("*.py")}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = {
        f"{name_of(path)} {name}": lines
        for path in repository_files("*.py")
        for name, lines in functions(path.read_text())
        if lines > FUNCTION_LINES
    }
    assert too_long == {}


def test_every_module_is_named_for_what_it_holds() -> None:
    nameless = [
        name_of(path)
        for path in repository_files("*.py")
        if NAMES_THAT_SAY_NOTHING & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    ]
    assert nameless == []


def test_code_lives_in_the_agreed_rooms_only() -> None:
    top_level = {path.relative_to(ROOT).parts[0] for path in repository_files("*.py")}
    assert top_level - {"demo", "tests", "tools"} == set(ROOMS)


# ---------------------------------------------------------------------------------------------------- the floors


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages in `folder`."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(folder), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_floors_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def copy_rooms(folder: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def assert_broken(contract: str, folder: Path) -> None:
    result = lint_imports(folder)
    assert result.returncode == 1, result.stdout
    assert re.search(rf"^{contract}.* BROKEN", result.stdout, re.MULTILINE), result.stdout


BREACHES = {
    "a stray module in vetting": ("vetting/odds_and_ends.py", '"""Stray."""', "Every room"),
    "a fact that imports a higher floor": ("vetting/errors.py", "import vetting.evidence", "Floors"),
    "a fact that does input or output": ("vetting/search.py", "import httpx", "Facts"),
    "a report that reads what was captured": ("reports/breach.py", "import vetting.evidence", "The wall"),
    "a decision that reads the candidate": ("vetting/determination.py", "import vetting.candidate", "The wall"),
    "a flow that goes through the gate itself": ("flows/breach.py", "import filters.gate", "The one door"),
    "a flow that opens case files": ("flows/breach.py", "import vetting.records.case_files", "The one door"),
    "a log that leans on the rest": ("vetting/log/breach.py", "import vetting.errors", "The transparency log"),
    "SQL outside the stores": ("vetting/casework/breach.py", "import sqlalchemy", "Each large library"),
    "the network outside the sources": ("filters/breach.py", "import httpx", "Each large library"),
    "a scheduler outside the flows": ("vetting/cli/breach.py", "import prefect", "Each large library"),
}


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES.values(), ids=list(BREACHES))
def test_the_floors_refuse(file: str, line: str, contract: str, tmp_path: Path) -> None:
    copy_rooms(tmp_path)
    with (tmp_path / file).open("a") as module:
        module.write(f"\n{line}\n")
    assert_broken(contract, tmp_path)


def test_the_floors_refuse_a_desk_that_knows_another(tmp_path: Path) -> None:
    copy_rooms(tmp_path)
    console = tmp_path / "vetting/console"
    console.mkdir(exist_ok=True)  # it is not built yet
    for name in ("__init__", "auditor"):
        (console / f"{name}.py").touch()
    with (console / "investigator.py").open("a") as module:
        module.write("\nimport vetting.console.auditor\n")
    assert_broken("Three desks", tmp_path)


def test_a_desk_stands_behind_the_wall_as_soon_as_it_exists() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    behind = {module for contract in contracts for module in contract.get("source_modules", [])}
    desk = "vetting.console.decision_maker"
    built = any((ROOT / "vetting/console" / name).exists() for name in ("decision_maker", "decision_maker.py"))
    assert built == (desk in behind), f"name {desk} among source_modules of the wall in pyproject.toml"


# ------------------------------------------------------------------------------------------- what is installed


def test_no_file_names_a_package_registry() -> None:
    naming = [
        f"{name_of(path)}: {host}"
        for path in repository_files()
        for host in REGISTRY_HOSTS
        if re.search(rb"(?<![\w.-])" + re.escape(host.encode()) + rb"(?![\w-])", path.read_bytes())
    ]
    assert naming == []


def locked_versions() -> dict[str, str]:
    """Return each locked name and its version; fail on a line that pins nothing."""
    lock = (ROOT / "requirements.lock").read_text()
    entries = re.findall(
        r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+).*?((?:\n    --hash=sha256:[0-9a-f]{64}.*)+)", lock, re.MULTILINE
    )
    names = [line.split("==")[0] for line in lock.splitlines() if line and line[0] not in "# "]
    assert [name for name, _, _ in entries] == names, "every entry is pinned and carries its hashes"
    return {name: version for name, version, _ in entries}


def test_the_lock_pins_every_package_by_hash_and_holds_no_address() -> None:
    assert len(locked_versions()) > len(declared_dependencies())
    assert "://" not in (ROOT / "requirements.lock").read_text()


def declared_dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]


def test_the_lock_agrees_with_what_the_project_declares() -> None:
    locked = locked_versions()
    for requirement in declared_dependencies():
        name = name_of_requirement(requirement)
        _, pin, version = requirement.partition("==")
        assert name in locked, f"{name} is declared but not locked: run make lock"
        assert not pin or locked[name] == version, f"{name} is locked at {locked[name]}, declared at {version}"


def name_of_requirement(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0]


def test_every_dependency_has_its_reason_written_down() -> None:
    table = (ROOT / "docs/decisions/0001-packaging.md").read_text()
    reasoned = {
        name for row in re.findall(r"^\| ([a-z0-9, -]+) \| \S", table, re.MULTILINE) for name in row.split(", ")
    }
    assert {name_of_requirement(requirement) for requirement in declared_dependencies()} <= reasoned


def test_every_make_target_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    described = set(re.findall(r"^([a-z]+):.*##\s\S", makefile, re.MULTILINE))
    assert targets >= {"help", "demo", "serve", "test", "check", "bench"}
    assert targets == described


def test_the_promised_kills_and_flips_are_made_by_a_target_that_contributors_are_told_of() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\ntest-long:")[2].partition("\n\n")[0]
    assert "test-long" in (ROOT / "CONTRIBUTING.md").read_text()
    promised = {"tests/log/test_crash.py": "VETTING_KILLS=500", "tests/log/test_every_bit.py": "VETTING_FLIPS=2000"}
    for test, said in promised.items():
        assert {test, said} <= set(recipe.replace("@", "").split())
        assert said in (ROOT / test).read_text()
