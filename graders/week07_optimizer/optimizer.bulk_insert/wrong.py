"""Mistakes that people make with many rows."""

from workbench.alternatives import Wrong

INSERTED = """        tag = await connection.execute(
            f"INSERT INTO {target.quoted} ({quoted})"  # noqa: S608 - the names are quoted
            f" SELECT {quoted} FROM json_to_recordset($1::text::json) AS given ({typed})",
            _json(records),
        )
    return _rows(tag)
"""

#: VALUES, `at_a_time` records in a statement.
CHUNKED = """    columns, tables = target.columns, target.quoted
    for start in range(0, len(records), {at_a_time}):
        some = records[start : start + {at_a_time}]
        places = ", ".join(
            "(" + ", ".join(
                f"${{row * len(columns) + at}}::text::{{column.type.split('(')[0]}}"
                for at, column in enumerate(columns, 1)
            ) + ")"
            for row in range(len(some))
        )
        values = [_as_text(record[column.name], column) for record in some for column in columns]
        await connection.execute(f"INSERT INTO {{tables}} ({{quoted}}) VALUES {{places}}", *values)
    return len(records)
"""

WRONG = [
    Wrong(
        "copy_that_inserts",
        "Both ways store the same, so one of them will do.",
        fails=["copies"],
        edits=[
            ("    if not records:\n        return 0\n    names = _common_names(records)\n"
             "    async with connection.transaction():\n        target = await _find(connection, table, names)\n"
             "        tag = await connection.copy_to_table(",
             "    if not records:\n        return 0\n    if records:\n        return await insert_records(connection, table, records)\n"
             "    names = _common_names(records)\n"
             "    async with connection.transaction():\n        target = await _find(connection, table, names)\n"
             "        tag = await connection.copy_to_table("),
        ],
    ),
    Wrong(
        "all_values_in_one_statement",
        "A parameter for each value: more of them than the protocol can count.",
        fails=["inserts", "is_all_or_nothing"],
        edits=[(INSERTED, CHUNKED.format(at_a_time="100_000"))],
    ),
    Wrong(
        "chunks_for_five_fields",
        "The size of a chunk fits the table that it was tried with.",
        fails=["inserts_the_narrow_and_the_wide", "is_all_or_nothing"],
        edits=[(INSERTED, CHUNKED.format(at_a_time="6_553"))],
    ),
    Wrong(
        "every_chunk_for_itself",
        "As few statements as there can be, and each of them its own transaction.",
        fails=["is_all_or_nothing"],
        edits=[(INSERTED, CHUNKED.format(at_a_time="(32_767 // len(columns))"))],
    ),
    Wrong(
        "what_is_there_already_is_fine",
        "ON CONFLICT DO NOTHING: a part is stored, and nobody is told.",
        fails=["is_all_or_nothing"],
        edits=[("$1::text::json) AS given ({typed})\",", "$1::text::json) AS given ({typed})\"\n            \" ON CONFLICT DO NOTHING\",")],
    ),
    Wrong(
        "empty_is_null",
        "CSV without quotes around texts: an empty one is NULL.",
        fails=["keeps_texts", "fills_what_is_left_out", "refuses_values_that_do_not_fit"],
        edits=[("text is None else", 'text in (None, "") else')],
    ),
    Wrong(
        "backslash_forgotten",
        "Tabs and ends of lines are escaped, what escapes them is not.",
        fails=["keeps_texts", "keeps_documents_and_lists"],
        edits=[(r'{"\\": r"\\", "\t"', r'{"\t"')],
    ),
    Wrong(
        "exact_numbers_by_float",
        "Every number is a float on its way.",
        fails=["reads_values_as_their_columns_do"],
        edits=[
            ("    if isinstance(value, str) and not column.is_json:",
             "    if column.type == \"numeric\":\n        return repr(float(value))\n"
             "    if isinstance(value, str) and not column.is_json:"),
        ],
    ),
    Wrong(
        "offset_cut_off",
        "The time on the clock, without the zone of the clock.",
        fails=["reads_values_as_their_columns_do"],
        edits=[
            ("    if isinstance(value, str) and not column.is_json:",
             "    if column.type.startswith(\"timestamp\"):\n        return str(value)[:19]\n"
             "    if isinstance(value, str) and not column.is_json:"),
        ],
    ),
    Wrong(
        "null_is_a_document",
        "json.dumps(None) is a document as well.",
        fails=["keeps_documents_and_lists"],
        edits=[("    if value is None:\n        return None\n", "    if value is None and not column.is_json:\n        return None\n")],
    ),
    Wrong(
        "list_joined_by_commas",
        "An item with a comma in it is two.",
        fails=["keeps_documents_and_lists"],
        edits=[("items.append(f'\"{escaped}\"')", "items.append(escaped)")],
    ),
    Wrong(
        "values_by_position",
        "The values in the order in which each record has them.",
        fails=["fills_what_is_left_out"],
        edits=[("_copied(record[column.name], column) for column in columns",
                "_copied(value, column)\n                for value, column in zip(record.values(), columns, strict=True)")],
    ),
    Wrong(
        "nulls_left_out",
        "A field that is null in all records is not named, and so its column gets its default.",
        fails=["fills_what_is_left_out"],
        edits=[("    return list(names)\n",
                "    return [one for one in names if any(r[one] is not None for r in records)] or list(names)\n")],
    ),
    Wrong(
        "nothing_is_not_expected",
        "The first of no records.",
        fails=["fills_what_is_left_out"],
        edits=[
            ("    if not records:\n        return 0\n    names = _common_names(records)\n"
             "    async with connection.transaction():\n        target = await _find(connection, table, names)\n"
             "        quoted",
             "    names = _common_names(records)\n"
             "    async with connection.transaction():\n        target = await _find(connection, table, names)\n"
             "        quoted"),
        ],
    ),
    Wrong(
        "first_record_is_number_0",
        "Counted as programmers count.",
        fails=["refuses_ragged_records"],
        edits=[("enumerate(records, 1)", "enumerate(records)")],
    ),
    Wrong(
        "missing_is_null",
        "A field that a record has not is NULL, and one that only it has is dropped.",
        fails=["refuses_ragged_records"],
        edits=[
            ("        if record.keys() != names:", "        if not record:"),
            ("_copied(record[column.name], column)", "_copied(record.get(column.name), column)"),
        ],
    ),
    Wrong(
        "as_many_is_the_same",
        "The number of fields is compared, and not their names.",
        fails=["refuses_ragged_records"],
        edits=[
            ("        if record.keys() != names:", "        if len(record) != len(names):"),
            ("_copied(record[column.name], column)", "_copied(record.get(column.name), column)"),
        ],
    ),
    Wrong(
        "one_name_with_a_dot_in_it",
        "COPY is given archive.shelves as the name of a table.",
        fails=["knows_names_as_sql_does"],
        edits=[("            target.name,\n            schema_name=target.schema,\n", "            table,\n")],
    ),
    Wrong(
        "taken_apart_at_the_dot",
        "Quotes and what is folded are left as they are.",
        fails=["knows_names_as_sql_does"],
        edits=[
            ("            target.name,\n            schema_name=target.schema,\n",
             "            table.split(\".\")[-1],\n            schema_name=table.split(\".\")[0] if \".\" in table else None,\n"),
        ],
    ),
    Wrong(
        "columns_not_quoted",
        "createdAt is folded to createdat.",
        fails=["knows_names_as_sql_does"],
        edits=[("quote_ident(attname) AS quoted", "attname AS quoted")],
    ),
    Wrong(
        "copy_gives_ids",
        "COPY writes whatever it is given into GENERATED ALWAYS AS IDENTITY; INSERT does not.",
        fails=["refuses_what_is_not_there"],
        edits=[(" OR attidentity = 'a'", "")],
    ),
    Wrong(
        "columns_left_to_postgresql",
        "An unknown column is PostgreSQL's error 42703, and so the service's 500.",
        fails=["refuses_what_is_not_there"],
        edits=[
            ("        if name not in there:\n            raise BadRecords(f\"{table} has no column {name}\")\n",
             "        if name not in there:\n            raise asyncpg.UndefinedColumnError(name)\n"),
        ],
    ),
    Wrong(
        "cut_to_its_length",
        "An explicit cast to varchar(5) cuts; a value that is assigned is refused.",
        fails=["refuses_values_that_do_not_fit"],
        edits=[
            ('{column.quoted} {column.type}"', "{column.quoted} {'text' if column.type.startswith('character') else column.type}\""),
            ('f" SELECT {quoted} FROM json', "f\" SELECT {', '.join(f'{c.quoted}::{c.type}' for c in target.columns)} FROM json"),
        ],
    ),
    Wrong(
        "empty_is_null_in_other_columns",
        "A field of a form that was left empty: in a column of numbers or dates it is taken for NULL.",
        fails=["refuses_values_that_do_not_fit"],
        edits=[
            ("    if value is None:\n        return None\n",
             "    if value is None or (value == \"\" and column.type in (\"integer\", \"date\")):\n        return None\n"),
        ],
    ),
    Wrong(
        "errors_of_the_driver",
        "What the driver's encoder raises is no error of PostgreSQL's: the service answers 500.",
        fails=["refuses_values_that_do_not_fit"],
        edits=[
            ("    if isinstance(value, str) and not column.is_json:",
             "    if column.type == \"integer\" and not isinstance(value, int):\n        raise TypeError(\"an integer is required\")\n"
             "    if isinstance(value, str) and not column.is_json:"),
        ],
    ),
    Wrong(
        "asks_for_each_record",
        "The columns are looked up again for every record.",
        fails=["copies"],
        edits=[("        tag = await connection.copy_to_table(",
                "        for record in records[:100]:\n            await _find(connection, table, list(record))\n"
                "        tag = await connection.copy_to_table(")],
    ),
    Wrong(
        "a_hundred_at_a_time",
        "A chunk of a size that looks round: 200 statements.",
        fails=["inserts", "is_all_or_nothing"],
        edits=[(INSERTED, CHUNKED.format(at_a_time="100"))],
    ),
]  # fmt: skip
