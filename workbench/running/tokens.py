"""The tokens with which a running system's write operations are opened: one for every role."""

from __future__ import annotations

import hashlib

#: Role -> token. They open systems that live for one check, so they are no secrets; and they are
#: the same everywhere, so that a learner can repeat what a check did.
TOKENS = {role: f"{role}-token-of-the-workbench" for role in ("viewer", "editor", "admin")}


def access_tokens() -> str:
    """The setting ACCESS_TOKENS of a system that knows these tokens, by their digests only."""
    return ",".join(
        f"{role}={hashlib.sha256(token.encode()).hexdigest()}" for role, token in TOKENS.items()
    )
