"""A plan as a tree: what each step gave and was expected to give, touched, and took."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from workbench.checking.plan import Node, Plan, conditions, title
from workbench.jupyter.exchange import as_box

#: An estimate that is off by so much leads to bad choices.
_FAR_OFF = 10

_NUMBER = "text-align:right;padding:.15rem .6rem;white-space:nowrap;vertical-align:top"
_BAR = "height:3px;border-radius:2px;background:#3b7dd8;width:{:.0f}%;margin-left:auto"
_ALARM = "color:#b3261e;font-weight:600"


class ShownPlan(Plan):
    """A plan that shows itself: as a tree in a notebook, in lines elsewhere."""

    def __repr__(self) -> str:
        return f"{self.text}\nplanned in {self.planning:.1f} ms, run in {self.execution:.1f} ms"

    def _repr_html_(self) -> str:
        rows = "".join(_row(node, self, depth) for node, depth in _walk(self.root, 0))
        names = ("rows", "expected", "buffers", "own time")
        heads = "".join(f"<th style='{_NUMBER}'>{name}</th>" for name in names)
        table = (
            "<div style='overflow-x:auto'><table style='border-collapse:collapse;width:100%;"
            "font-size:12.5px'><thead><tr><th style='text-align:left'>step</th>"
            f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )
        head = (
            f"<b>{self.rows:,} rows from {self.buffers:,} buffers</b><br><small>planned in "
            f"{self.planning:.1f} ms, run in {self.execution:.1f} ms; the steps that are indented "
            "feed the one above them. What the statement changed was rolled back.</small>"
        )
        return as_box([head, table])


def own_milliseconds(node: Node) -> float:
    """What the node took without those below it."""
    return max(0.0, node.milliseconds - sum(child.milliseconds for child in node.children))


def own_buffers(node: Node) -> int:
    """What the node touched without those below it."""
    return max(0, node.buffers - sum(child.buffers for child in node.children))


def is_far_off(node: Node) -> bool:
    """Whether the planner expected another order of magnitude."""
    few, many = sorted((max(node.rows, 1), max(node.estimated, 1)))
    return bool(node.loops) and many >= few * _FAR_OFF


def _walk(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    yield node, depth
    for child in node.children:
        yield from _walk(child, depth + 1)


def _row(node: Node, plan: Plan, depth: int) -> str:
    said = "".join(f"<br><small>{escape(name)}: {escape(value[:300])}</small>"
                   for name, value in conditions(node))  # fmt: skip
    if node.loops > 1:
        said += f"<br><small>run {node.loops:,} times; the numbers are of all of them</small>"
    arrow = "└ " if depth else ""
    step = (
        f"<td style='text-align:left;padding:.15rem 0 .15rem {depth * 1.2:.1f}rem'>"
        f"{arrow}<b>{escape(title(node))}</b>{said}</td>"
    )
    if not node.loops:
        return f"<tr>{step}<td style='{_NUMBER}' colspan='4'>never executed</td></tr>"
    took, touched = own_milliseconds(node), own_buffers(node)
    expected = (
        f"<span style='{_ALARM}'>{node.estimated:,}</span>"
        if is_far_off(node)
        else (f"{node.estimated:,}")
    )
    return (
        f"<tr>{step}<td style='{_NUMBER}'>{node.rows:,}</td><td style='{_NUMBER}'>{expected}</td>"
        f"<td style='{_NUMBER}'>{touched:,}{_bar(touched, plan.buffers)}</td>"
        f"<td style='{_NUMBER}'>{took:.1f} ms{_bar(took, plan.root.milliseconds)}</td></tr>"
    )


def _bar(part: float, whole: float) -> str:
    share = 100 * min(1.0, part / whole) if whole else 0
    return f"<div style='{_BAR.format(share)}'></div>"
