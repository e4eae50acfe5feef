"""Plans: what EXPLAIN says of a statement that was run, in names and numbers.

Source: PostgreSQL documentation, EXPLAIN, and the names that src/backend/commands/explain.c gives
in FORMAT JSON. Times are for learners to look at; a check counts rows and buffers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.checking.rows import Rows

_DEEPEST = 200  # nodes below one another


class NoPlan(ValueError):
    """What came back is no plan."""


@dataclass(frozen=True)
class Node:
    """A step of a plan.

    type: "Seq Scan", "Hash Join"; relation and index: what it reads, "" for nothing; estimated and
    rows: what it was expected to give and gave, in all its loops together; removed: rows that it
    read and that its filters threw away, in all loops; buffers: pages of 8 KiB that it and the
    nodes below it touched, wherever they lay; milliseconds: likewise, 0 when nobody measured;
    details: everything else by PostgreSQL's own names.
    """

    type: str
    relation: str = ""
    index: str = ""
    estimated: int = 0
    rows: int = 0
    loops: int = 0
    removed: int = 0
    buffers: int = 0
    milliseconds: float = 0.0
    details: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[Node, ...] = ()

    @property
    def all(self) -> Iterator[Node]:
        """This node and all below it, from the top."""
        yield self
        for child in self.children:
            yield from child.all


@dataclass(frozen=True)
class Plan:
    """The plan of one statement; `text` is all of it in lines, for messages.

    given: what it gave when a check asked it for its rows, too.
    """

    root: Node
    planning: float = 0.0  # milliseconds
    execution: float = 0.0
    given: Rows = field(default_factory=lambda: Rows((), ""))

    @property
    def nodes(self) -> list[Node]:
        """Every node, from the top."""
        return list(self.root.all)

    @property
    def rows(self) -> int:
        """How many rows came out."""
        return self.root.rows

    @property
    def buffers(self) -> int:
        """Pages that were touched, wherever they lay."""
        return self.root.buffers

    @property
    def indexes(self) -> set[str]:
        """The names of the indexes that were used."""
        return {node.index for node in self.nodes if node.index and node.loops}

    def reads(self, relation: str) -> list[Node]:
        """The nodes that read this table (or a partition, by its own name) and were run."""
        return [node for node in self.nodes if node.relation == relation and node.loops]

    def rows_read(self, relation: str = "") -> int:
        """Rows of this table (or of all tables) that were looked at, kept or thrown away."""
        return sum(
            node.rows + node.removed
            for node in self.nodes
            if node.relation and relation in ("", node.relation)
        )

    def of_type(self, name: str) -> list[Node]:
        """The nodes of this type, "Sort" say."""
        return [node for node in self.nodes if node.type == name]

    @property
    def text(self) -> str:
        return "\n".join(_lines(self.root, 0))


def read_plan(data: Any) -> Plan:
    """A plan from what EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) returns. Raises NoPlan."""
    try:
        top = data[0]
        root = _node(top["Plan"], 0)
        return Plan(root, float(top.get("Planning Time", 0)), float(top.get("Execution Time", 0)))
    except (TypeError, LookupError, ValueError, ArithmeticError, AttributeError):
        raise NoPlan("EXPLAIN did not answer with a plan") from None


def _node(data: Mapping[str, Any], depth: int) -> Node:
    if depth > _DEEPEST:
        raise NoPlan("the plan is too deep")
    loops = int(data.get("Actual Loops", 0))
    removed = sum(float(data[key]) for key in data if key.startswith("Rows Removed by "))
    return Node(
        type=str(data["Node Type"]),
        relation=str(data.get("Relation Name", "")),
        index=str(data.get("Index Name", "")),
        estimated=round(float(data["Plan Rows"]) * max(loops, 1)),
        rows=round(float(data.get("Actual Rows", 0)) * loops),
        loops=loops,
        removed=round(removed * loops),
        buffers=sum(int(data.get(f"{kind} Blocks", 0)) for kind in _TOUCHED),
        milliseconds=float(data.get("Actual Total Time", 0)) * loops,
        details={key: value for key, value in data.items() if key not in _READ},
        children=tuple(_node(child, depth + 1) for child in data.get("Plans", [])),
    )


_TOUCHED = ("Shared Hit", "Shared Read", "Local Hit", "Local Read", "Temp Read", "Temp Written")
_READ = {
    "Node Type", "Relation Name", "Index Name", "Plan Rows", "Actual Rows", "Actual Loops", "Plans",
    "Actual Total Time",
}  # fmt: skip

#: What a node says beside its numbers, when it has it.
_SAID = (
    "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "Sort Key",
    "Presorted Key", "Group Key", "Sort Method", "Heap Fetches", "Function Name", "CTE Name",
    "Subplan Name",
)  # fmt: skip


def title(node: Node) -> str:
    """The node in words: "Index Scan on posts by posts_author_id"."""
    name = node.relation or str(node.details.get("CTE Name", node.details.get("Function Name", "")))
    alias = str(node.details.get("Alias", ""))
    parts = [node.type, f"on {name}" if name else "", alias if alias not in ("", name) else ""]
    return " ".join(part for part in [*parts, f"by {node.index}" if node.index else ""] if part)


def conditions(node: Node) -> list[tuple[str, str]]:
    """What it looks for, joins and sorts by: (PostgreSQL's name, value)."""
    found = []
    for name in _SAID:
        value = node.details.get(name)
        if value is not None:
            words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            found.append((name, words))
    if node.removed:
        found.append(("Rows Removed", f"{node.removed:,}"))
    return found


def _lines(node: Node, depth: int) -> Iterator[str]:
    numbers = f"rows {node.rows:,} (estimated {node.estimated:,}), buffers {node.buffers:,}"
    run = numbers if node.loops else "never executed"
    if node.loops > 1:
        run += f", loops {node.loops:,}"
    if node.milliseconds:
        run += f", {node.milliseconds:.1f} ms"
    indent = "  " * depth
    yield f"{indent}{'-> ' if depth else ''}{title(node)}: {run}"
    for name, value in conditions(node):
        yield f"{indent}     {name}: {value}"
    for child in node.children:
        yield from _lines(child, depth + 1)
