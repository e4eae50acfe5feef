"""Checks, and the clients and expectations that they are written with.

This is what a checks.py imports, and `workbench.checking.openapi`, which loads a large library.
"""

from workbench.checking import expect
from workbench.checking.app import App
from workbench.checking.check import Check, check
from workbench.checking.failure import CheckFailed
from workbench.checking.gateway import Gateway
from workbench.checking.graphql import GraphReply
from workbench.checking.hashes import other_hashes
from workbench.checking.http import Reply
from workbench.checking.migration import Lock, Migration
from workbench.checking.plan import Node, Plan
from workbench.checking.session import Session
from workbench.checking.social import Social
from workbench.checking.social_service import SocialService
from workbench.checking.sql import Refused
from workbench.checking.stream import EventStream
from workbench.checking.upstream import Answer, Asked, Upstream
from workbench.running.stepping import Step

__all__ = [
    "Answer",
    "App",
    "Asked",
    "Check",
    "CheckFailed",
    "EventStream",
    "Gateway",
    "GraphReply",
    "Lock",
    "Migration",
    "Node",
    "Plan",
    "Refused",
    "Reply",
    "Session",
    "Social",
    "SocialService",
    "Step",
    "Upstream",
    "check",
    "expect",
    "other_hashes",
]
