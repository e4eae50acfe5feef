-- Weeks by arithmetic of dates and names, dropped by what the name says; a domain for addresses.
CREATE DOMAIN machine AS inet CHECK (host(VALUE)::inet = VALUE);

CREATE TABLE activities (
    id bigserial,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    activity_type varchar(50) NOT NULL CHECK (translate(activity_type, 'abcdefghijklmnopqrstuvwxyz_', '') = ''),
    details jsonb NOT NULL DEFAULT jsonb_build_object() CHECK (details @> '{}' AND details::text LIKE '{%'),
    ip_address machine,
    user_agent varchar(1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (left(activity_type, 1) BETWEEN 'a' AND 'z' AND left(activity_type, 1) <> '_'),
    CHECK (activity_type <> '')
) PARTITION BY RANGE (created_at);
ALTER TABLE activities ADD PRIMARY KEY (created_at, id);
CREATE INDEX ON activities (user_id, created_at);

CREATE FUNCTION create_activity_partitions(first_time timestamptz, last_time timestamptz) RETURNS int AS $$
DECLARE
    today date := (first_time AT TIME ZONE 'UTC')::date;
    monday date := today - (extract(isodow FROM today)::int - 1);
    n int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(42);
    WHILE monday <= (last_time AT TIME ZONE 'UTC')::date LOOP
        IF to_regclass('activities_' || to_char(monday, 'YYYY_MM_DD')) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE activities_%s PARTITION OF activities FOR VALUES FROM (%L) TO (%L)',
                to_char(monday, 'YYYY_MM_DD'), monday || ' 00:00+00', monday + 7 || ' 00:00+00'
            );
            n := n + 1;
        END IF;
        monday := monday + 7;
    END LOOP;
    RETURN n;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION drop_old_activities(kept interval DEFAULT '2160 hours', at timestamptz DEFAULT now())
RETURNS int AS $$
DECLARE
    edge timestamp := at AT TIME ZONE 'UTC' - kept;
    name text;
    n int := 0;
BEGIN
    PERFORM set_config('lock_timeout', '1500ms', true);
    IF kept <= '0 s' OR at = 'infinity' THEN
        RAISE EXCEPTION 'no';
    END IF;
    FOR name IN SELECT tablename FROM pg_tables WHERE tablename ~ '^activities_\d{4}_\d\d_\d\d$' LOOP
        IF to_date(right(name, 10), 'YYYY_MM_DD') + 7 <= edge THEN
            EXECUTE 'ALTER TABLE activities DETACH PARTITION ' || name;
            EXECUTE 'DROP TABLE ' || name;
            n := n + 1;
        END IF;
    END LOOP;
    RETURN n;
END;
$$ LANGUAGE plpgsql;

SELECT create_activity_partitions(now() - interval '2 weeks', now() + interval '5 weeks');
