"""What a log shows of a traceback."""

from __future__ import annotations

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
