"""The door between our flows and Prefect: the server they run on, and the wall they run behind."""

from __future__ import annotations

from flows.coded import CodedFlow, CodedTask, coded_flow, coded_task
from flows.server import Server, prefect_server, prepare, start

__all__ = [
    "CodedFlow",
    "CodedTask",
    "Server",
    "coded_flow",
    "coded_task",
    "prefect_server",
    "prepare",
    "start",
]
