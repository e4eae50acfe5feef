"""`nbgrader export` for Canvas and Moodle: the LMS' own file filled in, or one made of ids."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader_class import Class
from small_course import LAB

PLUGINS = "workbench.grading.nbgrader_plugins"
EVIL = "=HYPERLINK(evil)"

Rows = list[list[str]]


class Office:
    """A gradebook, and the exports made of it."""

    def __init__(self, taught: Class, folder: Path) -> None:
        self._taught, self._folder = taught, folder
        self._url = f"sqlite:///{folder / 'gradebook.db'}"
        with Gradebook(self._url) as book:
            book.add_assignment(LAB)
            book.add_notebook("1_first", LAB)
            book.add_grade_cell("small-one", "1_first", LAB, max_score=10, cell_type="code")

    def mark(self, learner: str, score: float | None, late: float = 0, **about: Any) -> None:
        """A submission with that score; None for one whose grade is withheld."""
        with Gradebook(self._url) as book:
            book.add_student(learner, **about)
            book.add_submission(LAB, learner)
            cell = book.find_grade("small-one", "1_first", LAB, learner)
            cell.auto_score, cell.needs_manual_grade = score, score is None
            book.find_submission_notebook("1_first", LAB, learner).late_submission_penalty = late
            book.db.commit()

    def absent(self, learner: str) -> None:
        with Gradebook(self._url) as book:
            book.add_student(learner)

    def export(
        self, which: str, *options: str, ok: bool = True, into: str = ""
    ) -> tuple[Rows, str]:
        """What the file holds, and what was said; `into`: a folder other than this test's."""
        to = self._folder / into / "out.csv"
        said = self._taught.run_forked(
            "export", f"--exporter={PLUGINS}.{which}", f"--db={self._url}", "--to", str(to),
            *options, ok=ok,
        )  # fmt: skip
        if not to.exists():
            return [], said
        with to.open(newline="", encoding="utf-8") as stream:
            header, *rows = csv.reader(stream)
        # The gradebook orders by names, and these learners have none.
        return [header, *sorted(rows)], said

    def file(self, text: str) -> str:
        path = self._folder / "from lms.csv"
        path.write_text(text, encoding="utf-8-sig", newline="")
        return str(path)


@pytest.fixture
def office(small_class: Class, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("PATH", small_class.environ["PATH"])  # a new gradebook runs alembic
    return Office(small_class, tmp_path)


CANVAS = f"""\
Student,ID,SIS User ID,SIS Login ID,Section,Other (7),{LAB} (99),Final Score
,,,,,,Manual Posting,(read only)
    Points Possible,,,,,5.00,10.00,(read only)
"Smith, Eve",501,s501,eve@u.edu,A,4,,80
"Smith, Eve",502,s502,eve2@u.edu,A,4,,80
"van Dyke, Zoë",503,s503,zoe@u.edu,B,,3,10
"Student, Test",999,,test,A,,,0
{EVIL},505,s505,evil,A,,,0
"""


def test_canvas_gradebook_is_filled_in(office: Office) -> None:
    office.mark("smitheve_501", 7.5, late=1)
    office.mark("s502", 10)
    office.mark("vandykezoë_503", None)
    office.mark("hyperlinkevil_505", 0)
    office.mark("stranger", 4)
    office.absent("s999")
    gradebook = office.file(CANVAS)
    rows, said = office.export("canvas.ExportCanvas", f"--ExportCanvas.gradebook={gradebook}")
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{LAB} (99)"],
        ["    Points Possible", "", "", "", "", "10.00"],
        [f"'{EVIL}", "505", "s505", "evil", "A", "0"],
        ["Smith, Eve", "501", "s501", "eve@u.edu", "A", "6.5"],
        ["Smith, Eve", "502", "s502", "eve2@u.edu", "A", "10"],
        ["van Dyke, Zoë", "503", "s503", "zoe@u.edu", "B", ""],
    ]
    assert f"Withheld, so left empty: {LAB} of vandykezoë_503" in said
    assert "Not in Canvas' gradebook, so left out: stranger" in said


def test_a_number_that_is_not_canvas_gives_nobody_elses_mark(office: Office) -> None:
    office.mark("jdoe_501", 7)  # a login, by which Jane Doe is known
    office.mark("rroe_502", 8)  # a login that Canvas does not know
    office.mark("smitheve_503", 9)
    office.mark("s503", 1)
    gradebook = office.file(
        f"Student,ID,SIS User ID,SIS Login ID,Section,{LAB} (99)\n"
        '"Roe, Richard",501,s501,rroe,A,1\n"Poe, Mary",502,s502,mpoe,A,2\n'
        '"Smith, Eve",503,s503,eve,A,3\n"Doe, Jane",7001,s7,jdoe_501,A,\n'
    )
    rows, said = office.export("canvas.ExportCanvas", f"--ExportCanvas.gradebook={gradebook}")
    assert [(row[1], row[-1]) for row in rows[1:]] == [("7001", "7")]
    assert "so left out: rroe_502. Name the ID there with" in said
    assert re.search("(smitheve_503 and s503|s503 and smitheve_503) are the same person", said)


def test_canvas_with_semicolons_another_title_and_other_points(office: Office) -> None:
    office.mark("smitheve_501", 3)
    text = CANVAS.replace(f"{LAB} (99)", "Week 1 (12345)").replace("10.00", "100")
    text = "\n".join(";".join(row) for row in csv.reader(text.splitlines()))
    gradebook = f"--ExportCanvas.gradebook={office.file(text)}"
    _, said = office.export("canvas.ExportCanvas", gradebook, ok=False)
    assert "Say which it is with --ExportCanvas.columns" in said
    assert "'Week 1 (12345)'" in said
    assert "--assignment='[\"week01_catalog\"]'" in said
    columns = f"--ExportCanvas.columns={LAB}=Week 1 (12345)"
    rows, said = office.export("canvas.ExportCanvas", gradebook, columns)
    assert rows[0][-1] == "Week 1 (12345)"
    assert rows[2] == ["Smith, Eve", "501", "s501", "eve@u.edu", "A", "3"]
    assert f"Canvas has 100 points for {LAB}, which has 10: set them in Canvas." in said


def test_canvas_without_its_gradebook(office: Office) -> None:
    office.mark("smitheve_501", 7)
    office.mark("ada", None, first_name="Ada", last_name="Lovelace")
    columns = f"--ExportCanvas.columns={LAB}=Week 1 (12345)"
    rows, said = office.export("canvas.ExportCanvas", columns)
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Week 1 (12345)"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Ada Lovelace", "", "", "ada", "", ""],
        ["smitheve", "501", "", "", "", "7"],
    ]
    assert "Withheld" in said
    assert "nothing confirms without --ExportCanvas.gradebook: smitheve_501." in said


MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (grade),\
Feedback comments
Participant 11,Eve O'Brien,eve@u.edu,Submitted,,10.00,-,
Participant 12,Ian Smith,ian@u.edu,Submitted,,10.00,-,
Participant 13,Ian Smith,ian2@u.edu,Submitted,,10.00,-,kept
Participant 14,Zoë van Dyke,zoe@u.edu,Submitted,3.00,10.00,-,
Participant 15,No One,no@u.edu,No submission,2.00,10.00,-,
"""


def test_moodle_worksheet_is_filled_in(office: Office) -> None:
    office.mark("Eve OBrien", 7)  # Moodle takes the apostrophe out of file names
    office.mark("Ian Smith_12", 8)
    office.mark("Ian Smith_13", 9, late=0.25)
    office.mark("Zoë van Dyke", None)
    office.mark("Ian Smith", 1)
    office.absent("No One")
    worksheet = f"--ExportMoodle.worksheet={office.file(MOODLE)}"
    rows, said = office.export("moodle.ExportMoodle", worksheet)
    assert rows[0] == MOODLE.splitlines()[0].split(",")
    assert [(row[0], row[4], row[7]) for row in rows[1:]] == [
        ("Participant 11", "7", "7 of 10 points: small-one 7 of 10"),
        ("Participant 12", "8", "8 of 10 points: small-one 8 of 10"),
        ("Participant 13", "8.75", "kept"),
        ("Participant 14", "", ""),
        ("Participant 15", "2.00", ""),
    ]
    assert f"Withheld, so left empty: {LAB} of Zoë van Dyke" in said
    assert "Not in Moodle's worksheet, so left out: Ian Smith." in said


def test_another_groups_learner_of_the_same_name_gets_no_mark(office: Office) -> None:
    """Of two Eve Smiths the worksheet has one; and one learner is known by two ids."""
    office.mark("Eve Smith_12", 7)
    office.mark("Eve Smith_15", 3)
    office.mark("Bob_77", 1)
    office.mark("Bob", 2)
    worksheet = office.file(
        "Identifier,Full name,Email address,Grade,Maximum Grade,Last modified (grade)\n"
        "Participant 12,Eve Smith,e1@x,,10,-\nParticipant 77,Bob,b@x,5,10,-\n"
    )
    rows, said = office.export("moodle.ExportMoodle", f"--ExportMoodle.worksheet={worksheet}")
    assert [row[3] for row in rows[1:]] == ["7", "5"]
    assert "Not in Moodle's worksheet, so left out: Eve Smith_15." in said
    assert re.search("(Bob_77 and Bob|Bob and Bob_77) are the same person", said)


def test_moodles_number_alone_tells_nobody(office: Office) -> None:
    """Without a column of names, as in another language, only ids that are identifiers count."""
    office.mark("jdoe_501", 7)
    office.mark("Teilnehmerin_502", 8)  # marked blindly: Moodle takes the stroke out
    worksheet = office.file(
        "ID,Vollständiger Name,Bewertung,Zuletzt geändert\n"
        "Teilnehmer/in501,Richard Roe,,-\nTeilnehmer/in502,,,-\n"
    )
    columns = ("identifier=ID", "grade=Bewertung", "modified=Zuletzt geändert")
    options = [f"--ExportMoodle.columns={one}" for one in columns]
    worksheet = f"--ExportMoodle.worksheet={worksheet}"
    rows, said = office.export("moodle.ExportMoodle", worksheet, *options)
    assert [row[2] for row in rows[1:]] == ["", "8"]
    assert '"name=..."; there are: ID, Vollständiger Name, Bewertung' in said
    name = "--ExportMoodle.columns=name=Vollständiger Name"
    rows, said = office.export("moodle.ExportMoodle", worksheet, *options, name)
    assert [row[2] for row in rows[1:]] == ["", "8"]
    assert "left out: jdoe_501" in said


def test_moodle_in_another_language_and_with_another_maximum(office: Office) -> None:
    office.mark("Eve OBrien", 7)
    text = MOODLE.replace("Grade,Max", "Bewertung,Max").replace("10.00", '"100,00"')
    worksheet = f"--ExportMoodle.worksheet={office.file(text)}"
    _, said = office.export("moodle.ExportMoodle", worksheet, ok=False)
    assert "has no column 'Grade'" in said
    assert '--ExportMoodle.columns="grade=Bewertung"' in said
    rows, said = office.export(
        "moodle.ExportMoodle", worksheet, "--ExportMoodle.columns=grade=Bewertung"
    )
    assert rows[1][4] == "7"
    assert "Moodle's maximum is 100.00, the lab's 10" in said


def test_moodle_without_its_worksheet(office: Office) -> None:
    office.mark("Eve Smith_12", 7, email="eve@u.edu")
    office.mark("@evil", 2)
    rows, said = office.export("moodle.ExportMoodle")
    assert rows[0][0] == "Identifier"
    assert rows[1] == ["'@evil", "'@evil", "", "2", "10", "", "2 of 10 points: small-one 2 of 10"]
    assert rows[2][:5] == ["Participant 12", "Eve Smith", "eve@u.edu", "7", "10"]
    assert "participants' numbers, which are not known of @evil: give it the worksheet" in said


def test_moodle_takes_one_assignment_a_file(office: Office) -> None:
    _, said = office.export("moodle.ExportMoodle", '--assignment=["other"]', ok=False)
    assert "Moodle takes one assignment a file: say which" in said


@pytest.mark.parametrize(
    ("which", "option"),
    [("canvas.ExportCanvas", "ExportCanvas.gradebook"),
     ("moodle.ExportMoodle", "ExportMoodle.worksheet")],
)  # fmt: skip
def test_a_file_that_is_not_the_lms_own_is_said(office: Office, which: str, option: str) -> None:
    office.mark("ada", 1)
    for text, said in (("name,mark\na,1\n", "no "), ("", "is empty")):
        assert said in office.export(which, f"--{option}={office.file(text)}", ok=False)[1]
    assert "cannot be read" in office.export(which, f"--{option}=nowhere.csv", ok=False)[1]


def test_what_stands_in_moodles_worksheet_stays(office: Office) -> None:
    office.mark("Eve Smith_12", 7)
    row = ["Participant 12", "Eve Smith", "+e@x", "", "10", "-", "- well\u2028done\r\n|x|"]
    other = ["Participant 13", "=Al", "@", "2.00", "10", "-", "a\nb"]
    header = "Identifier,Full name,Email address,Grade,Maximum Grade,Last modified (grade),"
    text = io.StringIO()
    csv.writer(text).writerows([[*header.split(",")[:-1], "Feedback comments"], row, other])
    worksheet = f"--ExportMoodle.worksheet={office.file(text.getvalue())}"
    rows, _ = office.export("moodle.ExportMoodle", worksheet)
    assert rows[1:] == [[*row[:3], "7", *row[4:]], other]


@pytest.mark.parametrize("which", ["export.ExportMarks", "canvas.ExportCanvas"])
def test_a_file_that_cannot_be_written_is_said(office: Office, which: str) -> None:
    office.mark("ada", 1)
    _, said = office.export(which, ok=False, into="/nowhere")
    assert "/nowhere/out.csv cannot be written: No such file or directory. Name another" in said
    assert "Traceback" not in said


def test_columns_that_are_none_are_said(office: Office) -> None:
    office.mark("ada", 1)
    _, said = office.export("canvas.ExportCanvas", "--ExportCanvas.columns=bad", ok=False)
    assert 'Write --ExportCanvas.columns="...=...": Lab -> the column' in said
    assert "Traceback" not in said
