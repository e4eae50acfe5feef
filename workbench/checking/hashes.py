"""Python's `hash` of a text, which is another number in every process; but ours have one seed."""

from __future__ import annotations


def other_hashes(line: str) -> tuple[str, str]:
    """The edit for `App.altered` after which the module that this line imports from runs as in a
    process whose seed is another one."""
    module = line.split()[1]
    replaced = f"vars({module}).setdefault('hash', lambda value: hash(value) ^ 1)"
    return line, f"import {module}\n{replaced}\n{line}"
