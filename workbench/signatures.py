"""The public names of a Python part, to compare a starter with the part that it stands in for."""

from __future__ import annotations

import ast


def public_names(text: str) -> dict[str, str]:
    """Public functions, classes and methods: name -> signature; of constants the name only.

    Raises SyntaxError when the text is no Python.
    """
    found: dict[str, str] = {}
    for node in ast.parse(text).body:
        _collect(node, "", found)
    return found


def _collect(node: ast.stmt, prefix: str, found: dict[str, str]) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        found[prefix + node.name] = f"({ast.unparse(node.args)}){returns}"
    elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
        found[prefix + node.name] = ""
        if not prefix:
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    _collect(inner, f"{node.name}.", found)


def difference(starter: str, part: str) -> str | None:
    """What the starter lacks of the part's public names and signatures, in a sentence, or None."""
    ours, theirs = public_names(part), public_names(starter)
    for name, signature in ours.items():
        if name not in theirs:
            return f"the starter lacks {name}{signature}"
        if theirs[name] != signature:
            return f"the starter has {name}{theirs[name]}, the part {name}{signature}"
    for name in theirs:
        if name not in ours:
            return f"the starter has {name}, which the part lacks"
    return None
