"""`nbgrader zip_collect` of what Moodle and Canvas export, graded without and with nbgrader."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader_class import Class
from scripted_engine import ScriptedEngine
from small_course import FIRST, LAB, SECOND, answered

from workbench.grading.notebook import grade_notebook

#: Whose file, and what its first answer says: each letter's check has its points.
ALPHA, BETA, GAMMA = "alpha", "beta", "gamma"


@pytest.fixture
def lms_class(small_class: Class) -> Iterator[Class]:
    """The class without what other tests have submitted, before and after."""
    put_aside(small_class)
    yield small_class
    put_aside(small_class)


def put_aside(taught: Class) -> None:
    for folder in ("downloaded", "submitted", "autograded"):
        path = taught.work / folder
        if path.exists():
            path.rename(taught.work / f"{folder}-{len(list(taught.work.iterdir()))}")


def text(taught: Class, says: str) -> str:
    return json.dumps(answered(taught.released(), small_one=says))


def archive_folder(taught: Class) -> Path:
    folder = taught.work / "downloaded" / LAB / "archive"
    folder.mkdir(parents=True)
    return folder


def zipped(members: dict[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def scores(taught: Class) -> dict[str, int]:
    """What each collected learner's first notebook scores, graded from its place."""
    return {
        result.learner: result.score
        for path in sorted((taught.work / "submitted").glob(f"*/{LAB}/{FIRST}.ipynb"))
        for result in [grade_notebook(path, taught.course, ScriptedEngine())]
    }


def test_moodle_in_folders_with_two_of_a_name_and_a_zip(lms_class: Class) -> None:
    mark = "assignsubmission_file_"
    inner = zipped({f"homework/{FIRST}.ipynb": text(lms_class, BETA), "notes.pdf": "x"})
    export = zipped(
        {
            f"Zoë van Dyke_11_{mark}/{FIRST}.ipynb": text(lms_class, ALPHA),
            f"Zoë van Dyke_11_{mark}/{SECOND}.ipynb": lms_class.released(SECOND).read_bytes(),
            f"Eve Smith_12_{mark}/{FIRST}.ipynb": text(lms_class, BETA),
            f"Eve Smith_13_{mark}/{FIRST}.ipynb": text(lms_class, GAMMA),
            f"李 小龙_14_{mark}/my homework.zip": inner,
            "Ian_15_assignsubmission_onlinetext_/onlinetext.html": "<p>words</p>",
        }
    )
    (archive_folder(lms_class) / "Databases-Week 1-77.zip").write_bytes(export)
    said = lms_class.run_forked("zip_collect", LAB)
    # The second answer is the starter, which says alpha: 2 points.
    assert scores(lms_class) == {
        "Zoë van Dyke": 2 + 2, "Eve Smith_12": 3 + 2, "Eve Smith_13": 5 + 2, "李 小龙": 3 + 2
    }  # fmt: skip
    assert (lms_class.work / "submitted" / "Zoë van Dyke" / LAB / f"{SECOND}.ipynb").exists()
    assert "Left out of my homework.zip, as it is no notebook: notes.pdf" in said


def test_canvas_with_late_and_resubmitted_files_autogrades(lms_class: Class) -> None:
    export = zipped(
        {
            f"smitheve_501_9001_{FIRST}.ipynb": text(lms_class, ALPHA),
            f"smitheve_501_9007_{FIRST}-2.ipynb": text(lms_class, GAMMA),
            f"smitheve_501_9004_{FIRST}-1.ipynb": text(lms_class, BETA),
            f"smitheve_LATE_502_9010_{FIRST}.ipynb": text(lms_class, BETA),
            f"vandykezoë_503_9011_{FIRST}.ipynb": text(lms_class, ALPHA),
        }
    )
    (archive_folder(lms_class) / "submissions.zip").write_bytes(export)
    said = lms_class.run_forked("zip_collect", LAB)
    wanted = {"smitheve_501": 7, "smitheve_502": 5, "vandykezoë_503": 4}
    assert scores(lms_class) == wanted
    counts = f"submissions/smitheve_501_9007_{FIRST}-2.ipynb, which counts"
    assert f"smitheve_501 also submitted {counts}" in said
    said = lms_class.run_forked("autograde", LAB)
    assert said.count("Autograding ") == len(wanted)
    for learner, score in wanted.items():
        graded = lms_class.graded(learner)
        marks = [
            "".join(output["data"]["text/plain"])
            for cell in graded["cells"]
            for output in cell.get("outputs", ())
        ]
        assert sum(map(int, marks)) == score


def test_one_hostile_archive_stops_nobody(lms_class: Class) -> None:
    folder = archive_folder(lms_class)
    (folder / "bob.zip").write_bytes(zipped({f"{FIRST}.ipynb": text(lms_class, ALPHA)}))
    (folder / "eve.zip").write_bytes(zipped({f"../../../eve/{LAB}/{FIRST}.ipynb": "{}"}))
    deep = zipped({f"{FIRST}.ipynb": text(lms_class, ALPHA)})
    for _ in range(5):
        deep = zipped({"again.zip": deep})
    (folder / "mallory.zip").write_bytes(deep)
    (folder / "carol.rar").write_bytes(b"Rar!")
    said = lms_class.run_forked("zip_collect", LAB, ok=False)
    assert "2 archives were refused, as said above; all others are collected" in said
    assert scores(lms_class) == {"bob": 4}
    assert "eve.zip was refused, and nothing of it unpacked: the name" in said
    assert "archives deep" in said
    assert "Left out, as it is no notebook:" in said
    assert "carol.rar" in said
    assert not (lms_class.work / "eve").exists()


def test_limits_are_settings(lms_class: Class) -> None:
    folder = archive_folder(lms_class)
    (folder / "bob.zip").write_bytes(zipped({f"{FIRST}.ipynb": bytes(1_000_000)}))
    said = lms_class.run_forked("zip_collect", LAB, "--SafeExtractor.max_bytes=500000", ok=False)
    assert "larger than all that a class submits" in said
    assert scores(lms_class) == {}


def test_one_learners_oddities_stop_nobody_and_are_said(lms_class: Class) -> None:
    """A bomb, an archive without a name, a name too long, a link, nothing at all, capitals."""
    mark = "assignsubmission_file"
    good = text(lms_class, ALPHA)
    link = zipfile.ZipInfo(f"{FIRST}.ipynb")
    link.external_attr = 0o120777 << 16
    linked = io.BytesIO()
    with zipfile.ZipFile(linked, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    export = {
        f"Amy_1_{mark}_hw.zip": zipped({f"{FIRST}.ipynb": bytes(900_000)}),
        f"Bo_2_{mark}_hw.zip": zipped({f"{number}.py": "" for number in range(101)}),
        f"Cy_3_{mark}_hw.zip": zipped({"hw/.zip": zipped({f"{FIRST}.ipynb": good}), "..zip": b""}),
        f"李明_4_{mark}_{'数据库作业' * 18}_{FIRST}.ipynb": good,
        f"Di_5_{mark}_hw.zip": linked.getvalue(),
        f"Ed_6_{mark}_hw.zip": zipped({}),
        f"Flo_7_{mark}_{FIRST.upper()}.IPYNB": good,
        f"Gus_8_{mark}_hw.zip": zipped({f"{FIRST}.ipynb": good}),
    }
    (archive_folder(lms_class) / "Databases-Week 1-77.zip").write_bytes(zipped(export))
    limits = ("--SafeExtractor.max_bytes_each=800000", "--SafeExtractor.max_files=100")
    said = lms_class.run_forked("zip_collect", LAB, *limits, ok=False)
    assert set(scores(lms_class)) == {"Cy", "李明", "Flo", "Gus"}
    assert "larger than all that a learner submits" in said
    assert "holds more files than a class submits" in said
    assert f"as it is a link or a device: {FIRST}.ipynb" in said
    assert f"Ed_6_{mark}_hw.zip: it holds no notebook" in said


def test_a_newer_download_beside_the_old_one_counts(lms_class: Class) -> None:
    name = f"Eve Smith_5_assignsubmission_file_{FIRST}.ipynb"
    folder = archive_folder(lms_class)
    (folder / "INF_2026_2_DB-Week 6-1234.zip").write_bytes(zipped({name: text(lms_class, ALPHA)}))
    lms_class.run_forked("zip_collect", LAB)
    assert scores(lms_class) == {"Eve Smith": 4}
    newer = zipped({name: text(lms_class, BETA), name.replace("Eve", "Al"): text(lms_class, ALPHA)})
    (folder / "INF_2026_2_DB-Week 6-1234 (1).zip").write_bytes(newer)
    said = lms_class.run_forked("zip_collect", LAB, "--force")
    assert scores(lms_class) == {"Eve Smith": 5, "Al Smith": 4}
    assert f"also submitted INF_2026_2_DB-Week 6-1234 (1)/{name} of a newer download" in said


def test_what_cannot_be_collected_is_an_error_with_a_next_step(lms_class: Class) -> None:
    said = lms_class.run_forked("zip_collect", LAB, ok=False)
    assert "put the zip that the learning management system exports into" in said
    archive_folder(lms_class)
    assert "put the zip that" in lms_class.run_forked("zip_collect", LAB, ok=False)
    said = lms_class.run_forked("zip_collect", "week1", ok=False)
    assert f"There is no lab week1. There are: {LAB}." in said
