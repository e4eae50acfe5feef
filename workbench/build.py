"""`workbench build`: graders/ made into labs/ and solutions/, or compared with them."""

from __future__ import annotations

from pathlib import Path

from workbench.course import Course
from workbench.notebook.assemble import as_text, make_notebook
from workbench.notebook.story import check_slots


def build(course: Course, root: Path, *, check: bool = False) -> list[Path]:
    """Write labs/<lab>/*.ipynb and solutions/<lab>/*.ipynb below `root`; return the files written.

    With `check` nothing is written, and what is returned are the files that differ from what would
    be written, are missing, or are notebooks that no story makes. Raises CourseError when the
    course's stories and exercises do not agree.
    """
    wanted = notebooks(course, root)
    wrong = [file for file, text in wanted.items() if not _holds(file, text)]
    if check:
        return sorted(wrong + strays(root, wanted))
    for file in wrong:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(wanted[file].encode())
    return sorted(wrong)


def notebooks(course: Course, root: Path) -> dict[Path, str]:
    """Every file that the course makes below `root`, with its text."""
    check_slots(course)
    texts: dict[Path, str] = {}
    for lab in course.labs:
        for story in lab.stories:
            name = f"{story.stem}.ipynb"
            release = make_notebook(lab, story.stem, "release")
            solution = make_notebook(lab, story.stem, "solution")
            texts[root / "labs" / lab.name / name] = as_text(release)
            texts[root / "solutions" / lab.name / name] = as_text(solution)
    return texts


def strays(root: Path, wanted: dict[Path, str]) -> list[Path]:
    """The notebooks in labs/ and solutions/ that the course does not make."""
    found = [file for top in ("labs", "solutions") for file in (root / top).rglob("*.ipynb")]
    copies = ".ipynb_checkpoints"  # Jupyter's own; git ignores them too
    return [file for file in found if file not in wanted and copies not in file.parts]


def _holds(file: Path, text: str) -> bool:
    try:
        return file.read_bytes() == text.encode()
    except FileNotFoundError:
        return False
