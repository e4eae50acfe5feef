"""An overlay is the reference with one file replaced, and nothing of that file's reference text."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from workbench.running import overlay


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    source = tmp_path / "checkout"
    (source / "backend" / "catalog").mkdir(parents=True)
    (source / "backend" / "__init__.py").write_text("")
    (source / "backend" / "catalog" / "listing.py").write_text("SECRET = 'the reference'\n")
    (source / "backend" / "catalog" / "models.py").write_text("TABLES = 2\n")
    return source


@pytest.fixture
def reference(checkout: Path) -> dict[str, bytes]:
    return overlay.read_reference(checkout)


def test_the_answer_stands_where_the_part_stood(
    reference: dict[str, bytes], tmp_path: Path
) -> None:
    into = tmp_path / "stage"
    overlay.lay({"backend/catalog/listing.py": "MINE = 1\n"}, reference, into)
    assert (into / "backend/catalog/listing.py").read_text() == "MINE = 1\n"
    assert (into / "backend/catalog/models.py").read_text() == "TABLES = 2\n"


def test_nothing_of_the_replaced_text_is_left(reference: dict[str, bytes], tmp_path: Path) -> None:
    into = tmp_path / "stage"
    overlay.lay({"backend/catalog/listing.py": "MINE = 1\n"}, reference, into)
    files = [file for file in into.rglob("*") if file.is_file()]
    assert any(file.suffix == ".pyc" for file in files), "the other files are compiled"
    assert not any(b"the reference" in file.read_bytes() for file in files)


def test_what_python_has_kept_compiled_is_taken_and_only_if_it_is_of_this_text(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    first = overlay.read_reference(checkout)
    with monkeypatch.context() as patched:
        patched.setattr(SourceFileLoader, "source_to_code", None, raising=False)  # no compiler
        assert overlay.read_reference(checkout).keys() == first.keys()
    (checkout / "backend/catalog/models.py").write_text("TABLES = 1 + 2\n")
    overlay.lay({}, overlay.read_reference(checkout), tmp_path / "stage")
    code = "import backend.catalog.models as m; print(m.TABLES, m.__cached__, m.__file__)"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "stage", capture_output=True, text=True
    ).stdout.split()
    assert said[0] == "3"
    assert Path(said[1]).is_file(), "it is compiled in the stage"
    assert (tmp_path / "stage/backend/catalog/models.py").samefile(said[2])


@pytest.mark.parametrize(
    "path", ["backend/nothing.py", "../outside.py", "backend", "backend/./__init__.py"]
)
def test_only_parts_can_be_replaced(reference: dict[str, bytes], tmp_path: Path, path: str) -> None:
    with pytest.raises(overlay.OverlayError, match="no file of the reference"):
        overlay.lay({path: ""}, reference, tmp_path / "stage")


def test_a_lone_surrogate_is_written_all_the_same(
    reference: dict[str, bytes], tmp_path: Path
) -> None:
    into = tmp_path / "stage"
    overlay.lay({"backend/catalog/listing.py": "x = '\ud800'"}, reference, into)
    assert (into / "backend/catalog/listing.py").read_bytes() == b"x = '?'"


def test_the_digest_follows_the_schema_only(checkout: Path) -> None:
    before = overlay.digest(checkout, overlay.SCHEMA)
    (checkout / "backend/catalog/listing.py").write_text("changed")
    assert overlay.digest(checkout, overlay.SCHEMA) == before
    (checkout / "backend/catalog/models.py").write_text("changed")
    assert overlay.digest(checkout, overlay.SCHEMA) != before
