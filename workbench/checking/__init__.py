"""Checks, and the clients and expectations that they are written with.

This is what a checks.py imports, and `workbench.checking.openapi`, which loads a large library.
"""

from workbench.checking import expect
from workbench.checking.app import App
from workbench.checking.check import Check, check
from workbench.checking.failure import CheckFailed
from workbench.checking.graphql import GraphReply
from workbench.checking.http import Reply
from workbench.checking.sql import Refused
from workbench.checking.stream import EventStream

__all__ = [
    "App",
    "Check",
    "CheckFailed",
    "EventStream",
    "GraphReply",
    "Refused",
    "Reply",
    "check",
    "expect",
]
