"""Which text of a submission is the answer to an exercise, or why none can be told."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.grading.submission import Cell, Submission
from workbench.notebook.answer_text import split_answer


@dataclass(frozen=True)
class Answer:
    """The answer to one exercise: its text, or the problem that keeps it from being graded.

    `cell` is the cell it was read from, or the first of those that could not be decided between;
    None when there is none.
    """

    text: str
    problem: str
    cell: Cell | None


def read_answer(submission: Submission, id: str) -> Answer:  # noqa: A002 - the vocabulary's word
    """The answer to exercise `id`, told by the cells' metadata.

    Only when no cell carries the exercise's metadata (some editors strip it) is a code cell
    taken that starts with `%%answer ID`.
    """
    marked = [cell for cell in submission.cells if cell.role == "answer" and cell.exercise == id]
    found = marked or [cell for cell in submission.cells if _says(cell, id)]
    if not found:
        return Answer("", _missing(id), None)
    if len({(cell.kind, cell.source) for cell in found}) > 1:
        return Answer("", _twice(id, len(found)), found[0])
    cell = found[0]
    named, text = split_answer(cell.source)
    if cell.kind != "code":
        problem = (
            f"The answer cell of {id} was turned into a {cell.kind or 'nameless'} cell, so it "
            "holds no code. Select it, press Esc and then Y to make it code, save, and submit."
        )
    elif named is not None and named != id:
        problem = (
            f"The answer cell of {id} starts with `%%answer {named}`, so it is not clear which "
            f"exercise it answers. Make its first line `%%answer {id}`, save, and submit."
        )
    elif not _is_text(text):
        problem = (
            f"The answer to {id} holds characters that no file can hold (half of a surrogate "
            "pair). Type the lines with unusual characters anew, save, and submit."
        )
    else:
        return Answer(text, "", cell)
    return Answer("", problem, cell)


def _says(cell: Cell, id: str) -> bool:  # noqa: A002
    return cell.kind == "code" and cell.role != "answer" and split_answer(cell.source)[0] == id


def _is_text(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _missing(id: str) -> str:  # noqa: A002
    return (
        f"The notebook has no answer cell for {id}. Add a code cell whose first line is "
        f"`%%answer {id}`, put your answer below that line, save, and submit."
    )


def _twice(id: str, times: int) -> str:  # noqa: A002
    return (
        f"The answer cell of {id} is there {times} times, with different texts, so it is not clear "
        "which one counts. Delete all but one, save, and submit."
    )
