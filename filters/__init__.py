"""The wall: what a decision maker may not learn."""
