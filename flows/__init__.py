"""Prefect: in which order things happen."""
