"""More data in the live social database: made once, copied then, and never half."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from small_social import NOTES, NOTES_PART, make_reference
from waiting import wait_until

from backend.social.data import SIZES as BACKEND_SIZES
from workbench.bench.provider import Services
from workbench.course import Course, Exercise, Lab
from workbench.jupyter.answers import Answers
from workbench.jupyter.companion import Companion, CompanionError
from workbench.jupyter.live import Live
from workbench.jupyter.progress_bar import ProgressBar
from workbench.jupyter.request import Interrupted, Request, Requests
from workbench.jupyter.social.filling import DEMO_DATA
from workbench.jupyter.social.loaded import Loaded
from workbench.jupyter.social.notebook import LiveSocial
from workbench.jupyter.social.sizes import SIZES
from workbench.jupyter.social.system import SocialSystem
from workbench.running.runner import Runner
from workbench.running.system import NotReady

DATA = """-- 100%% invented; the semicolon here ends nothing.
CREATE TEMPORARY TABLE drafted ON COMMIT DROP AS
SELECT 'p' || n AS name FROM generate_series(1, %(users)s::integer) AS n
WHERE %(at)s::timestamptz <= now();

INSERT INTO people (name) SELECT name FROM drafted;
"""

#: Waits, where there is much, until somebody interrupts it.
WAITING = "SELECT pg_sleep(3600) WHERE %(users)s > 200;\n"

STEPS = ["the schema", "preparations", "people", "views and statistics", "a template of it"]


def make_request(said: list[str] | None = None) -> Request:
    said = [] if said is None else said
    return Request(1, lambda line: said.append(line["progress"]["doing"]))


class Learner:
    """A learner's small social system on a reference of their own."""

    def __init__(self, services: Services, folder: Path) -> None:
        self.services = services
        self.reference = make_reference(folder)
        self.write_data(DATA)
        (folder / "starter.sql").write_text("-- TODO\n")
        exercise = Exercise("small.notes", folder, "Notes", NOTES_PART, 1, (), ())
        self.course = Course((Lab("small", folder, "Small", 1, (), 1, (exercise,)),))
        self.exercise = exercise

    def write_data(self, text: str) -> None:
        (self.reference / DEMO_DATA).parent.mkdir(exist_ok=True)
        (self.reference / DEMO_DATA).write_text(text)

    def open(self) -> Iterator[SocialSystem]:
        """As long as one companion lives."""
        with (
            Runner(self.services, self.reference) as self.runner,
            Live(self.runner, self.course) as live,
            SocialSystem(self.runner, self.course, live) as self.social,
        ):
            self.runner.launcher.warm_up()
            yield self.social

    def answer(self, text: str) -> None:
        Answers().save(self.exercise, text)
        self.social.swap()

    def names(self) -> int:
        """How many people there are."""
        result = self.social.run("SELECT count(*) FROM people")
        assert result["trouble"] == ""
        count: int = result["results"][0]["rows"][0][0]
        return count

    def forget_templates(self) -> None:
        """Drop those of the tests before, on the same bench."""
        for template in self.templates():
            self.runner.tenancy.drop_template(template)

    def templates(self) -> list[str]:
        return self.runner.tenancy.templates("social_data_laptop_")


@pytest.fixture
def learner(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Learner]:
    monkeypatch.setenv("WORKBENCH_WORK", str(tmp_path / "work"))
    learner = Learner(services, tmp_path / "reference")
    for _ in learner.open():
        learner.forget_templates()
        yield learner


def ask(services: Services, query: str) -> Any:
    with closing(psycopg2.connect(services.postgres_url)) as opened, opened.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


ADA = "INSERT INTO people (name) VALUES ('Ada')"
OURS = "SELECT count(*) FROM pg_database WHERE datname ~ '^wb_[0-9a-f]{8}_'"


def test_the_sizes_are_those_of_the_backend() -> None:
    assert {name: asdict(size) for name, size in BACKEND_SIZES.items()} == SIZES


def test_data_is_made_once_and_copied_then(learner: Learner) -> None:
    assert learner.names() == 200
    learner.social.run(f"BEGIN; {ADA}")
    said: list[str] = []
    loaded = learner.social.load("laptop", make_request(said))
    assert said == [*STEPS, "a copy of it"]
    assert learner.names() == 2000, "what was there is gone"
    assert loaded["rows"] == {}, "there are no users here, and no posts"
    assert loaded["bytes"] > 1_000_000
    assert loaded["seconds"] > 0
    assert len(learner.templates()) == 1
    learner.social.run(ADA)
    assert learner.names() == 2001
    plan = learner.social.explain("SELECT * FROM people WHERE id = 7")["plan"]
    assert plan, "there are statistics"
    again: list[str] = []
    learner.social.load("laptop", make_request(again))
    assert again == ["a copy of it"]
    assert learner.names() == 2000
    learner.social.load("small", make_request())
    assert learner.names() == 200


def test_data_survives_the_companion(learner: Learner) -> None:
    learner.social.load("laptop", make_request())
    for social in learner.open():
        said: list[str] = []
        social.load("laptop", make_request(said))
        assert said == ["a copy of it"]
        assert learner.names() == 2000


def test_another_answer_begins_small_and_its_data_take_the_place(learner: Learner) -> None:
    learner.social.load("laptop", make_request())
    first = learner.templates()
    learner.answer(f"{NOTES}-- mine\n")
    assert learner.names() == 200
    learner.answer(NOTES)
    assert learner.names() == 2000, "the earlier one comes back as it was"
    learner.answer(f"{NOTES}-- mine\n")
    learner.social.load("laptop", make_request())
    assert learner.names() == 2000
    assert len(learner.templates()) == 1, "one is kept"
    assert learner.templates() != first
    learner.answer(NOTES)
    assert learner.names() == 200, "one database holds much"
    learner.social.load("laptop", make_request())
    learner.social.reset()
    assert learner.names() == 200


def test_old_data_is_made_anew(learner: Learner) -> None:
    learner.social.load("laptop", make_request())
    [kept] = learner.templates()
    database = learner.runner.tenancy.create_database(learner.runner.tenancy.create_tenant(), kept)
    old = f"social_data_laptop_20250101_{kept.rpartition('_')[2]}"
    learner.runner.tenancy.freeze_as_template(database, old)
    learner.runner.tenancy.drop_template(kept)
    said: list[str] = []
    learner.social.load("laptop", make_request(said))
    assert said[0] == "the schema"
    assert learner.templates() == [kept]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("CREATE TABEL notes (id int);", "sql/social/notes.sql, line 1"),
        ("CREATE TABLE notes (id int);", "sql/social/indexes.sql, line 1"),
    ],
)
def test_a_part_that_does_not_fit_is_named_and_changes_nothing(
    learner: Learner, answer: str, said: str
) -> None:
    learner.social.run(ADA)
    learner.answer(answer)
    before = ask(learner.services, OURS)
    with pytest.raises(NotReady, match=said):
        learner.social.load("laptop", make_request())
    assert learner.templates() == []
    assert ask(learner.services, OURS) == before
    learner.answer(NOTES)
    assert learner.names() == 201, "the database is as it was"


def test_data_that_does_not_fit_is_named_and_changes_nothing(learner: Learner) -> None:
    learner.answer(f"{NOTES}ALTER TABLE people ADD CHECK (name <> 'p201');\n")
    learner.social.run(ADA)
    with pytest.raises(NotReady, match=r"sql/data/social\.sql, line 6\n.*people") as caught:
        learner.social.load("laptop", make_request())
    assert "people_name_check" in str(caught.value)
    assert learner.templates() == []
    assert learner.names() == 201


def test_an_interruption_ends_what_runs_and_changes_nothing(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_WORK", str(tmp_path / "work"))
    learner = Learner(services, tmp_path / "reference")
    learner.write_data(DATA.replace("INSERT INTO", f"{WAITING}INSERT INTO"))
    waits = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(3600)%'"
    for social in learner.open():
        learner.forget_templates()
        social.run(ADA)
        before = ask(services, OURS)
        request = make_request()
        with ThreadPoolExecutor(1) as pool:
            loading = pool.submit(social.load, "laptop", request)
            try:
                wait_until(partial(is_at_work, services, waits, loading), 60.0)
            finally:
                request.interrupt()
            with pytest.raises(Interrupted):
                loading.result()
        assert learner.templates() == []
        assert ask(services, OURS) == before
        assert learner.names() == 201


def is_at_work(services: Services, query: str, future: Future[Any]) -> bool:
    return future.done() or ask(services, query) == 1


class Interrupting(Request):
    """A request that is interrupted when it comes to a step."""

    def __init__(self, step: str) -> None:
        super().__init__(1, self._look)
        self._step = step

    def _look(self, line: dict[str, Any]) -> None:
        if line["progress"]["doing"] == self._step:
            self.interrupt()


def test_an_interruption_at_any_step_leaves_the_database_whole(learner: Learner) -> None:
    learner.social.run(ADA)
    for step in (*STEPS, "a copy of it"):
        before = ask(learner.services, OURS)
        with pytest.raises(Interrupted):
            learner.social.load("laptop", Interrupting(step))
        assert ask(learner.services, OURS) == before, step
        assert learner.names() == 201, step
    assert len(learner.templates()) == 1, "it was whole before the interruption"
    learner.social.load("laptop", make_request())
    assert learner.names() == 2000


def test_requests_hear_of_interruptions_and_of_the_end_of_the_stream() -> None:
    lines = ['{"id": 1, "do": "a", "x": 2}\n', '{"interrupt": 1}\n', '{"interrupt": 9}\n',
             '{"id": 2, "do": "b"}\n']  # fmt: skip
    orders, numbers = [], []
    for order, request in Requests(lines, lambda line: None):
        orders.append(order)
        numbers.append(request.number)
        wait_until(request.is_interrupted, 10.0)
        with pytest.raises(Interrupted):
            request.tell(1, 2, "more")
    assert orders == [{"do": "a", "x": 2}, {"do": "b"}]
    assert numbers == [1, 2]


def test_an_interrupted_cell_leaves_the_companion_usable(companion: Companion) -> None:
    social = LiveSocial(companion)
    social.sql("CREATE TABLE mine ()")
    said = []

    def interrupt(done: int, steps: int, doing: str) -> None:
        said.append((done, doing))
        assert done < steps
        if doing == "users":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        companion.follow(interrupt, "social_load", size="large")
    assert said[0] == (0, "the schema")
    assert social.sql("SELECT count(*) AS n FROM users").rows == [{"n": 200}]
    assert social.sql("SELECT FROM mine").trouble == ""
    loaded = social.load("small")
    assert (loaded.rows["users"], loaded.rows["posts"]) == (200, 2000)
    assert list(loaded.rows) == ["users", "posts", "follows", "likes"]
    assert "does not exist" in social.sql("SELECT FROM mine").trouble


def test_what_a_cell_shows(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CompanionError, match="'small', 'laptop' or 'large'"):
        LiveSocial(Companion()).load("huge")
    bar = ProgressBar("Loading <laptop>")
    bar.show(2, 4, "posts")
    assert f"{'#' * 15}{'.' * 15}] step 3 of 4: posts" in repr(bar)
    assert "&lt;laptop&gt;" in bar._repr_html_()
    bar.finish()
    assert f"{'#' * 30}] done after 0 s" in repr(bar)
    loaded = Loaded("large", {"users": 20_000, "likes": 3_000_000}, 1_460_000_000, 312.34)
    assert "20,000 users, 3,000,000 likes, 1.5 GB, in 312.3 s" in repr(loaded)
    assert "what was in it is gone" in loaded._repr_html_()
