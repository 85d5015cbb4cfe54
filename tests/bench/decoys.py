"""Counts false claims on a farm of decoy accounts: ours graded by evidence, and what maigret and sherlock call found.

    tests/peers/install.sh --references && python tests/bench/decoys.py

The reference programs stand in $VETTING_PEERS, else in .peers of the repository, each in a virtual environment of its
own and never in the project's. Both are given a list of the farm's twenty sites and nothing else, so they ask loopback
only. Each site is told by its status, as two thirds of the sites on sherlock's own list are (327 of 481). That an
account exists is all that these two say; who reads their lists as attribution counts every other person's account as a
claim.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.decoy_farm import CANDIDATES, PLACES, RANDOM_HANDLES, STAFF, Farm, Whose, running  # noqa: E402
from tests.decoy_grading import graded  # noqa: E402
from vetting.attribution import Level  # noqa: E402
from vetting.signals import NameFrequency  # noqa: E402

PATIENCE = 300.0
NOWHERE = "http://127.0.0.1:9"
"""Where a program ends up that asks for anything beyond loopback."""
ASKED = (*(i.value for candidate in CANDIDATES for i in candidate.identifiers[:2]), *RANDOM_HANDLES)
"""What the candidates disclosed, and what nobody did."""
OTHERS = (Whose.NAMESAKE, Whose.NEIGHBOR, Whose.SQUATTER, Whose.NOBODY)


def environment(home: str) -> dict[str, str]:
    """No proxy on the way to loopback, no way out beyond it, no settings of this user."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), NOWHERE)
    return {"PATH": os.environ["PATH"], "HOME": home, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **proxies}


def called(words: list[str], folder: str) -> None:
    """Runs a reference program in a folder. Fails loudly where it did not end well."""
    ended = subprocess.run(
        words, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    if ended.returncode:
        raise SystemExit(ended.stdout + ended.stderr)


def maigret(program: Path, farm: Farm) -> Mapping[str, set[int]]:
    """By handle, the sites on which maigret says that it exists. Its own list and its updates are switched off."""
    sites = {
        f"S{site:02d}": {
            "checkType": "status_code",
            "url": farm.loopback(site).replace("{}", "{username}"),
            "urlMain": farm.loopback(site).replace("/u/{}", ""),
            "usernameClaimed": STAFF,
            "usernameUnclaimed": "noonewouldeverusethis7",
            "tags": ["forum"],
        }
        for site in range(PLACES)
    }
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "sites.json")
        listed.write_text(json.dumps({"sites": sites, "engines": {}, "tags": ["forum"]}))
        quiet = ("--no-autoupdate", "--no-recursion", "--no-extracting", "--no-color", "--no-progressbar")
        out = ("--folderoutput", folder, "--json", "simple", "--timeout", "10", "--retries", "0")
        called([str(program), *ASKED, "--db", str(listed), *quiet, *out, "-a"], folder)
        found: dict[str, set[int]] = {}
        for handle in ASKED:
            report = Path(folder, f"report_{handle}_simple.json")
            answered = json.loads(report.read_text()) if report.exists() else {}
            found[handle] = {int(name[1:]) for name in answered}
        return found


def sherlock(program: Path, farm: Farm) -> Mapping[str, set[int]]:
    """The same of sherlock, which is given its sites with `--json`; `--local` would ask all sites of its own list."""
    sites = {
        f"S{site:02d}": {
            "errorType": "status_code",
            "url": farm.loopback(site),
            "urlMain": farm.loopback(site).replace("/u/{}", ""),
            "username_claimed": STAFF,
        }
        for site in range(PLACES)
    }
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "sites.json")
        listed.write_text(json.dumps(sites))
        out = ("--folderoutput", folder, "--txt", "--no-color", "--timeout", "10", "--ignore-exclusions")
        called([str(program), *ASKED, "--json", str(listed), *out], folder)
        ports = {str(port): site for site, port in farm.ports.items()}
        return {
            handle: {
                ports[line.split("127.0.0.1:")[1].split("/")[0]]
                for line in Path(folder, f"{handle}.txt").read_text().splitlines()
                if "127.0.0.1:" in line
            }
            for handle in ASKED
        }


PEERS: Mapping[str, Callable[[Path, Farm], Mapping[str, set[int]]]] = {"maigret": maigret, "sherlock": sherlock}


def show_peer(name: str, farm: Farm) -> None:
    """What a reference program claims about the same handles on the same sites."""
    program = Path(os.environ.get("VETTING_PEERS") or ROOT / ".peers", name, "bin", name).absolute()
    if not program.exists():
        print(f"{name}: not installed (tests/peers/install.sh --references), so there is no reference")
        return
    found = PEERS[name](program, farm)
    counts: Counter[Whose] = Counter()
    for handle, sites in found.items():
        for site in sites:
            held = farm.accounts.get((site, handle))
            counts[held.whose if held else Whose.NOBODY] += 1
    wrong = sum(counts[whose] for whose in OTHERS)
    print(f"{name}: {wrong} of {counts.total()} accounts that it calls found are not the candidate's:")
    for whose in (Whose.CANDIDATES, *OTHERS):
        print(f"  {counts[whose]:>4} {whose}")


def show_ours(farm: Farm) -> None:
    """What the evidence carries, by whose account it is and how many bear the name."""
    result = graded(farm)
    above = [c for c in result.of(*OTHERS) if c.level not in {Level.AX, Level.A0, Level.A1}]
    rare = {c.at for c in above if c.whose is Whose.NEIGHBOR and c.frequency is NameFrequency.RARE}
    reached = Counter({claim.at: claim.level for claim in above}.values())
    print(f"ours; searches: {dict(result.outcomes)}")
    for whose in Whose:
        levels = result.best(whose)
        if levels:
            print(f"  {levels.total():>4} {whose}: {', '.join(f'{n} {level}' for level, n in sorted(levels.items()))}")
    at = ", ".join(f"{n} at {level}" for level, n in sorted(reached.items())) or "none"
    print(f"  decoys above A1: {reached.total()} ({at})")
    print(f"    by name, town and a name known to be rare: {len(rare)}; by name alone: {reached.total() - len(rare)}")
    print(f"  decoys at a level that may be released: {sum(claim.level.releasable for claim in above)}")


def main() -> None:
    """Start the farm, then ours and each reference on it."""
    print(f"{PLACES} sites, {len(CANDIDATES)} candidates, {len(RANDOM_HANDLES)} random handles")
    with running() as farm:
        show_ours(farm)
        for name in PEERS:
            show_peer(name, farm)


if __name__ == "__main__":
    main()
