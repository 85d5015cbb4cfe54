"""Records the demonstration's internet: real server software on loopback, invented people, our own capture code."""
