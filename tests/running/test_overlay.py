"""An overlay is the reference with one file replaced, and nothing of that file's reference text."""

from __future__ import annotations

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
