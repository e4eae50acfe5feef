"""The whole corpus, and the table of docs/security.md that is made of it."""

from __future__ import annotations

from attack import CLASSES, Attack
from part_attacks import PART
from python_attacks import PYTHON
from schema_attacks import BARE, SCHEMA
from sql_attacks import SQL

#: In Python parts; those in parts of SQL are PART.
ATTACKS: tuple[Attack, ...] = (*PYTHON, *SQL, *SCHEMA)

#: What an attack is put into, where the starter would be nothing to deceive with.
HONEST = {"catalog.models": BARE}

#: What other suites hold of a class, in the forms that only they can make: class -> where.
ELSEWHERE = {
    "patch the checker": "tests/notebook, tests/nbgrader: check cells that were edited",
    "early exit 0": "tests/running/test_system.py",
    "fork or thread bomb": "tests/running/test_sandbox.py",
    "process outliving grading": "tests/running/test_system.py",
    "HTML, JS or cell-metadata injection": "tests/notebook, tests/nbgrader, tests/grading:"
    " duplicate, missing, renamed and re-pointed cells, invalid JSON, escaped reports",
}


def table() -> str:
    """The attacks by class, as Markdown."""
    lines = ["| class | attack | also |", "|---|---|---|"]
    for of in CLASSES:
        attacks = [one for one in (*ATTACKS, *PART) if one.of == of]
        told = "; ".join(f"`{one.id}`: {one.tries}" for one in attacks)
        lines.append(f"| {of} | {told} | {ELSEWHERE.get(of, '')} |")
    return "\n".join(lines) + "\n"
