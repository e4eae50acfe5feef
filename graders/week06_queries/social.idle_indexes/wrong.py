"""Mistakes that people make with indexes that look idle."""

from workbench.alternatives import Wrong

_COLUMNS = "            AND other.columns[:own.indnkeyatts] = own.columns[:own.indnkeyatts]\n"
_CLASSES = """            AND (string_to_array(other.indclass::text, ' '))[:own.indnkeyatts]
                = string_to_array(own.indclass::text, ' ')
"""
_COLLATIONS = """            AND (string_to_array(other.indcollation::text, ' '))[:own.indnkeyatts]
                = string_to_array(own.indcollation::text, ' ')
"""
_DIRECTIONS = """            AND (string_to_array(other.indoption::text, ' '))[:own.indnkeyatts]
                = string_to_array(own.indoption::text, ' ')
"""
_TWINS = """            AND (
                cardinality(own.columns) < cardinality(other.columns)
                OR own.indnkeyatts < other.indnkeyatts
                OR other.indisunique
                OR other.indexrelid < own.indexrelid
            )
"""
_RULES = """    WHERE NOT own.indisunique
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = own.indexrelid)
"""
_MEMBERS = """        UNION
        SELECT relid FROM pg_partition_tree(idle.indexrelid)
"""
_INCLUDED = "            AND own.columns[own.indnkeyatts + 1:] <@ other.columns\n"
_SCHEMA = "relation.relnamespace = 'public'::regnamespace AND "

WRONG = [
    Wrong(
        "keys_are_idle",
        "A key that nobody looks things up by keeps them unique all the same.",
        fails=["rules_stay"],
        edits=[(_RULES, "    WHERE true\n")],
    ),
    Wrong(
        "unique_only_by_constraint",
        "A unique index without a constraint keeps a rule, too.",
        fails=["rules_stay"],
        edits=[("NOT own.indisunique\n        AND ", "")],
    ),
    Wrong(
        "exclusion_forgotten",
        "The index of an exclusion constraint is not unique, and the rule hangs on it.",
        fails=["rules_stay"],
        edits=[(_RULES, "    WHERE NOT own.indisunique\n")],
    ),
    Wrong(
        "both_twins",
        "Two indexes that are alike are both redundant: whoever drops both has none.",
        fails=["twins", "included_columns"],
        edits=[(_TWINS, "")],
    ),
    Wrong(
        "no_twins",
        "Only a longer index counts as a better one.",
        fails=["twins", "included_columns", "beginnings"],
        edits=[
            (
                "                OR other.indisunique\n                OR other.indexrelid < own.indexrelid\n",
                "",
            )
        ],
    ),
    Wrong(
        "older_than_the_unique_one",
        "The plain index stays because it was there first.",
        fails=["twins"],
        edits=[("                OR other.indisunique\n", "")],
    ),
    Wrong(
        "same_columns_only",
        "Only indexes with the very same columns are found.",
        fails=["beginnings", "included_columns", "redundant_and_read", "partitioned", "any_names"],
        edits=[(_COLUMNS, "            AND other.columns = own.columns\n")],
    ),
    Wrong(
        "first_column_only",
        "(a, b) and (a, c) begin alike, and neither replaces the other.",
        fails=["only_alike"],
        edits=[(_COLUMNS, "            AND other.columns[1] = own.columns[1]\n")],
    ),
    Wrong(
        "in_any_order",
        "(a, b) and (b, a, c) begin with the same columns, but not in the same order.",
        fails=["only_alike"],
        edits=[
            (
                _COLUMNS,
                "            AND own.columns[:own.indnkeyatts] <@ other.columns[:own.indnkeyatts]\n",
            )
        ],
    ),
    Wrong(
        "first_direction_only",
        "Only the first column's direction is compared.",
        fails=["only_alike"],
        edits=[(_DIRECTIONS, "            AND other.indoption[0] = own.indoption[0]\n")],
    ),
    Wrong(
        "any_condition",
        "A partial index is taken for one of other rows.",
        fails=["only_alike"],
        edits=[
            (
                "other.predicate IS NOT DISTINCT FROM own.predicate",
                "(other.predicate IS NULL) = (own.predicate IS NULL)",
            )
        ],
    ),
    Wrong(
        "null_is_not_null",
        "Two indexes without a condition have NULL there, and NULL = NULL is not true.",
        fails=[
            "beginnings",
            "twins",
            "included_columns",
            "redundant_and_read",
            "partitioned",
            "any_names",
        ],
        edits=[
            (
                "other.predicate IS NOT DISTINCT FROM own.predicate",
                "other.predicate = own.predicate",
            )
        ],
    ),
    Wrong(
        "expressions_forgotten",
        "Every expression is column 0.",
        fails=["only_alike"],
        edits=[("            AND other.expressions IS NOT DISTINCT FROM own.expressions\n", "")],
    ),
    Wrong(
        "first_class_only",
        "text_pattern_ops serves LIKE, in the second column as well.",
        fails=["only_alike"],
        edits=[(_CLASSES, "            AND other.indclass[0] = own.indclass[0]\n")],
    ),
    Wrong(
        "first_collation_only",
        "Words of the second column may be sorted in another way.",
        fails=["only_alike"],
        edits=[(_COLLATIONS, "            AND other.indcollation[0] = own.indcollation[0]\n")],
    ),
    Wrong(
        "included_forgotten",
        "The column that is carried along is not in the other index.",
        fails=["included_columns"],
        edits=[(_INCLUDED, "")],
    ),
    Wrong(
        "partition_by_partition",
        "Every week's copy of an index is a row.",
        fails=["partitioned"],
        edits=[(" AND NOT relation.relispartition", "")],
    ),
    Wrong(
        "only_the_parent",
        "The index of a partitioned table is never read itself: its partitions' indexes are.",
        fails=["partitioned"],
        edits=[(_MEMBERS, "")],
    ),
    Wrong(
        "first_level_only",
        "A partition that is partitioned itself has nothing; what is below it has.",
        fails=["partitioned"],
        edits=[
            (
                "pg_partition_tree(idle.indexrelid)\n",
                "pg_partition_tree(idle.indexrelid) WHERE level <= 1\n",
            )
        ],
    ),
    Wrong(
        "busiest_partition",
        "The scans are those of the partition that is read most.",
        fails=["partitioned"],
        edits=[("sum(pg_stat_get_numscans(", "max(pg_stat_get_numscans(")],
    ),
    Wrong(
        "half_made",
        "An index that was not made to its end replaces none, and is not judged.",
        fails=["unused"],
        edits=[(" AND indisvalid", "")],
    ),
    Wrong(
        "tables_only",
        "A materialized view has indexes, too.",
        fails=["unused"],
        edits=[(" AND indisvalid", " AND indisvalid AND relation.relkind IN ('r', 'p')")],
    ),
    Wrong(
        "redundant_only_if_unused",
        "The planner may well read the shorter one, as long as it is there.",
        fails=["redundant_and_read", "partitioned"],
        edits=[("WHERE idle.covered_by IS NOT NULL OR read.scans = 0", "WHERE read.scans = 0")],
    ),
    Wrong(
        "all_listed",
        "Whatever is not redundant is called unused.",
        fails=["unused", "partitioned"],
        edits=[("WHERE idle.covered_by IS NOT NULL OR read.scans = 0\n", "")],
    ),
    Wrong(
        "every_schema",
        "Another schema's indexes are in the list.",
        fails=["any_names"],
        edits=[(_SCHEMA, "relation.relnamespace <> 'pg_catalog'::regnamespace AND ")],
    ),
    Wrong(
        "by_the_name",
        "A name that needs quotes is not found again.",
        fails=["any_names"],
        edits=[
            (
                "idle.indexrelid::regclass::text AS index_name",
                "lower(idle.indexrelid::regclass::text) AS index_name",
            )
        ],
    ),
    Wrong(
        "smallest_first",
        "The smallest come first.",
        fails=["in_order"],
        edits=[("ORDER BY bytes DESC", "ORDER BY bytes")],
    ),
    Wrong(
        "ties_by_oid",
        "Indexes of the same size come in the order in which they were made.",
        fails=["in_order"],
        edits=[("ORDER BY bytes DESC, index_name", "ORDER BY bytes DESC, idle.indexrelid")],
    ),
    Wrong(
        "no_owner",
        "The table is named as the index's schema would have it.",
        fails=["columns"],
        edits=[
            (
                "idle.indrelid::regclass::text AS table_name",
                "'public.' || idle.indrelid::regclass AS table_name",
            )
        ],
    ),
]
