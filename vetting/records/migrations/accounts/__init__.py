"""Revisions of the accounts."""
