"""A submitted notebook read without trusting it: its cells, and which lab and notebook it is."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_BYTES = 20_000_000

#: nbgrader's folder: submitted/<learner>/<lab>/<notebook>.ipynb
_SUBMITTED = re.compile(
    r".*/submitted/(?P<learner>[^/]+)/(?P<lab>[^/]+)/(?P<notebook>[^/]+)\.ipynb"
)


class SubmissionError(Exception):
    """The file is no notebook that can be read. The message says why, and what to do."""


@dataclass(frozen=True)
class Cell:
    """What grading looks at in a cell; outputs and all other metadata are left where they are."""

    kind: str  # "code", "markdown" or "raw"
    source: str
    exercise: str  # from the metadata that the build wrote; "" when there is none
    role: str  # "answer", "check", "story" or ""


@dataclass(frozen=True)
class Submission:
    """A notebook's cells, and the lab and notebook that its metadata names ("" for none)."""

    cells: tuple[Cell, ...]
    lab: str
    notebook: str


def read_submission(source: str | bytes | Path) -> Submission:
    """Read a notebook from its text or its file. No kernel is started and nothing is executed.

    Raises SubmissionError for what is not a notebook of format 4, or is over 20 MB.
    """
    data = _json(_bytes(source))
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise SubmissionError(
            "This file is no Jupyter notebook. Submit the .ipynb file itself, saved in JupyterLab."
        )
    if data["nbformat"] != 4:
        age = "old" if data["nbformat"] < 4 else "new"
        raise SubmissionError(
            f"The notebook has format {data['nbformat']}, which is too {age}: format 4 is read. "
            "Open it in JupyterLab, save it, and submit it again."
        )
    if not isinstance(data.get("cells"), list):
        raise SubmissionError(
            "The notebook has no list of cells: the file is damaged. Restore it from a copy, or "
            "open the lab's notebook anew and put your answers in."
        )
    mark = _dict(_dict(data.get("metadata")).get("workbench"))
    found = tuple(cell for cell in map(_cell, data["cells"]) if cell is not None)
    return Submission(found, _str(mark.get("lab")), _str(mark.get("notebook")))


def place(path: Path) -> dict[str, str]:
    """learner, lab and notebook that nbgrader's folder submitted/<learner>/<lab>/ names, or {}."""
    match = _SUBMITTED.fullmatch(path.absolute().as_posix())
    return match.groupdict() if match else {}


def _bytes(source: str | bytes | Path) -> bytes:
    if isinstance(source, Path):
        try:
            with open(source, "rb", opener=_open_at_once) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise SubmissionError(f"{source} is no file that holds a notebook.")
                size = status.st_size
                data = file.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
        except OSError as error:
            raise SubmissionError(f"{source} cannot be read: {error.strerror}.") from None
    else:
        data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
        size = len(data)
    if size > MAX_BYTES:
        raise SubmissionError(
            f"The notebook has {size / 1e6:.0f} MB, over the {MAX_BYTES / 1e6:.0f} MB that "
            "are read. Clear its outputs (Edit, Clear Outputs of All Cells), save, submit again."
        )
    return data


def _open_at_once(path: str, flags: int) -> int:
    """Open also a pipe, which would be waited for until somebody writes into it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _json(data: bytes) -> Any:
    advice = "Open it in JupyterLab to see whether it still loads, save it, and submit it again."
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SubmissionError(f"The file is not UTF-8 text, so no notebook. {advice}") from None
    except RecursionError:
        raise SubmissionError(f"The file's JSON is nested too deeply. {advice}") from None
    except ValueError as error:  # JSONDecodeError, and numbers of thousands of digits
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise SubmissionError(
            f"The file is not valid JSON{where}, so no notebook. {advice}"
        ) from None


def _cell(data: object) -> Cell | None:
    """The cell, or None when it has no readable text: an answer in it then counts as missing."""
    cell = _dict(data)
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    mark = _dict(_dict(cell.get("metadata")).get("workbench"))
    return Cell(
        _str(cell.get("cell_type")), source, _str(mark.get("exercise")), _str(mark.get("role"))
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _str(value: object) -> str:
    return value if isinstance(value, str) else ""
