"""Putting another answer into a learner's notebook."""

from __future__ import annotations

import json
import os
from pathlib import Path

from workbench.course import Exercise
from workbench.notebook.answer_text import answer_source, split_answer


def replace_answer(file: Path, exercise: Exercise, text: str) -> bool:
    """Give the notebook's answer cell of that exercise this text. False when it has none.

    The text that it replaces, which may never have been run, is kept beside the notebook.
    """
    notebook = json.loads(file.read_text(encoding="utf-8"))
    wanted = answer_source(exercise.id, text)
    for cell in notebook["cells"]:
        mark = cell.get("metadata", {}).get("workbench", {})
        if mark.get("exercise") != exercise.id or mark.get("role") != "answer":
            continue
        before = "".join(cell["source"])
        if before != wanted:
            kept = file.with_name(f"{exercise.id}.before{exercise.suffix}")
            kept.write_text(split_answer(before)[1], encoding="utf-8")
            cell["source"] = wanted.splitlines(keepends=True)
            beside = file.with_name(f".{file.name}.saving")
            beside.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
            os.replace(beside, file)
        return True
    return False
