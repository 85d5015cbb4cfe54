"""A room in which a position is really worked on, to hold the invented ones against."""

from tests.casework.conftest import analyzer, config, criteria, room, settings  # noqa: F401
from tests.sources.conftest import site, transport  # noqa: F401
