"""What a log shows of a traceback."""

from __future__ import annotations

import subprocess
import sys

from workbench.checking.tracebacks import own_frames

LOG = """ERROR in app: it broke
Traceback (most recent call last):
  File "/x/.venv/lib/python3.11/site-packages/flask/app.py", line 880, in full_dispatch
    rv = self.dispatch_request()
         ^^^^^^^^^^^^^^^^^^^^^^^
  File "/tmp/workbench-a1/stage-b2/backend/catalog/listing.py", line 14, in list_products
    return 1 / 0
           ~~^~~
ZeroDivisionError: division by zero
my own print"""


def test_only_own_frames_are_left_with_the_paths_of_the_course() -> None:
    assert own_frames(LOG) == (
        "ERROR in app: it broke\n"
        "Traceback (most recent call last):\n"
        '  File "backend/catalog/listing.py", line 14, in list_products\n'
        "    return 1 / 0\n"
        "           ~~^~~\n"
        "ZeroDivisionError: division by zero\n"
        "my own print"
    )


def test_a_log_without_a_traceback_stays_as_it_is() -> None:
    assert own_frames("one\n    two\nthree") == "one\n    two\nthree"


def test_the_time_grows_with_the_log_and_not_with_its_square() -> None:
    """In a process of its own, which can be ended: an expression cannot."""
    code = "from workbench.checking.tracebacks import own_frames; own_frames('/' * 5_000_000)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_paths_that_only_look_like_a_stage_stay() -> None:
    for line in ("/a/stage-b", "stage-a/b", "/stage-/", "a / b", "//"):
        assert own_frames(line) == line
