"""What our nbgrader steps share: the course, and the notebook that a step is at work on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from workbench.course import Course, Lab, load_course
from workbench.paths import root

# nbconvert's type for what its steps hand on.
Resources = dict[str, Any]


class CourseStep(NbGraderPreprocessor):
    """A preprocessor that knows the course."""

    graders = Unicode(help="The folder of the course's source, graders/").tag(config=True)

    def _graders_default(self) -> str:
        return str(root() / "graders")

    def course(self) -> Course:
        """The course as it is now: a formgrader's server lives longer than a version of it."""
        return load_course(Path(self.graders))

    def lab(self, resources: Resources) -> Lab:
        """The lab whose assignment is being processed. Raises CourseError when there is none."""
        return self.course().lab(resources["nbgrader"]["assignment"])
