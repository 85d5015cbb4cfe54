"""Prefect: when things happen and what is tried again."""
