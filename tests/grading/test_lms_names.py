"""Names as Moodle and Canvas write them: whose file it is, and which one counts."""

from __future__ import annotations

import json
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.grading.lms_folders import NO_DOWNLOAD, Download
from workbench.grading.lms_names import choose

NOTEBOOK = "1_resource_design"
RELEASED = [NOTEBOOK, "2_more_resource_design"]


def collected(
    folder: Path, *names: str, archives: dict[str, Download] | None = None
) -> dict[str, str]:
    """learner/notebook -> the file that counts, of an export that holds these files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    chosen, left_out = choose(
        (folder / name for name in names),
        folder,
        RELEASED,
        "week01_catalog",
        {folder / name: download for name, download in (archives or {}).items()},
    )
    assert len(chosen) + len(left_out) == len(names)
    return {
        f"{one.learner}/{one.notebook}": one.path.relative_to(folder).as_posix() for one in chosen
    }


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        # Moodle, in folders, without the last underscore, flat, with subfolders, from a zip
        (f"Eve Smith_123_assignsubmission_file_/{NOTEBOOK}.ipynb", "Eve Smith"),
        (f"Eve Smith_123_assignsubmission_file/{NOTEBOOK}.ipynb", "Eve Smith"),
        (f"Eve Smith_123_assignsubmission_file_{NOTEBOOK}.ipynb", "Eve Smith"),
        (f"Eve Smith_123_assignsubmission_file_/my work/{NOTEBOOK}.ipynb", "Eve Smith"),
        (f"week 1-77/Eve Smith_123_assignsubmission_file_/hw/{NOTEBOOK}.ipynb", "Eve Smith"),
        (f"Łucja O'Brien-Ångström_9_assignsubmission_file_/{NOTEBOOK}.ipynb",
         "Łucja O'Brien-Ångström"),
        (f"李 小龙_9_assignsubmission_file_{NOTEBOOK}.ipynb", "李 小龙"),
        (f"Default group_assignsubmission_file_/{NOTEBOOK}.ipynb", "Default group"),
        (f"Participant_123_assignsubmission_file_/{NOTEBOOK}.ipynb", "Participant_123"),
        # Canvas, late, resubmitted, anonymous, a zip, a name of digits or with an underscore
        (f"smitheve_12345_67890_{NOTEBOOK}.ipynb", "smitheve_12345"),
        (f"smitheve_LATE_12345_67890_{NOTEBOOK}.ipynb", "smitheve_12345"),
        (f"smitheve_12345_67890_{NOTEBOOK}-2.ipynb", "smitheve_12345"),
        (f"anon_x4Gf2_67890_{NOTEBOOK}.ipynb", "anon_x4Gf2"),
        (f"LATE_anon_x4Gf2_67890_{NOTEBOOK}.ipynb", "anon_x4Gf2"),
        (f"smitheve_12345_67890_homework/{NOTEBOOK}.ipynb", "smitheve_12345"),
        (f"submissions/smith_eve2_12345_67890_{NOTEBOOK}.ipynb", "smith_eve2_12345"),
        (f"สมหญิง_12345_67890_{NOTEBOOK}.ipynb", "สมหญิง_12345"),
        # neither
        (f"eve_{NOTEBOOK}.ipynb", "eve"),
        (f"eve smith-{NOTEBOOK}.ipynb", "eve smith"),
        (f"eve/{NOTEBOOK}.ipynb", "eve"),
        (f"all/eve/{NOTEBOOK} (3).ipynb", "eve"),
    ],
)  # fmt: skip
def test_a_name_tells_the_learner(tmp_path: Path, name: str, learner: str) -> None:
    assert collected(tmp_path, name) == {f"{learner}/{NOTEBOOK}": name}


def test_the_highest_resubmission_counts(tmp_path: Path) -> None:
    names = [
        f"smitheve_1{late}_2{number}_{NOTEBOOK}{suffix}.ipynb".replace("_1_LATE", "_LATE_1")
        for number, late, suffix in ((1, "", ""), (5, "", "-2"), (3, "_LATE", "-10"), (9, "", "-1"))
    ]
    assert collected(tmp_path, *names) == {
        f"smitheve_1/{NOTEBOOK}": f"smitheve_LATE_1_23_{NOTEBOOK}-10.ipynb"
    }


def test_after_seven_resubmissions_canvas_writes_a_uuid(tmp_path: Path) -> None:
    last = f"smitheve_1_30_{NOTEBOOK}-1b4e28ba-2fa1-11d2-883f-0016d3cca427.ipynb"
    names = [f"smitheve_1_29_{NOTEBOOK}-7.ipynb", last]
    assert collected(tmp_path, *names) == {f"smitheve_1/{NOTEBOOK}": last}


def test_two_files_without_a_suffix_are_told_apart_by_canvas_number(tmp_path: Path) -> None:
    names = [f"smitheve_1_{number}_{NOTEBOOK}.ipynb" for number in (9, 10)]
    assert list(collected(tmp_path, *names).values()) == [names[1]]


def test_two_people_of_the_same_name_stay_two(tmp_path: Path) -> None:
    moodle = [f"Eve Smith_{number}_assignsubmission_file_/{NOTEBOOK}.ipynb" for number in (7, 8)]
    assert collected(tmp_path, *moodle) == {
        f"Eve Smith_7/{NOTEBOOK}": moodle[0], f"Eve Smith_8/{NOTEBOOK}": moodle[1]
    }  # fmt: skip
    canvas = [f"smitheve_{number}_1_{NOTEBOOK}.ipynb" for number in (7, 8)]
    assert set(collected(tmp_path, *canvas)) == {
        f"smitheve_7/{NOTEBOOK}", f"smitheve_8/{NOTEBOOK}"
    }  # fmt: skip


def test_the_same_name_in_two_unicode_spellings_is_one_person(tmp_path: Path) -> None:
    names = [
        f"{unicodedata.normalize(form, 'Zoë')}_7_assignsubmission_file_/{file}.ipynb"
        for form, file in (("NFC", NOTEBOOK), ("NFD", RELEASED[1]))
    ]
    assert {one.split("/")[0] for one in collected(tmp_path, *names)} == {"Zoë"}


def test_a_renamed_notebook_is_told_by_its_metadata(tmp_path: Path) -> None:
    file = tmp_path / "smitheve_1_2_final version.ipynb"
    mark = {"workbench": {"lab": "week01_catalog", "notebook": NOTEBOOK}}
    file.write_text(json.dumps({"nbformat": 4, "metadata": mark, "cells": []}))
    (one,), _ = choose([file], tmp_path, RELEASED)
    assert (one.learner, one.notebook) == ("smitheve_1", NOTEBOOK)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("smitheve_1_2_essay.ipynb", "which notebook of the lab it is; rename it"),
        (f"{NOTEBOOK}.ipynb", "nothing tells whose it is; put it into a folder"),
        (f".._5_assignsubmission_file_/../{NOTEBOOK}.ipynb".replace("../", ""), "whose it is"),
    ],
)
def test_what_is_left_out_says_why(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("{}")
    chosen, left_out = choose([tmp_path / name], tmp_path, RELEASED)
    assert chosen == []
    assert said in left_out[tmp_path / name]


#: What Moodle calls an export (COURSE-NAME-ID), a date, and what looks like somebody's.
EXPORTS = [
    "INF_2026_2_DB-Week 6-1234", "week06_2026_11_27", "smitheve_501_9014_hw", "anna", "a (1)",
    f"x_{NOTEBOOK}", "2026_11_27",
]  # fmt: skip
EXPORT_NAMES = st.one_of(
    st.sampled_from(EXPORTS),
    st.from_regex(r"[a-z]{1,3}_[0-9]{1,4}_[0-9]{1,4}_[a-z0-9_ ]{0,5}[a-z0-9]", fullmatch=True),
)
FORMS = [
    "{0}_{1}_assignsubmission_file_/{2}.ipynb", "{0}_{1}_assignsubmission_file_{2}.ipynb",
    "{0}_{1}_99_{2}.ipynb", "{0}_{2}.ipynb", "{0}/{2}.ipynb", "all/{0}/hw/{2}.ipynb",
]  # fmt: skip


@settings(deadline=None)
@given(EXPORT_NAMES, st.sampled_from(FORMS), st.booleans())
def test_an_exports_own_name_is_nobodys(export: str, form: str, folder_only: bool) -> None:
    """Whatever the zip of a class is called, and when it was unpacked by hand, all are told."""
    people = {"ada": 11, "bob": 12, "cleo": 13}
    names = [f"{export}/{form.format(who, id, NOTEBOOK)}" for who, id in people.items()]  # noqa: A001
    archives = {} if folder_only else {export: NO_DOWNLOAD}
    with tempfile.TemporaryDirectory() as folder:
        found = {one.split("/")[0] for one in collected(Path(folder), *names, archives=archives)}
    canvas = form.startswith("{0}_{1}_99")
    assert found == {f"{who}_{id}" if canvas else who for who, id in people.items()}  # noqa: A001


INNER = st.lists(st.sampled_from(["hw", "week01_catalog", "src", "old"]), max_size=3).map("/".join)


@settings(deadline=None)
@given(INNER, INNER, st.sampled_from(["", " (1)"]))
def test_a_zipped_folder_is_the_archives_owners(anna: str, ben: str, again: str) -> None:
    names = [f"anna{again}/{anna}/{NOTEBOOK}.ipynb", f"ben/{ben}/{NOTEBOOK}.ipynb"]
    names = [name.replace("//", "/") for name in names]
    archives = {f"anna{again}": NO_DOWNLOAD, "ben": NO_DOWNLOAD}
    with tempfile.TemporaryDirectory() as folder:
        found = collected(Path(folder), *names, archives=archives)
    assert found == {f"anna/{NOTEBOOK}": names[0], f"ben/{NOTEBOOK}": names[1]}


def test_two_people_with_a_notebook_each_in_one_archive_stay_two(tmp_path: Path) -> None:
    names = [f"all/anna/{RELEASED[0]}.ipynb", f"all/ben/{RELEASED[1]}.ipynb"]
    found = collected(tmp_path, *names, archives={"all": NO_DOWNLOAD})
    assert {one.split("/")[0] for one in found} == {"anna", "ben"}


@settings(deadline=None)
@given(
    st.permutations(["X", "X (1)", "9 X", "X_"]),
    st.permutations([Download((2026,), 0, 9.0), Download((2026,), 1, 5.0),
                     Download((2027,), 0, 1.0), Download((2027,), 0, 2.0)]),
)  # fmt: skip
def test_what_was_downloaded_last_counts(names: list[str], downloads: list[Download]) -> None:
    form = f"{{}}/Eve_5_assignsubmission_file_{NOTEBOOK}.ipynb"
    archives = dict(zip(names, downloads, strict=True))
    newest = max(archives, key=lambda name: archives[name])
    with tempfile.TemporaryDirectory() as folder:
        found = collected(Path(folder), *map(form.format, names), archives=archives)
    assert found == {f"Eve/{NOTEBOOK}": form.format(newest)}
    assert archives[newest] == Download((2027,), 0, 2.0)


def test_of_two_downloads_the_message_tells_which(tmp_path: Path) -> None:
    paths = [tmp_path / name / f"Eve_5_assignsubmission_file_{NOTEBOOK}.ipynb" for name in "ab"]
    archives = {tmp_path / "a": Download((), 1, 0.0), tmp_path / "b": NO_DOWNLOAD}
    _, left_out = choose(paths, tmp_path, RELEASED, "", archives)
    counts = f"Eve also submitted a/{paths[0].name} of a newer download, which counts"
    assert left_out == {paths[1]: counts}


@pytest.mark.parametrize("form", ["Eve_5_assignsubmission_file_/{}.ipynb", "eve/{}.ipynb"])
@pytest.mark.parametrize(
    "other", [f"{NOTEBOOK}-Copy1", f"{NOTEBOOK}_old (3)", f"{NOTEBOOK}-old-2", f"{NOTEBOOK}2"]
)
def test_the_exact_name_counts_before_a_copy(tmp_path: Path, form: str, other: str) -> None:
    names = [form.format(other), form.format(NOTEBOOK)]
    assert list(collected(tmp_path, *names).values()) == [names[1]]


def test_a_copy_that_is_alone_counts(tmp_path: Path) -> None:
    name = f"eve/{NOTEBOOK.upper()}-Copy1.ipynb"
    assert collected(tmp_path, name) == {f"eve/{NOTEBOOK}": name}


def test_what_jupyter_keeps_is_left_out(tmp_path: Path) -> None:
    names = [f"eve/.ipynb_checkpoints/{NOTEBOOK}-checkpoint.ipynb", f"eve/{NOTEBOOK}.ipynb"]
    assert list(collected(tmp_path, *names).values()) == [names[1]]
