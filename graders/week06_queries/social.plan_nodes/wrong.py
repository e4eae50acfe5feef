"""Mistakes that people make when they read a plan."""

from workbench.alternatives import Wrong

_KEY = "'Rows Removed by "

WRONG = [
    Wrong(
        "level_by_level",
        "The nodes come level by level: nobody can see who belongs to whom.",
        fails=["reading_order", "plans_of_the_server"],
        edits=[("ORDER BY place;", "ORDER BY depth, place;")],
    ),
    Wrong(
        "sorted_as_text",
        "As text, the tenth child comes before the second.",
        fails=["reading_order"],
        edits=[("ORDER BY place;", "ORDER BY array_to_string(place, '.') COLLATE \"C\";")],
    ),
    Wrong(
        "only_the_first_level",
        "The children of children are not looked for.",
        fails=["every_node", "reading_order", "own_buffers", "init_plans", "plans_of_the_server"],
        edits=[
            (
                "WITH ORDINALITY AS child (plan, number)\n",
                "WITH ORDINALITY AS child (plan, number)\n    WHERE cardinality(node.place) = 0\n",
            )
        ],
    ),
    Wrong(
        "depth_from_one",
        "The top is at depth 1.",
        fails=["every_node", "reading_order", "plans_of_the_server"],
        edits=[("cardinality(place) AS depth", "cardinality(place) + 1 AS depth")],
    ),
    Wrong(
        "rows_of_one_loop",
        "The numbers of rows are taken as they stand, those of one loop.",
        fails=["rows_of_all_loops", "never_executed", "plans_of_the_server"],
        edits=[
            (
                "round((plan ->> 'Plan Rows')::numeric * loops)",
                "round((plan ->> 'Plan Rows')::numeric)",
            ),
            (
                "(plan ->> 'Actual Rows')::numeric, 0) * loops)",
                "(plan ->> 'Actual Rows')::numeric, 0))",
            ),
        ],
    ),
    Wrong(
        "estimate_of_one_loop",
        "One loop's estimate is set against the rows of all loops.",
        fails=["rows_of_all_loops", "how_far_off", "never_executed", "plans_of_the_server"],
        edits=[
            (
                "round((plan ->> 'Plan Rows')::numeric * loops)",
                "round((plan ->> 'Plan Rows')::numeric)",
            )
        ],
    ),
    Wrong(
        "whole_rows",
        "A third of a row in each loop is rounded to nothing.",
        fails=["rows_of_all_loops"],
        edits=[
            (
                "round(coalesce((plan ->> 'Actual Rows')::numeric, 0) * loops)",
                "round(coalesce((plan ->> 'Actual Rows')::numeric, 0)) * loops",
            )
        ],
    ),
    Wrong(
        "too_few_only",
        "A node that gave less than was estimated is off as well.",
        fails=["how_far_off", "never_executed"],
        edits=[
            (
                "greatest(estimated_rows, actual_rows, 1) / greatest(least(estimated_rows, actual_rows), 1), 1",
                "greatest(actual_rows, 1) / greatest(estimated_rows, 1), 1",
            )
        ],
    ),
    Wrong(
        "null_for_zero",
        "Where no row came, nothing is said of an estimate of 50.",
        fails=["how_far_off", "never_executed"],
        edits=[
            (
                "greatest(least(estimated_rows, actual_rows), 1), 1",
                "nullif(least(estimated_rows, actual_rows), 0), 1",
            )
        ],
    ),
    Wrong(
        "cut_off",
        "6.67 is 6.7, and not 6.6.",
        fails=["how_far_off"],
        edits=[
            (
                "        round(\n            greatest(estimated_rows",
                "        trunc(\n            greatest(estimated_rows",
            )
        ],
    ),
    Wrong(
        "off_in_one_loop",
        "Where five rows are missing in each of ten loops, fifty are missing.",
        fails=["never_executed"],
        edits=[
            (
                "            greatest(estimated_rows, actual_rows, 1) / greatest(least(estimated_rows, actual_rows), 1), 1\n",
                """            greatest((plan ->> 'Plan Rows')::numeric, (plan ->> 'Actual Rows')::numeric, 1)
            / greatest(least((plan ->> 'Plan Rows')::numeric, (plan ->> 'Actual Rows')::numeric), 1), 1
""",
            )
        ],
    ),
    Wrong(
        "nothing_of_nothing",
        "Where nothing was estimated and nothing came, the estimate was right: 1, not 0.",
        fails=["how_far_off"],
        edits=[
            (
                "greatest(estimated_rows, actual_rows, 1) /",
                "greatest(estimated_rows, actual_rows) /",
            )
        ],
    ),
    Wrong(
        "never_run_is_right",
        "A node that never ran is said to be as estimated.",
        fails=["never_executed"],
        edits=[("CASE WHEN loops > 0 THEN", "CASE WHEN true THEN")],
    ),
    Wrong(
        "filters_only",
        "What the join threw away is not counted.",
        fails=["removed", "plans_of_the_server"],
        edits=[(f"        + coalesce((plan ->> {_KEY}Join Filter')::numeric, 0)\n", "")],
    ),
    Wrong(
        "rechecks_forgotten",
        "What an imprecise index gave too much is not counted.",
        fails=["removed"],
        edits=[(f"        + coalesce((plan ->> {_KEY}Index Recheck')::numeric, 0)\n", "")],
    ),
    Wrong(
        "removed_in_one_loop",
        "A filter's number is that of one loop.",
        fails=["removed", "plans_of_the_server"],
        edits=[("round(loops * (", "round((")],
    ),
    Wrong(
        "null_removed",
        "Without a filter there is no number, and not 0.",
        fails=["removed", "plans_of_the_server"],
        edits=[
            (
                f"coalesce((plan ->> {_KEY}Filter')::numeric, 0)",
                f"(plan ->> {_KEY}Filter')::numeric",
            )
        ],
    ),
    Wrong(
        "buffers_with_those_below",
        "Every node has the pages of all below it: the top seems to be the culprit always.",
        fails=["own_buffers", "init_plans", "plans_of_the_server"],
        edits=[("coalesce(sum(child.buffers), 0)", "0 * coalesce(sum(child.buffers), 0)")],
    ),
    Wrong(
        "all_below_taken_away",
        "Grandchildren's pages are taken away twice.",
        fails=["own_buffers", "init_plans", "plans_of_the_server"],
        edits=[
            (
                "WHERE cardinality(child.place) = cardinality(measured.place) + 1",
                "WHERE cardinality(child.place) > cardinality(measured.place)",
            )
        ],
    ),
    Wrong(
        "buffers_times_loops",
        "Buffers are those of all loops already.",
        fails=["own_buffers", "plans_of_the_server"],
        edits=[
            (
                "coalesce((plan ->> 'Shared Hit Blocks')::bigint, 0)\n",
                "coalesce((plan ->> 'Shared Hit Blocks')::bigint * (plan ->> 'Actual Loops')::bigint, 0)\n",
            )
        ],
    ),
    Wrong(
        "hits_only",
        "Pages that had to be read from files are forgotten.",
        fails=["own_buffers"],
        edits=[("\n            + coalesce((plan ->> 'Shared Read Blocks')::bigint, 0)", "")],
    ),
    Wrong(
        "init_plans_taken_away",
        "An InitPlan's pages are taken away twice, and somebody has less than none.",
        fails=["init_plans", "plans_of_the_server"],
        edits=[
            (
                "            AND child.plan ->> 'Parent Relationship' IS DISTINCT FROM 'InitPlan'\n",
                "",
            )
        ],
    ),
    Wrong(
        "members_are_no_children",
        "The tables of an Append are its children, though no outer or inner ones.",
        fails=["own_buffers"],
        edits=[
            (
                "child.plan ->> 'Parent Relationship' IS DISTINCT FROM 'InitPlan'\n",
                "child.plan ->> 'Parent Relationship' IN ('Outer', 'Inner', 'SubPlan', 'Subquery')\n",
            )
        ],
    ),
]
