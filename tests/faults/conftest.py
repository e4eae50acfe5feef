"""A bench, a build folder and submissions of these tests' own: what is killed is nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from marks import Grade, Marks, marks

from workbench.bench.embedded import Embedded
from workbench.grading.pool import grade_all
from workbench.grading.result import NotebookResult
from workbench.paths import root

NOTEBOOK = "week01_catalog/1_resource_design.ipynb"

#: A database's own, one with many requests, and one that writes; those left out are not run.
ANSWERED = ("catalog.models", "catalog.listing", "catalog.create")


@pytest.fixture(scope="module")
def module_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    # Where root's servers run as nobody, they must get through.
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o711)
    return folder


@pytest.fixture(scope="module")
def own_bench(module_folder: Path) -> Iterator[Path]:
    """WORKBENCH_WORK of a bench that may be killed."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "REDIS_URL", "WORKBENCH_BENCH"):
            patch.delenv(name, raising=False)
        patch.setenv("WORKBENCH_WORK", str(module_folder / "work"))
        yield module_folder / "work"
    Embedded(module_folder / "work" / "bench").down()


@pytest.fixture(autouse=True)
def build(own_bench: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty WORKBENCH_BUILD, so that nothing is kept from before."""
    monkeypatch.setenv("WORKBENCH_BUILD", str(tmp_path / "build"))
    return tmp_path / "build"


@pytest.fixture(scope="module")
def submissions(module_folder: Path) -> list[Path]:
    """One learner who answered a few exercises, rightly but for a plausible mistake in the listing.

    So both can be seen: a point that is lost, and one that is given.
    """
    notebook = json.loads((root() / "solutions" / NOTEBOOK).read_text())
    notebook["cells"] = [cell for cell in notebook["cells"] if _is_answered(cell["source"])]
    for cell in notebook["cells"]:
        if "%%answer catalog.listing" in "".join(cell["source"]):
            text = "".join(cell["source"])
            assert text.count('query["max_price"] is not None') == 1
            cell["source"] = text.replace('query["max_price"] is not None', 'query["max_price"]')
    file = module_folder / "submitted" / "bob" / NOTEBOOK
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(notebook))
    return [file]


def _is_answered(source: str | list[str]) -> bool:
    text = "".join(source)
    return "%%answer" not in text or any(f"%%answer {one}\n" in text for one in ANSWERED)


@pytest.fixture
def grade(submissions: list[Path]) -> Grade:
    """Grade the submissions in this process: learner -> result."""

    def run() -> dict[str, NotebookResult]:
        results = grade_all(submissions, jobs=1, fresh=False)
        return {result.learner: result for _, result in results}

    return run


@pytest.fixture(scope="module")
def undisturbed(
    own_bench: Path, submissions: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Marks:
    """What every check says when nothing happens: learner -> exercise/check -> status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_BUILD", str(tmp_path_factory.mktemp("undisturbed")))
        found = marks({one.learner: one for _, one in grade_all(submissions, jobs=1, fresh=False)})
    failed = [name for name, status in found["bob"].items() if status == "failed"]
    assert failed == ["catalog.listing/takes_zero_for_a_bound"]
    return found
