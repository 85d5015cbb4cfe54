"""The verbs of investigators and reviewers: the only room that opens case files and passes the gate."""
