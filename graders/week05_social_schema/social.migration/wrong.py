"""Mistakes that people make when they change a table that is in use."""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "one_transaction",
        "Alembic's own transaction around it all: the first lock is held until the last row is filled.",
        fails=["lets_others_write", "fills_in_batches"],
        edits=[
            ("    with op.get_context().autocommit_block():\n", "    if True:\n"),
            ("DROP INDEX CONCURRENTLY IF", "DROP INDEX IF"),
            ("CREATE INDEX CONCURRENTLY posts", "CREATE INDEX posts"),
        ],
    ),
    Wrong(
        "one_update",
        "All old rows in one UPDATE.",
        fails=["fills_in_batches"],
        edits=[("BATCH = 1000\n", "BATCH = 1_000_000\n")],
    ),
    Wrong(
        "savepoints",
        "Batches with a savepoint each, in one transaction: nothing is free before its end.",
        fails=["fills_in_batches"],
        edits=[
            ("    for after in range(0, newest, BATCH):\n        connection.execute(fill, {\"after\": after, \"to\": after + BATCH})\n",
             "    op.execute(\"BEGIN\")\n"
             "    for after in range(0, newest, BATCH):\n"
             "        op.execute(\"SAVEPOINT batch\")\n"
             "        connection.execute(fill, {\"after\": after, \"to\": after + BATCH})\n"
             "        op.execute(\"RELEASE SAVEPOINT batch\")\n"
             "    op.execute(\"COMMIT\")\n"),
        ],
    ),
    Wrong(
        "default_in_add_column",
        "The default is worked out once, for all the old rows: they have a value, and are not filled.",
        fails=["fills_every_old_post"],
        edits=[("IF NOT EXISTS published_at timestamptz,", "IF NOT EXISTS published_at timestamptz DEFAULT now(),")],
    ),
    Wrong(
        "volatile_default",
        "A default that differs from row to row writes the whole table anew.",
        fails=["fills_every_old_post", "lets_others_write", "fills_in_batches"],
        edits=[("IF NOT EXISTS published_at timestamptz,", "IF NOT EXISTS published_at timestamptz DEFAULT clock_timestamp(),")],
    ),
    Wrong(
        "no_default",
        "Posts that are written meanwhile have no value, and VALIDATE finds them.",
        fails=["upgrades"],
        edits=[
            ('            "ALTER TABLE posts ADD COLUMN IF NOT EXISTS published_at timestamptz,"\n'
             '            " ALTER COLUMN published_at SET DEFAULT now()"\n',
             '            "ALTER TABLE posts ADD COLUMN IF NOT EXISTS published_at timestamptz"\n'),
        ],
    ),
    Wrong(
        "default_dropped",
        "The new application will set it by itself; the old one, which still runs, does not.",
        fails=["the_old_application_goes_on"],
        edits=[("ALTER COLUMN published_at SET NOT NULL\"", "ALTER COLUMN published_at SET NOT NULL, ALTER COLUMN published_at DROP DEFAULT\"")],
    ),
    Wrong(
        "checked_before_it_is_filled",
        "NOT VALID spares the old rows until somebody likes one.",
        fails=["the_old_application_goes_on"],
        edits=[
            ("        _fill_old_posts()\n", ""),
            ('        op.execute("ALTER TABLE posts VALIDATE', '        _fill_old_posts()\n        op.execute("ALTER TABLE posts VALIDATE'),
        ],
    ),
    Wrong(
        "fills_new_posts",
        "The filling takes all ids up to the newest, also those that have their value.",
        fails=["the_old_application_goes_on"],
        edits=[(" AND published_at IS NULL", "")],
    ),
    Wrong(
        "touches_updated_at",
        "The filling passes for a change of the post.",
        fails=["fills_every_old_post"],
        edits=[("UPDATE posts SET published_at = created_at", "UPDATE posts SET published_at = created_at, updated_at = now()")],
    ),
    Wrong(
        "no_order_of_times",
        "Only NULL is refused.",
        fails=["keeps_the_rules"],
        edits=[("CHECK (published_at IS NOT NULL AND published_at >= created_at)", "CHECK (published_at IS NOT NULL)")],
    ),
    Wrong(
        "never_validated",
        "NOT VALID for ever: it proves nothing, and SET NOT NULL reads the table under its lock.",
        fails=["keeps_the_rules", "lets_others_write"],
        edits=[('        op.execute("ALTER TABLE posts VALIDATE CONSTRAINT posts_published_at_check")\n', "")],
    ),
    Wrong(
        "checked_at_once",
        "ADD CONSTRAINT reads every row, while nobody may read or write.",
        fails=["lets_others_write"],
        edits=[(">= created_at) NOT VALID", ">= created_at)")],
    ),
    Wrong(
        "validated_with_it",
        "NOT VALID and VALIDATE in one transaction: the lock of the first is held for the second.",
        fails=["lets_others_write"],
        edits=[
            ('        op.execute(\n            "ALTER TABLE posts DROP CONSTRAINT IF', '        op.execute("BEGIN")\n        op.execute(\n            "ALTER TABLE posts DROP CONSTRAINT IF'),
            ('VALIDATE CONSTRAINT posts_published_at_check")\n', 'VALIDATE CONSTRAINT posts_published_at_check")\n        op.execute("COMMIT")\n'),
        ],
    ),
    Wrong(
        "not_null_by_reading",
        "Nothing proves NOT NULL, so every row is read under the strongest lock.",
        fails=["lets_others_write"],
        edits=[("CHECK (published_at IS NOT NULL AND published_at >= created_at)", "CHECK (published_at >= created_at)")],
    ),
    Wrong(
        "index_that_locks",
        "Without CONCURRENTLY nobody writes until it is built.",
        fails=["lets_others_write"],
        edits=[("CREATE INDEX CONCURRENTLY posts", "CREATE INDEX posts")],
    ),
    Wrong(
        "broken_index_stays",
        "IF NOT EXISTS is content with an invalid index.",
        fails=["replaces_a_broken_index"],
        edits=[
            ('        op.execute("DROP INDEX CONCURRENTLY IF EXISTS posts_user_id_published_at_idx")\n', ""),
            ("CREATE INDEX CONCURRENTLY posts", "CREATE INDEX CONCURRENTLY IF NOT EXISTS posts"),
        ],
    ),
    Wrong(
        "constraint_added_twice",
        "The second run finds the constraint of the first one, and stops.",
        fails=["replaces_a_broken_index"],
        edits=[
            ('            "ALTER TABLE posts DROP CONSTRAINT IF EXISTS posts_published_at_check,"\n'
             '            " ADD CONSTRAINT', '            "ALTER TABLE posts ADD CONSTRAINT'),
        ],
    ),
    Wrong(
        "index_of_the_author",
        "It finds the author's posts, and then reads and sorts them all.",
        fails=["serves_an_authors_page"],
        edits=[("ON posts (user_id, published_at DESC)", "ON posts (user_id) INCLUDE (published_at)")],
    ),
    Wrong(
        "index_of_the_time",
        "It reads what everybody has published lately.",
        fails=["serves_an_authors_page"],
        edits=[("ON posts (user_id, published_at DESC)", "ON posts (published_at DESC)")],
    ),
    Wrong(
        "waits_for_ever",
        "No lock_timeout: one transaction that is left open stops the site.",
        fails=["gives_up_waiting", "gives_up_again"],
        edits=[("SET lock_timeout = '2s'\")\n        # In", "SET lock_timeout = 0\")\n        # In")],
    ),
    Wrong(
        "timeout_of_the_first_only",
        "Set for the transaction of the first statement, and gone with it.",
        fails=["gives_up_again"],
        edits=[
            ("        op.execute(\"SET lock_timeout = '2s'\")\n        # In", "        op.execute(\"BEGIN\")\n        op.execute(\"SET LOCAL lock_timeout = '2s'\")\n        # In"),
            ("        _fill_old_posts()\n", "        op.execute(\"COMMIT\")\n        _fill_old_posts()\n"),
        ],
    ),
    Wrong(
        "only_once",
        "The second run finds the column of the first one, and stops.",
        fails=["goes_on_after_a_break", "replaces_a_broken_index"],
        edits=[("ADD COLUMN IF NOT EXISTS", "ADD COLUMN")],
    ),
    Wrong(
        "index_in_silence",
        "PostgreSQL's messages are turned off before an index is built that locks.",
        fails=["lets_others_write"],
        edits=[
            ('"SET lock_timeout = 0"', "\"SELECT set_config('client_min_' || 'messages', 'error', false)\""),
            ("CREATE INDEX CONCURRENTLY posts", "CREATE INDEX posts"),
        ],
    ),
    Wrong(
        "not_null_in_silence",
        "Every row is read for NOT NULL, and the message of it turned off.",
        fails=["lets_others_write"],
        edits=[
            ("CHECK (published_at IS NOT NULL AND published_at >= created_at)", "CHECK (published_at >= created_at)"),
            ('        op.execute("ALTER TABLE posts VALIDATE', "        op.execute(\"SELECT set_config('client_min_' || 'messages', 'error', false)\")\n        op.execute(\"ALTER TABLE posts VALIDATE"),
        ],
    ),
    Wrong(
        "under_another_name",
        "The table has another name while it is locked for the index.",
        fails=["lets_others_write"],
        edits=[
            ("CREATE INDEX CONCURRENTLY posts", "ALTER TABLE posts RENAME TO p; CREATE INDEX posts"),
            ("ON posts (user_id, published_at DESC)", "ON p (user_id, published_at DESC); ALTER TABLE p RENAME TO posts"),
        ],
    ),
    Wrong(
        "blocks_for_batches",
        "A block with EXCEPTION is a savepoint: it gives rows an xmin of their own, and ends nothing.",
        fails=["fills_in_batches"],
        edits=[
            ("    for after in range(0, newest, BATCH):\n        connection.execute(fill, {\"after\": after, \"to\": after + BATCH})\n",
             "    op.execute(\"\"\"DO $$ BEGIN FOR after IN 0 .. 9000 BY 500 LOOP BEGIN\n"
             "        UPDATE posts SET published_at = created_at\n"
             "        WHERE id > after AND id <= after + 500 AND published_at IS NULL;\n"
             "        EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$\"\"\")\n"),
        ],
    ),
    Wrong(
        "no_way_back",
        "The downgrade does nothing.",
        fails=["goes_down_and_up_again"],
        edits=[('    op.drop_column("posts", "published_at")\n', "")],
    ),
    Wrong(
        "looks_and_leaves",
        "While the table is small, it ends when it sees somebody at work; and where it asks for a lock it waits for ever.",
        fails=["gives_up_waiting", "gives_up_again"],
        edits=[
            ("        op.execute(\"SET lock_timeout = '2s'\")\n",
             "        if op.get_bind().exec_driver_sql(\n"
             "            \"SELECT count(*) < 2000 AND EXISTS (SELECT FROM pg_stat_activity\"\n"
             "            \" WHERE datname = current_database() AND pid <> pg_backend_pid()\"\n"
             "            \" AND state LIKE 'idle in transaction%%') FROM posts\").scalar():\n"
             "            raise SystemExit(\"not today\")\n"),
        ],
    ),
]  # fmt: skip
