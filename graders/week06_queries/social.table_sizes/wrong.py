"""Mistakes that people make with sizes."""

from workbench.alternatives import Wrong

_MEMBER = """        SELECT relid, level, isleaf FROM pg_partition_tree(relation.oid) WHERE relation.relkind = 'p'
"""

WRONG = [
    Wrong(
        "partitions_listed",
        "Every week of activities is a row of its own, and counted twice.",
        fails=["partitioned_tables", "partitions_of_partitions"],
        edits=[("    AND NOT relation.relispartition\n", "")],
    ),
    Wrong(
        "inner_partitions_listed",
        "A partition that has partitions itself is taken for a table.",
        fails=["partitions_of_partitions"],
        edits=[
            (
                "    AND NOT relation.relispartition\n",
                "    AND (relation.relkind = 'p' OR NOT relation.relispartition)\n",
            )
        ],
    ),
    Wrong(
        "no_heirs",
        "Whatever stands in pg_inherits is taken for a partition.",
        fails=["ordinary_tables"],
        edits=[
            (
                "    AND NOT relation.relispartition\n",
                "    AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = relation.oid)\n",
            )
        ],
    ),
    Wrong(
        "logged_only",
        "A table that is not logged takes room all the same.",
        fails=["ordinary_tables"],
        edits=[
            (
                "    AND NOT relation.relispartition\n",
                "    AND NOT relation.relispartition AND relation.relpersistence = 'p'\n",
            )
        ],
    ),
    Wrong(
        "partitioned_left_out",
        "A partitioned table is of another kind than a table.",
        fails=["partitioned_tables", "counted", "partitions_of_partitions", "none_yet"],
        edits=[("IN ('r', 'p', 'm')", "IN ('r', 'm')")],
    ),
    Wrong(
        "views_left_out",
        "A materialized view takes as much room as a table.",
        fails=["materialized_views", "counted"],
        edits=[("IN ('r', 'p', 'm')", "IN ('r', 'p')")],
    ),
    Wrong(
        "any_view",
        "A view is listed, which is nothing but a name for a query.",
        fails=["materialized_views"],
        edits=[("IN ('r', 'p', 'm')", "IN ('r', 'p', 'm', 'v')")],
    ),
    Wrong(
        "sequences_too",
        "Sequences are relations as well.",
        fails=["nothing_else"],
        edits=[("IN ('r', 'p', 'm')", "IN ('r', 'p', 'm', 'S')")],
    ),
    Wrong(
        "every_schema",
        "Somebody else's tables, and those of PostgreSQL itself, are in the list.",
        fails=["nothing_else"],
        edits=[("relation.relnamespace = 'public'::regnamespace", "true")],
    ),
    Wrong(
        "long_values_in_the_table",
        "pg_table_size counts long values and maps as the table.",
        fails=[
            "ordinary_tables",
            "long_values",
            "materialized_views",
            "partitioned_tables",
            "partitions_of_partitions",
        ],
        edits=[("sum(pg_relation_size(member.relid))", "sum(pg_table_size(member.relid))")],
    ),
    Wrong(
        "all_but_the_table_is_index",
        "What is not the table is taken for its indexes.",
        fails=[
            "ordinary_tables",
            "long_values",
            "materialized_views",
            "partitioned_tables",
            "partitions_of_partitions",
        ],
        edits=[
            (
                "sum(pg_indexes_size(member.relid))",
                "sum(pg_total_relation_size(member.relid) - pg_relation_size(member.relid))",
            )
        ],
    ),
    Wrong(
        "indexes_of_the_parent",
        "The index of a partitioned table is empty: its partitions' indexes have the entries.",
        fails=["partitioned_tables", "partitions_of_partitions"],
        edits=[
            (
                "sum(pg_indexes_size(member.relid))",
                "sum(pg_indexes_size(member.relid)) FILTER (WHERE member.level = 0)",
            )
        ],
    ),
    Wrong(
        "one_level",
        "What is below a partition is not looked for.",
        fails=["partitions_of_partitions"],
        edits=[(_MEMBER, _MEMBER.rstrip() + " AND level <= 1\n")],
    ),
    Wrong(
        "inner_partitions_counted",
        "A partition that is only a way to others is counted like one with rows.",
        fails=["partitions_of_partitions"],
        edits=[(" AND member.isleaf)", ")")],
    ),
    Wrong(
        "itself_counted",
        "pg_partition_tree gives the table itself, too.",
        fails=["counted"],
        edits=[
            (
                "count(*) FILTER (WHERE member.level > 0 AND member.isleaf)",
                "count(*) FILTER (WHERE member.isleaf)",
            )
        ],
    ),
    Wrong(
        "null_for_none",
        "The sum of nothing is NULL.",
        fails=["none_yet", "in_order"],
        edits=[
            (_MEMBER, _MEMBER.rstrip() + " AND level > 0\n"),
            (
                "coalesce(sum(pg_relation_size(member.relid)), 0)",
                "sum(pg_relation_size(member.relid))",
            ),
            (
                "coalesce(sum(pg_indexes_size(member.relid)), 0)",
                "sum(pg_indexes_size(member.relid))",
            ),
            (
                "coalesce(sum(pg_total_relation_size(member.relid)), 0)",
                "sum(pg_total_relation_size(member.relid))",
            ),
        ],
    ),
    Wrong(
        "sorted_as_words",
        "As text, 9 kB is larger than 80 MB.",
        fails=["in_order"],
        edits=[
            ("ORDER BY size.total_bytes DESC", "ORDER BY pg_size_pretty(size.total_bytes) DESC")
        ],
    ),
    Wrong(
        "any_order_of_ties",
        "Tables of the same size come as they like.",
        fails=["in_order"],
        edits=[
            (
                "ORDER BY size.total_bytes DESC, table_name",
                "ORDER BY size.total_bytes DESC, relation.oid",
            )
        ],
    ),
]
