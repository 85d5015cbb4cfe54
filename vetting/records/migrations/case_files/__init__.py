"""Revisions of the case files."""
