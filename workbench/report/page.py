"""The report as one HTML page, which needs nothing else: no script, no network."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from workbench.course import Lab
from workbench.printable import printable
from workbench.report.numbers import Alike, ClassReport
from workbench.report.plots import dots, histogram

_CODE = re.compile("`([^`]+)`")


@dataclass
class Group:
    """Learners whose answers to an exercise hang together by pairs that are alike."""

    exercise: str
    pairs: list[Alike]

    @property
    def members(self) -> list[str]:
        """The learners; "" for the reference comes first."""
        return sorted({name for pair in self.pairs for name in (pair.learner, pair.other)})


def page(lab: Lab, report: ClassReport, made: str, threshold: float) -> str:
    """The page. Whatever comes from learners is escaped, as all text is. made: when, in words."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _with_code
    environment.filters["name"] = _name
    titles = {exercise.id: exercise.title for exercise in lab.exercises}
    shares = {
        titles[id]: [
            one.score / one.max_score
            for learner in report.learners
            for one in learner.exercises
            if one.id == id and one.score is not None and one.status != "missing" and one.max_score
        ]
        for id in titles  # noqa: A001
    }
    most = report.max_score or 1
    return environment.get_template("page.html.j2").render(
        report=report,
        titles=titles,
        made=made,
        threshold=threshold,
        groups=groups(report.alike),
        failing=[check for check in report.checks if check.failed],
        judged=max((c.passed + c.skipped + len(c.failed) for c in report.checks), default=0),
        histogram=Markup(  # noqa: S704 - drawn from numbers
            histogram(
                [score / most for score in report.scores],
                None if report.median is None else report.median / most,
            )
        ),
        dots=Markup(dots(shares)),  # noqa: S704 - drawn from numbers and the course's own titles
    )


def groups(pairs: tuple[Alike, ...]) -> list[Group]:
    """Pairs joined where they share a learner, exercise by exercise; the largest share first."""
    found: dict[str, list[Group]] = defaultdict(list)
    for pair in pairs:
        near = [one for one in found[pair.exercise] if {pair.learner, pair.other} & {*one.members}]
        joined = [pair] + [other for one in near for other in one.pairs]
        rest = [one for one in found[pair.exercise] if one not in near]
        found[pair.exercise] = [*rest, Group(pair.exercise, sorted(joined, key=lambda p: -p.share))]
    every = [group for one in found.values() for group in one]
    return sorted(every, key=lambda group: -group.pairs[0].share)


def _name(text: str) -> Markup:
    """A learner's name, which turns nothing around it, whatever its direction."""
    return Markup("<bdi>{}</bdi>").format(printable(text))


def _with_code(text: str) -> Markup:
    """Text whose `quoted` words are code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(printable(text, keep="\n\t")))))  # noqa: S704 - escaped first
