"""What a test needs beside Python and is not everywhere: cases by others, and programs by others."""

import os
import shutil
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip with a reason, or fail where the run was told that everything must be present."""
    if os.environ.get("VETTING_REQUIRE_SHARED") == "1":
        pytest.fail(f"{what}, and VETTING_REQUIRE_SHARED=1 says it must be there", pytrace=False)
    pytest.skip(what)


def program(name: str, package: str) -> str:
    """Where the program is; it is missing where its Debian package is not installed."""
    return shutil.which(name) or missing(f"{name} is not installed (Debian: apt-get install {package})")
