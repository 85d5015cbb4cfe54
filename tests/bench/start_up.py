"""Measures what every start costs: seconds and memory to import each large library, with and without bytecode."""

import os
import subprocess
import sys
import tempfile
import time

IMPORTS = {
    "the vetting command": "from vetting.cli.app import whole; whole()",
    "Prefect's client": "import prefect",
    "Prefect's server": "import prefect.server.api.server",
    "spaCy and Presidio": "import spacy, presidio_analyzer",
    "WeasyPrint": "import weasyprint",
    "pandas": "import pandas",
}
REPEATS = 3
PEAK = "; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"


def one_start(code: str, environment: dict[str, str]) -> tuple[float, int]:
    """Return the seconds and the peak MB of a new Python that runs `code` and ends."""
    begin = time.perf_counter()
    command = [sys.executable, "-c", code + PEAK]
    ended = subprocess.run(command, env=os.environ | environment, check=True, capture_output=True, text=True)
    return time.perf_counter() - begin, int(ended.stdout.split()[-1])


def main() -> None:
    """Print the best of three starts each."""
    print(f"{'start':<22} {'with bytecode':>14} {'without':>9} {'peak':>8}")
    with tempfile.TemporaryDirectory() as nowhere:
        # A prefix that holds no bytecode, and no permission to write any: every start compiles again.
        without_bytecode = {"PYTHONPYCACHEPREFIX": nowhere, "PYTHONDONTWRITEBYTECODE": "1"}
        for name, code in IMPORTS.items():
            starts = [one_start(code, {}) for _ in range(REPEATS)]
            compiled = min(seconds for seconds, _ in starts)
            peak = max(megabytes for _, megabytes in starts)
            compiling = min(one_start(code, without_bytecode)[0] for _ in range(REPEATS))
            print(f"{name:<22} {compiled:>12.2f} s {compiling:>7.2f} s {peak:>5} MB")


if __name__ == "__main__":
    main()
