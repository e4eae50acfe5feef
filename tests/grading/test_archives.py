"""Archives of people who are not trusted: refused with a reason, and nothing left behind."""

from __future__ import annotations

import io
import tarfile
import warnings
import zipfile
from pathlib import Path

import pytest

from workbench.grading.archives import ArchiveRefused, Limits, is_archive, unpack, without_ending


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
    assert unpack(archive, out, Limits(), lambda name: name == "x.ipynb") == ["y.pdf"]
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


def test_links_are_not_unpacked(tmp_path: Path) -> None:
    link = tarfile.TarInfo("x.ipynb")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    assert unpacked(tarred(tmp_path / "a.tar.gz", (link, b""))) == {}
    (tmp_path / "out").rmdir()
    entry = zipfile.ZipInfo("x.ipynb")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert unpacked(tmp_path / "a.zip") == {}


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
