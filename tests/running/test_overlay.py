"""An overlay is the reference with one file replaced, and nothing of that file's reference text."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.running import overlay


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    source = tmp_path / "checkout"
    (source / "backend" / "catalog").mkdir(parents=True)
    (source / "backend" / "__init__.py").write_text("")
    (source / "backend" / "catalog" / "listing.py").write_text("SECRET = 'the reference'\n")
    (source / "backend" / "catalog" / "models.py").write_text("TABLES = 2\n")
    base = tmp_path / "base"
    base.mkdir()
    overlay.copy_reference(source, base)
    return base


def test_the_answer_stands_where_the_part_stood(reference: Path, tmp_path: Path) -> None:
    into = tmp_path / "stage"
    overlay.lay({"backend/catalog/listing.py": "MINE = 1\n"}, reference, into)
    assert (into / "backend/catalog/listing.py").read_text() == "MINE = 1\n"
    assert (into / "backend/catalog/models.py").read_text() == "TABLES = 2\n"


def test_nothing_of_the_replaced_text_is_left(reference: Path, tmp_path: Path) -> None:
    into = tmp_path / "stage"
    overlay.lay({"backend/catalog/listing.py": "MINE = 1\n"}, reference, into)
    files = [file for file in into.rglob("*") if file.is_file()]
    assert any(file.suffix == ".pyc" for file in files), "the other files are compiled"
    assert not any(b"the reference" in file.read_bytes() for file in files)


@pytest.mark.parametrize("path", ["backend/nothing.py", "../outside.py", "backend/../x.py"])
def test_only_parts_can_be_replaced(reference: Path, tmp_path: Path, path: str) -> None:
    with pytest.raises(overlay.OverlayError, match="no file of the reference"):
        overlay.lay({path: ""}, reference, tmp_path / "stage")


def test_a_lone_surrogate_is_written_all_the_same(reference: Path, tmp_path: Path) -> None:
    into = tmp_path / "stage"
    overlay.lay({"backend/catalog/listing.py": "x = '\ud800'"}, reference, into)
    assert (into / "backend/catalog/listing.py").read_bytes() == b"x = '?'"


def test_the_digest_follows_the_schema_only(reference: Path, tmp_path: Path) -> None:
    before = overlay.digest(reference, overlay.SCHEMA)
    (reference / "backend/catalog/listing.py").write_text("changed")
    assert overlay.digest(reference, overlay.SCHEMA) == before
    (reference / "backend/catalog/models.py").write_text("changed")
    assert overlay.digest(reference, overlay.SCHEMA) != before
