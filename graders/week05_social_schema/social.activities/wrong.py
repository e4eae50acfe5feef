"""Mistakes that people make with retention, addresses and JSON."""

from workbench.alternatives import Wrong

_MADE = "        made := made + 1;\n"
_WEEKS = "generate_series(first_week, last_week, interval '7 days')"
_CREATED = "CREATE FUNCTION create_activity_partitions(first_time timestamptz, last_time timestamptz) RETURNS integer\nLANGUAGE plpgsql\nSET search_path = pg_catalog, public, pg_temp\n"
_DROPPED = "RETURNS integer\nLANGUAGE plpgsql\nSET search_path = pg_catalog, public, pg_temp\nSET timezone = 'UTC'\nSET lock_timeout = '2s'\n"
_LOCKED = "    -- Who makes partitions at the same time waits here, and then finds them.\n    LOCK TABLE public.activities IN SHARE UPDATE EXCLUSIVE MODE;\n"
_GUARD = """    IF (kept > interval '0' AND isfinite(at)) IS NOT TRUE THEN
        RAISE EXCEPTION 'drop_old_activities needs a positive interval and a time, not % and %', kept, at
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
"""
_ADDRESS = """CHECK (
        masklen(ip_address) = CASE family(ip_address) WHEN 4 THEN 32 ELSE 128 END
    )"""
_TOO_OLD = "            )::timestamptz <= at - kept\n"
_AHEAD = "SELECT create_activity_partitions(now(), now() + interval '28 days');"
_DROP = "        EXECUTE format('DROP TABLE %s', partition);\n"

WRONG = [
    Wrong(
        "whole_networks",
        "inet takes 10.0.0.0/8 as well, and that is nobody.",
        fails=["knows_machines"],
        edits=[(_ADDRESS, "CHECK (true)")],
    ),
    Wrong(
        "all_have_32_bits",
        "Whoever comes by IPv6 cannot be written down.",
        fails=["knows_machines"],
        edits=[(_ADDRESS, "CHECK (masklen(ip_address) = 32)")],
    ),
    Wrong(
        "address_is_text",
        "A text is in no network, and 10.1.2.3.4 is a fine one.",
        fails=["knows_machines"],
        edits=[("    ip_address inet,\n", "    ip_address text,\n"), (_ADDRESS, "CHECK (char_length(ip_address) <= 45)")],
    ),
    Wrong(
        "any_json",
        "A list, a number and JSON's null are JSON, too.",
        fails=["holds_details"],
        edits=[("CHECK (jsonb_typeof(details) = 'object')", "CHECK (true)")],
    ),
    Wrong(
        "json_not_jsonb",
        "Kept as a text, it cannot be asked what it contains.",
        fails=["holds_details"],
        edits=[("    details jsonb NOT NULL", "    details json NOT NULL"), ("jsonb_typeof(details)", "json_typeof(details)")],
    ),
    Wrong(
        "details_may_be_missing",
        "No details are NULL in one row and {} in another.",
        fails=["keeps_what_was_done", "holds_details"],
        edits=[("    details jsonb NOT NULL DEFAULT '{}'", "    details jsonb")],
    ),
    Wrong(
        "kinds_in_any_case",
        "Login and login are counted apart.",
        fails=["names_what_was_done"],
        edits=[('COLLATE "C" ~ ', 'COLLATE "C" ~* ')],
    ),
    Wrong(
        "users_stay",
        "A user who ever did anything cannot be deleted.",
        fails=["goes_with_its_user"],
        edits=[("REFERENCES users (id) ON DELETE CASCADE", "REFERENCES users (id)")],
    ),
    Wrong(
        "steps_from_the_time",
        "From Wednesday in steps of seven days, the week of a last Monday is never met.",
        fails=["lies_by_week"],
        edits=[(_WEEKS, "generate_series(first_time, last_time, interval '7 days')"),
               ("        partition := 'activities_'", "        week := date_trunc('week', week);\n        partition := 'activities_'")],
    ),
    Wrong(
        "weeks_from_sunday",
        "A week begins on another day than everybody thinks.",
        fails=["lies_by_week", "is_made_once", "means_utc"],
        edits=[("date_trunc('week', first_time)", "date_trunc('week', first_time + interval '1 day') - interval '1 day'"),
               ("date_trunc('week', last_time)", "date_trunc('week', last_time + interval '1 day') - interval '1 day'")],
    ),
    Wrong(
        "compares_times",
        "From Wednesday to Tuesday of one week is no span of time, but it is a week.",
        fails=["lies_by_week"],
        edits=[(_LOCKED, "    IF last_time < first_time THEN\n        RETURN 0;\n    END IF;\n" + _LOCKED)],
    ),
    Wrong(
        "year_of_the_iso_week",
        "December 30th of 2019 lies in the first week of 2020, but its own year is 2019.",
        fails=["lies_by_week"],
        edits=[("to_char(week, 'YYYY_MM_DD')", "to_char(week, 'IYYY_MM_DD')")],
    ),
    Wrong(
        "weeks_of_the_session",
        "It is Monday when it is so for whoever runs the job.",
        fails=["means_utc"],
        edits=[(_CREATED + "SET timezone = 'UTC'\n", _CREATED)],
    ),
    Wrong(
        "days_of_the_session",
        "Ninety days over a change of clocks are an hour more or less.",
        fails=["means_utc"],
        edits=[(_DROPPED, _DROPPED.replace("SET timezone = 'UTC'\n", ""))],
    ),
    Wrong(
        "looks_before_it_waits",
        "Two jobs find that the week is not there, and the second one fails.",
        fails=["is_made_once"],
        edits=[(_LOCKED, "")],
    ),
    Wrong(
        "when_the_first_row_is_too_old",
        "Six days are dropped too early.",
        fails=["goes_when_all_is_too_old", "keeps_ninety_days", "means_utc"],
        edits=[("FROM $re$TO \\('([^']+)'\\)$re$", "FROM $re$FROM \\('([^']+)'\\)$re$")],
    ),
    Wrong(
        "a_moment_too_long",
        "The end of a week does not belong to it: nothing in it is as young as that.",
        fails=["goes_when_all_is_too_old", "means_utc"],
        edits=[(_TOO_OLD, _TOO_OLD.replace("<=", "<"))],
    ),
    Wrong(
        "only_detached",
        "It is no part of the table any more, and lies on the disk for ever.",
        fails=["goes_when_all_is_too_old", "keeps_ninety_days", "means_utc", "gives_up"],
        edits=[(_DROP, "        EXECUTE format('ALTER TABLE public.activities DETACH PARTITION %s', partition);\n")],
    ),
    Wrong(
        "deletes_rows",
        "Row by row, and the empty tables stay.",
        fails=["goes_when_all_is_too_old", "keeps_ninety_days", "means_utc", "gives_up"],
        edits=[(_DROP, "        EXECUTE format('DELETE FROM %s', partition);\n")],
    ),
    Wrong(
        "a_month_unless_said",
        "The default is another one than was promised.",
        fails=["keeps_ninety_days"],
        edits=[("kept interval DEFAULT '90 days'", "kept interval DEFAULT '30 days'")],
    ),
    Wrong(
        "a_day_more_unless_said",
        "The promise is broken on one day of seven.",
        fails=["keeps_ninety_days"],
        edits=[("kept interval DEFAULT '90 days'", "kept interval DEFAULT '91 days'")],
    ),
    Wrong(
        "no_look_at_the_sign",
        "With -90 days, the weeks of the next three months are dropped as well.",
        fails=["cannot_run_wild"],
        edits=[(_GUARD, "")],
    ),
    Wrong(
        "waits_for_ever",
        "Behind a report the job waits, and behind the job everybody else.",
        fails=["gives_up"],
        edits=[(_DROPPED, _DROPPED.replace("SET lock_timeout = '2s'\n", ""))],
    ),
    Wrong(
        "waits_for_nine_seconds",
        "It gives up, and later than it was allowed to.",
        fails=["gives_up"],
        edits=[(_DROPPED, _DROPPED.replace("'2s'", "'9s'"))],
    ),
    Wrong(
        "gives_up_in_silence",
        "It says that it dropped nothing, which is what it says on a good day, too.",
        fails=["gives_up"],
        edits=[("    RETURN dropped;\nEND\n", "    RETURN dropped;\nEXCEPTION WHEN lock_not_available THEN\n    RETURN 0;\nEND\n")],
    ),
    Wrong(
        "pages_are_sorted",
        "All that a user ever did is read to show the newest twenty.",
        fails=["finds_a_page"],
        edits=[("ON activities (user_id, created_at DESC, id DESC);", "ON activities (user_id);")],
    ),
    Wrong(
        "two_weeks_ahead",
        "The job was ill for three weeks.",
        fails=["is_there_in_time"],
        edits=[(_AHEAD, _AHEAD.replace("28", "14"))],
    ),
    Wrong(
        "partitioned_by_another_time",
        "The column has another name, and the index by time cannot be made.",
        fails=["is_built_on"],
        edits=[(_AHEAD, _AHEAD + "\nCREATE TABLE activities_created_at_idx ();")],
    ),
]  # fmt: skip
