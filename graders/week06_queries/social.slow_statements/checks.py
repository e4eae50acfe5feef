"""Statements by their cost. The server counts for everybody: a check asks the view itself before
and after the answer, knows its own statements by their names, and asks again when somebody's
statements were forgotten in between."""

from __future__ import annotations

from typing import Any

from workbench.checking import CheckFailed, Social, check, expect

#: Each is known by a name in it. They cost about the same, so that none has nearly all of the time.
STATEMENTS = {
    "wb_forty": (40, "SELECT count(*) AS wb_forty FROM shelf WHERE n > %s"),
    "wb_sixty": (60, "SELECT n AS wb_sixty FROM shelf WHERE n > %s LIMIT 3"),
    "wb_ninety": (90, "SELECT sum(n) AS wb_ninety FROM shelf WHERE n <> %s"),
    # Long, and it sorts in files: those pages are not shared.
    "wb_five": (
        5,
        "SELECT max(n) AS wb_five FROM (SELECT n, t FROM shelf WHERE n > %s ORDER BY t, n OFFSET 0)"
        " AS sorted WHERE n IS NOT NULL AND t IS NOT NULL AND n > 0 AND t > ''",
    ),
}
ALL = 9_000

#: What the server knows of this database.
TRUTH = """
    SELECT queryid, query, calls, total_exec_time AS total_time, rows,
        shared_blks_hit + shared_blks_read AS buffers, true AS wb_truth
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND calls >= %s
    ORDER BY total_exec_time DESC, queryid"""


def shelf(app: Social) -> None:
    """Three statements, and how often each was run."""
    app.sql(
        "CREATE TABLE shelf AS SELECT n, repeat('x', 100) AS t FROM generate_series(1, 2000) AS n"
    )
    app.sql("VACUUM FULL shelf")  # past the server's memory: the first who reads it reads files
    for name in STATEMENTS:
        run(app, name)
    app.ask(least_calls=1, page_size=ALL)


def run(app: Social, name: str) -> None:
    """Run this statement as often as is said of it, in one message: each is counted on its own."""
    calls, statement = STATEMENTS[name]
    statements = "; ".join([statement] * calls)
    app.sql(f"SET LOCAL work_mem = '64kB'; {statements}", list(range(calls)))


def mine(rows: Any, name: str) -> Any:
    found = [row for row in rows if f" AS {name}" in str(row["query"])]
    if len(found) != 1:
        raise CheckFailed(f"one row for the statement with {name}", f"{len(found)} rows")
    return found[0]


def known(app: Social, name: str) -> Any:
    """What the server knows of this statement. Of statements it keeps some thousands, and may have
    forgotten this one for somebody's: then it is run again."""
    for _ in range(5):
        found = [row for row in app.sql(TRUTH, [1]) if f" AS {name}" in str(row["query"])]
        if found:
            return found[0]
        run(app, name)
    raise CheckFailed(f"the server remembers {name}", "too many other statements are run")


def asked(app: Social, name: str, least_calls: int = 1) -> tuple[Any, Any]:
    """The answer's row of this statement, and what the server knows of it."""
    for _ in range(5):
        before = known(app, name)
        rows = app.ask(least_calls=least_calls, page_size=ALL)
        after = known(app, name)
        if before == after:
            break
    return mine(rows, name), after


def close(got: float, wanted: float) -> bool:
    """Whether two times are the same but for rounding."""
    return abs(got - wanted) <= 0.001 + 1e-6 * abs(wanted)


@check(points=2, runs="social", on=shelf)
def calls_and_rows(app: Social) -> None:
    """A statement has one row, whatever its values were, with its whole text and the number of its
    calls and of the rows that it gave."""
    for name in STATEMENTS:
        row, truth = asked(app, name)
        got = {column: row[column] for column in ("queryid", "query", "calls", "rows")}
        expect.equal(got, {column: truth[column] for column in got}, name)


@check(points=2, runs="social", on=shelf)
def times(app: Social) -> None:
    """`total_time` is the time of all calls together, `mean_time` that of one, both in
    milliseconds."""
    for name in STATEMENTS:
        row, truth = asked(app, name)
        for column, wanted in (
            ("total_time", truth["total_time"]),
            ("mean_time", truth["total_time"] / truth["calls"]),
        ):
            expect.that(
                close(expect.number(row[column], column), wanted),
                f"{column} of {name}: {wanted}",
                str(row[column]),
                look="the columns of pg_stat_statements",
            )


@check(points=1, runs="social", on=shelf)
def buffers(app: Social) -> None:
    """`buffers` are the shared pages that were touched, in memory or read from files, and no pages
    of sorting."""
    for name in STATEMENTS:
        row, truth = asked(app, name)
        expect.equal(row["buffers"], truth["buffers"], f"buffers of {name}", look="shared blocks")


@check(points=2, runs="social", on=shelf)
def dearest_first(app: Social) -> None:
    """The statement that has cost most in all comes first, be it ever so fast."""
    sizes = expect.numbers(app.ask(least_calls=1, page_size=ALL), "total_time")
    expect.that(
        len(sizes) > 3 and sizes == sorted(sizes, reverse=True),
        "total_time that never rises from row to row",
        ", ".join(f"{size:.3f}" for size in sizes[:20]),
        look="ORDER BY",
    )


@check(points=2, runs="social", on=shelf)
def a_page(app: Social) -> None:
    """No more than `page_size` rows come, and they are the dearest."""
    for page_size in (1, 4):
        for attempt in range(4):
            before = costs(app)
            rows = app.ask(least_calls=1, page_size=page_size)
            after = costs(app)
            expect.equal(len(rows), page_size, "rows")
            page = set(expect.by(rows, "queryid"))
            # Costs only grow: what stands on the page costs as much now as anything else did
            # before.
            least = min((after[one] for one in page & set(after)), default=0.0)
            dearer = {one: cost for one, cost in before.items() if one not in page and cost > least}
            if not dearer:
                break
            if attempt == 3:
                raise CheckFailed(
                    f"the {page_size} dearest statements",
                    f"one of {least:.3f} ms, and left out one of {max(dearer.values()):.3f} ms",
                    look="what is cut off, and when",
                )


def costs(app: Social) -> dict[Any, float]:
    """The time of each statement of this database that is not hidden from us."""
    return {
        row["queryid"]: row["total_time"]
        for row in app.sql(TRUTH, [1])
        if row["queryid"] is not None
    }


@check(points=2, runs="social", on=shelf)
def least_calls(app: Social) -> None:
    """Statements with fewer than `least_calls` calls are left out; one with just as many is not."""
    calls = known(app, "wb_sixty")["calls"]
    asked(app, "wb_sixty", least_calls=calls)
    rows = app.ask(least_calls=calls + 1, page_size=ALL)
    fewer = [found for found in expect.numbers(rows, "calls") if found <= calls]
    expect.equal(fewer, [], f"calls below {calls + 1}")
    expect.that(len(rows) > 0, "statements with more calls", "none")


@check(points=2, runs="social", on=shelf)
def this_database(app: Social) -> None:
    """Only this database's statements are listed, all of them, whoever ran them."""
    for attempt in range(5):
        before = len(app.sql(TRUTH, [1]))
        got = len(app.ask(least_calls=1, page_size=ALL))
        after = len(app.sql(TRUTH, [1]))
        if before <= got <= after:
            return
        if attempt == 4:
            raise CheckFailed(f"{after} statements, those of this database", f"{got}", look="dbid")


@check(points=2, runs="social", on=shelf)
def percent(app: Social) -> None:
    """`percent` is a statement's share in the time of all of this database's statements with as
    many calls, those included that are on no page, with one decimal."""
    for least, page_size in ((1, ALL), (40, 2)):
        for attempt in range(5):
            earlier = app.sql(TRUTH, [least])
            rows = app.ask(least_calls=least, page_size=page_size)
            later = app.sql(TRUTH, [least])
            after = sum(expect.numbers(later, "total_time"))
            # What it cost to ask the view has been added before the answer was run.
            before = sum(expect.numbers(earlier, "total_time")) + max(
                0, asking(later) - asking(earlier)
            )
            wrong = [row for row in rows if not within(row, before, after)]
            if not wrong and rows:
                break
            if attempt == 4:
                shown = [(row["total_time"], row["percent"]) for row in wrong[:3]]
                raise CheckFailed(
                    f"percents of {after:.3f} ms",
                    f"total_time and percent: {shown}",
                    look="which rows are added up",
                )
        for row in rows:
            (share,) = expect.numbers([row], "percent")
            expect.that(close_to_a_tenth(share), "percents with one decimal", str(share))


def asking(rows: Any) -> float:
    """What the question for the truth has cost so far."""
    return sum(
        expect.numbers([row for row in rows if "AS wb_truth" in str(row["query"])], "total_time")
    )


def within(row: Any, before: float, after: float) -> bool:
    """Whether the percent is of a total between the two."""
    (time,), (share,) = expect.numbers([row], "total_time"), expect.numbers([row], "percent")
    low, high = sorted((before, after))
    return 100 * time / high - 0.06 <= share <= 100 * time / low + 0.06


def close_to_a_tenth(share: float) -> bool:
    return abs(share * 10 - round(share * 10)) < 1e-6
