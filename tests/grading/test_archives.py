"""Archives of people who are not trusted: refused with a reason, and nothing left behind."""

from __future__ import annotations

import io
import tarfile
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.grading.archives import (
    ARCHIVES,
    ArchiveRefused,
    Limits,
    is_archive,
    unpack,
    without_ending,
)


def zipped(file: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file


def tarred(file: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(file, "w:gz") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file


def unpacked(archive: Path, limits: Limits | None = None) -> dict[str, bytes]:
    to = archive.parent / "out"
    unpack(archive, to, limits or Limits(), lambda name: name.endswith(".ipynb"))
    return {
        file.relative_to(to).as_posix(): file.read_bytes()
        for file in to.rglob("*")
        if file.is_file()
    }


def refusal(archive: Path, limits: Limits | None = None) -> str:
    with pytest.raises(ArchiveRefused) as refused:
        unpacked(archive, limits)
    assert not (archive.parent / "out").exists()
    assert list(archive.parent.parent.glob("x.ipynb")) == []
    return str(refused.value)


def test_wanted_members_are_unpacked_and_the_others_named(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"Zoë/x.ipynb": b"1", "y.pdf": b"2"})
    out = tmp_path / "out"
    assert unpack(archive, out, Limits(), lambda name: name == "x.ipynb") == {
        "y.pdf": "it is no notebook"
    }
    assert (out / "Zoë/x.ipynb").read_bytes() == b"1"
    assert not (out / "y.pdf").exists()


def test_tar_archives_too(tmp_path: Path) -> None:
    archive = tarred(tmp_path / "a.tar.gz", (tarfile.TarInfo("b/x.ipynb"), b"1"))
    assert unpacked(archive) == {"b/x.ipynb": b"1"}


@pytest.mark.parametrize(
    "name",
    ["../x.ipynb", "a/../../x.ipynb", "/etc/x.ipynb", "..\\x.ipynb", "C:\\x.ipynb", "../note.txt"],
)
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    members = {"good.ipynb": b"1", name: b"2"}
    assert "leads out of the folder" in refusal(zipped(tmp_path / "a.zip", members))
    tar = tarred(tmp_path / "a.tgz", *((tarfile.TarInfo(one), b"") for one in members))
    assert "a.tgz was refused, and nothing of it unpacked" in refusal(tar)


def test_a_bomb_is_refused_by_what_comes_out(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", {"x.ipynb": bytes(5_000_000)})
    assert bomb.stat().st_size < 10_000
    assert "larger than all that a class submits" in refusal(bomb, Limits(bytes=1_000_000))


def test_all_archives_together_have_one_limit(tmp_path: Path) -> None:
    limits = Limits(bytes=15)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        archive = zipped(tmp_path / name / "a.zip", {"x.ipynb": bytes(10)})
        if name == "a":
            unpacked(archive, limits)
        else:
            refusal(archive, limits)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    members = {f"{number}.txt": b"" for number in range(11)}
    archive = zipped(tmp_path / "a.zip", members)
    assert "more files than a class submits" in refusal(archive, Limits(files=10))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut off", b"no archive"])
@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_what_is_no_archive_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert "it cannot be read" in refusal(tmp_path / name)


def test_damage_found_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"good.ipynb": b"1", "x.ipynb": b"hello" * 100})
    data = archive.read_bytes()
    at = data.rindex(b"x.ipynb", 0, data.index(b"PK\x01\x02")) + len(b"x.ipynb")
    archive.write_bytes(data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :])
    assert "it cannot be read" in refusal(archive)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"x.ipynb": b"1"})
    data = bytearray(archive.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    archive.write_bytes(data)
    assert "encrypted" in refusal(archive)


def test_links_are_not_unpacked_and_said(tmp_path: Path) -> None:
    link = tarfile.TarInfo("x.ipynb")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    tar = tarred(tmp_path / "a.tar.gz", (link, b""))
    entry = zipfile.ZipInfo("x.ipynb")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    for made, to in ((tar, tmp_path / "1"), (tmp_path / "a.zip", tmp_path / "2")):
        said = unpack(made, to, Limits(), lambda name: True)
        assert said == {"x.ipynb": "it is a link or a device"}
        assert list(to.iterdir()) == []


def test_a_refused_archive_gives_its_share_back(tmp_path: Path) -> None:
    whole = Limits(bytes=15, files=3)
    bomb = zipped(tmp_path / "a.zip", {"a.ipynb": bytes(10), "b.ipynb": bytes(10)})
    many = zipped(tmp_path / "b.zip", {f"{number}.py": b"" for number in range(4)})
    for archive in (bomb, many):
        refusal(archive, Limits(bytes=100, files=100, within=whole) if archive is bomb else whole)
        assert (whole.bytes, whole.files) == (15, 3)


def test_what_is_not_unpacked_counts_for_its_own_archive_only(tmp_path: Path) -> None:
    whole = Limits(files=3)
    own = Limits(files=5, within=whole)
    assert unpacked(zipped(tmp_path / "a.zip", {"x.ipynb": b"1", "y": b"", "z": b""}), own)
    assert (own.files, whole.files) == (2, 2)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_no_limit_is_exceeded_and_a_refusal_takes_nothing(asked: list[tuple[int, int]]) -> None:
    whole = Limits(bytes=30, files=20)
    own = Limits(bytes=20, files=25, within=whole)
    for size, files in asked:
        before = (whole.bytes, whole.files, own.bytes, own.files)
        try:
            own.take(size, files)
        except ArchiveRefused:
            assert (whole.bytes, whole.files, own.bytes, own.files) == before
        assert min(whole.bytes, whole.files, own.bytes, own.files) >= 0


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="/\\:\0", exclude_categories=["Cs"]), max_size=150))
def test_a_name_of_any_length_is_unpacked_and_keeps_its_ends(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        member = f"Eve_2_{name}_1_reading.ipynb"
        (one,) = unpacked(zipped(Path(folder) / "a.zip", {member: b"1"}))
        assert one.startswith("Eve_2_")
        assert one.endswith("_1_reading.ipynb")
        assert len(one.encode()) <= 255


def test_two_long_names_stay_two(tmp_path: Path) -> None:
    names = [f"{'业' * 90}{number}{'业' * 90}.ipynb" for number in (1, 2)]
    assert len(unpacked(zipped(tmp_path / "a.zip", dict.fromkeys(names, b"1")))) == 2


def test_folders_without_end_are_left_out(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a/" * 2500 + "x.ipynb": b"1", "y.ipynb": b"2"})
    assert unpacked(archive) == {"y.ipynb": b"2"}


def test_a_file_where_a_folder_must_be_is_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive = zipped(tmp_path / "a.zip", {"x.ipynb": b"1", "x.ipynb/y.ipynb": b"2"})
    assert "cannot be read" in refusal(archive)


def test_endings() -> None:
    assert [without_ending(name) for name in ("Bob.ZIP", "a.b.tar.gz", "c.tgz")] == [
        "Bob", "a.b", "c"
    ]  # fmt: skip
    assert not is_archive("notes.gz")


@settings(deadline=None)
@given(st.text(st.sampled_from(". aZ"), max_size=4), st.sampled_from(ARCHIVES))
def test_without_its_ending_an_archive_has_a_folders_name(name: str, ending: str) -> None:
    left = without_ending(name + ending)
    assert Path("x/y").with_name(left).name == left
    assert left != ".."
