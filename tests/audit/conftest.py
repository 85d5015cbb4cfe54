"""A room in which a position is really worked on, to hold the invented ones against."""

from tests.casework.conftest import (  # noqa: F401
    analyzer,
    config,
    criteria,
    room,
    settings,
    site,
    transport,
)
