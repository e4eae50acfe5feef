"""Mistakes that people make with partitions."""

from workbench.alternatives import Wrong

_PARTITIONED = ") PARTITION BY RANGE (created_at);"
_MONTHS = "generate_series(first_month, last_month, interval '1 month')"
_CREATE = """        EXECUTE format(
            'CREATE TABLE public.%I (LIKE public.notifications'
            ' INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)',
            partition
        );
        EXECUTE format(
            'ALTER TABLE public.notifications ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            partition, month, month + interval '1 month'
        );
"""
_AHEAD = "SELECT create_notification_partitions(today, (today + interval '3 months')::date)\n"
_KNOWN = """        CONTINUE WHEN EXISTS (
            SELECT FROM pg_inherits
            WHERE inhparent = 'public.notifications'::regclass
                AND inhrelid = to_regclass('public.' || partition)
        );
"""
_LOOK = "    -- Who makes partitions at the same time waits here, and then finds them.\n"
_KEY = "    CONSTRAINT notifications_pkey PRIMARY KEY (id, created_at),\n"

WRONG = [
    Wrong(
        "only_an_index",
        "An index by time is not a partition: nothing can be dropped, and one heap holds it all.",
        fails=["lies_by_month", "makes_what_is_missing", "means_utc", "reads_one_month", "is_there_in_time",
               "drops_what_is_over"],
        edits=[(_PARTITIONED, ");\nCREATE INDEX ON notifications (created_at);"),
               (_CREATE, ""), (_KNOWN, "")],
    ),
    Wrong(
        "partition_of",
        "CREATE TABLE ... PARTITION OF locks out everybody who reads or writes.",
        fails=["is_made_while_others_work"],
        edits=[(_CREATE, "        EXECUTE format(\n"
                         "            'CREATE TABLE public.%I PARTITION OF public.notifications FOR VALUES FROM (%L) TO (%L)',\n"
                         "            partition, month, month + interval '1 month'\n        );\n")],
    ),
    Wrong(
        "counts_from_the_day",
        "The 31st of January plus a month is the 29th of February, and after that comes no first of March.",
        fails=["lies_by_month", "makes_what_is_missing"],
        edits=[("    FOR month IN SELECT " + _MONTHS + " LOOP\n",
                "    FOR month IN SELECT date_trunc('month', day) FROM\n"
                "        generate_series(first_day::timestamptz, last_day, interval '1 month') AS day LOOP\n")],
    ),
    Wrong(
        "last_month_left_out",
        "The month of the last day is not made, unless another day of it lies before.",
        fails=["lies_by_month", "makes_what_is_missing", "means_utc", "is_made_while_others_work", "is_there_in_time"],
        edits=[(_MONTHS, "generate_series(first_month, last_month - interval '1 day', interval '1 month')")],
    ),
    Wrong(
        "until_the_last_moment",
        "What happens in the last moment of a month has no place.",
        fails=["lies_by_month"],
        edits=[("partition, month, month + interval '1 month'", "partition, month, month + interval '1 month' - interval '1 millisecond'")],
    ),
    Wrong(
        "midnight_of_the_session",
        "A month begins when it does so for whoever runs the job.",
        fails=["means_utc"],
        edits=[("SET timezone = 'UTC'\nSET lock_timeout = '5s'\n", "SET lock_timeout = '5s'\n")],
    ),
    Wrong(
        "only_once",
        "The second run finds its tables made already, and fails.",
        fails=["makes_what_is_missing"],
        edits=[(_KNOWN, "")],
    ),
    Wrong(
        "counts_what_was_there",
        "It tells how many months there are, not how many it made.",
        fails=["makes_what_is_missing"],
        edits=[(_KNOWN, ""),
               (_CREATE, "        IF to_regclass('public.' || partition) IS NULL THEN\n" + _CREATE + "        END IF;\n")],
    ),
    Wrong(
        "compares_days",
        "From the 20th to the 5th of one month is no span of days, but it is a month.",
        fails=["makes_what_is_missing"],
        edits=[(_LOOK, "    IF last_day < first_day THEN\n        RETURN 0;\n    END IF;\n" + _LOOK)],
    ),
    Wrong(
        "nothing_ahead",
        "Nobody makes a first month, and the first notification fails.",
        fails=["is_there_in_time"],
        edits=[(_AHEAD, "SELECT 1\n")],
    ),
    Wrong(
        "default_partition",
        "What has no month lies in a corner, which is searched under a lock for every new month.",
        fails=["lies_by_month", "means_utc", "is_made_while_others_work", "is_there_in_time"],
        edits=[(_AHEAD, "SELECT 1;\nCREATE TABLE notifications_rest PARTITION OF notifications DEFAULT;\n" + _AHEAD)],
    ),
    Wrong(
        "its_own_month_too",
        "The month of the day goes as well, with what was written in it.",
        fails=["drops_what_is_over"],
        edits=[("::timestamptz <= oldest_month\n", "::timestamptz <= oldest_month + interval '1 month'\n")],
    ),
    Wrong(
        "only_detached",
        "What is detached is out of the way, and lies on the disk for ever.",
        fails=["drops_what_is_over"],
        edits=[("EXECUTE format('DROP TABLE %s', partition)",
                "EXECUTE format('ALTER TABLE public.notifications DETACH PARTITION %s', partition)")],
    ),
    Wrong(
        "drops_by_the_clock_on_the_wall",
        "A day becomes an instant by the session's time zone, and the months' ends do not.",
        fails=["drops_what_is_over"],
        edits=[("SET timezone = 'UTC'\nSET lock_timeout = '2s'\n", "SET lock_timeout = '2s'\n")],
    ),
    Wrong(
        "no_key",
        "PostgreSQL refuses PRIMARY KEY (id), and so there is none.",
        fails=["has_a_key"],
        edits=[(_KEY, "")],
    ),
    Wrong(
        "key_of_each_user",
        "A key with more in it than it needs: two notifications of two users may share the rest.",
        fails=["has_a_key"],
        edits=[(_KEY, "    CONSTRAINT notifications_pkey PRIMARY KEY (user_id, id, created_at),\n")],
    ),
    Wrong(
        "a_page_is_sorted",
        "All notifications of a user are read to show the newest twenty.",
        fails=["finds_without_searching"],
        edits=[("ON notifications (user_id, created_at DESC, id DESC);", "ON notifications (user_id);")],
    ),
    Wrong(
        "keys_without_index",
        "A foreign key makes no index: whoever deletes a post reads every month.",
        fails=["finds_without_searching"],
        edits=[("CREATE INDEX notifications_post_id_idx ON notifications (post_id) WHERE post_id IS NOT NULL;", "")],
    ),
    Wrong(
        "posts_are_kept",
        "A post with a notification cannot be deleted any more.",
        fails=["goes_with_what_it_is_about"],
        edits=[("REFERENCES posts (id) ON DELETE CASCADE", "REFERENCES posts (id)")],
    ),
    Wrong(
        "actor_set_null",
        "When the actor goes, the rule that there is one speaks against it.",
        fails=["goes_with_what_it_is_about"],
        edits=[("FOREIGN KEY (actor_id) REFERENCES users (id) ON DELETE CASCADE",
                "FOREIGN KEY (actor_id) REFERENCES users (id) ON DELETE SET NULL")],
    ),
    Wrong(
        "likes_about_nothing",
        "A follow has no post, but a like may have none either.",
        fails=["refuses_what_cannot_be"],
        edits=[("CHECK ((post_id IS NULL) = (notification_type = 'follow'))",
                "CHECK (post_id IS NULL OR notification_type <> 'follow')")],
    ),
    Wrong(
        "seen",
        "The column has another name, and the index of what is unread cannot be made.",
        fails=["keeps_what_happened", "is_built_on"],
        edits=[("    read_at timestamptz,\n", "    seen_at timestamptz,\n")],
    ),
]  # fmt: skip
