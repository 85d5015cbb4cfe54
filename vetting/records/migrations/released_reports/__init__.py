"""Revisions of the released reports."""
