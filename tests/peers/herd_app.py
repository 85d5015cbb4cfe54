"""bovine-herd as its authors set it up: an ActivityPub server that answers signed requests only.

Run by hypercorn, in an environment of its own.
"""

from bovine_herd import BovineHerd
from quart import Quart

app = BovineHerd(Quart(__name__), db_url="sqlite://herd.sqlite3")
