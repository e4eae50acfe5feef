-- Weeks by a loop over timestamps; dropping tries twice, and waits for five seconds in all.
CREATE TABLE activities (
    id bigserial,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    activity_type text COLLATE "C" NOT NULL CHECK (activity_type ~ '^[a-z][a-z_]{0,49}\Z'),
    details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    ip_address inet CHECK (set_masklen(ip_address, CASE family(ip_address) WHEN 4 THEN 32 ELSE 128 END) = ip_address),
    user_agent varchar(1000),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (created_at);
CREATE INDEX ON activities (user_id, created_at DESC, id DESC);

CREATE FUNCTION create_activity_partitions(first_time timestamptz, last_time timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    week timestamp := date_trunc('week', first_time AT TIME ZONE 'UTC');
    made bigint := 0;
    name text;
BEGIN
    LOCK TABLE public.activities IN SHARE UPDATE EXCLUSIVE MODE;
    WHILE week <= last_time AT TIME ZONE 'UTC' LOOP
        name := 'activities_' || to_char(week, 'YYYY_MM_DD');
        IF to_regclass('public.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.activities FOR VALUES FROM (%L) TO (%L)',
                name, week AT TIME ZONE 'UTC', (week + interval '7 days') AT TIME ZONE 'UTC');
            made := made + 1;
        END IF;
        week := week + interval '7 days';
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION drop_old_activities(kept interval DEFAULT '90 days', at timestamptz DEFAULT now()) RETURNS bigint
LANGUAGE plpgsql SET lock_timeout = '1s' SET timezone = 'UTC' AS $$
DECLARE
    gone bigint := 0;
    old text;
BEGIN
    IF kept <= '0' OR NOT isfinite(at) THEN
        RAISE EXCEPTION 'no';
    END IF;
    -- Once briefly, and a second time for as long as may be: five seconds in all.
    BEGIN
        LOCK TABLE public.activities IN ACCESS EXCLUSIVE MODE;
    EXCEPTION WHEN lock_not_available THEN
        SET LOCAL lock_timeout = '4s';
        LOCK TABLE public.activities IN ACCESS EXCLUSIVE MODE;
    END;
    FOR old IN
        SELECT relname FROM pg_partition_tree('public.activities') JOIN pg_class ON oid = relid
        WHERE isleaf AND relname ~ '^activities_\d{4}_\d\d_\d\d$'
          AND to_date(right(relname, 10), 'YYYY_MM_DD') + 7 <= (at - kept)
    LOOP
        EXECUTE 'DROP TABLE public.' || quote_ident(old);
        gone := gone + 1;
    END LOOP;
    RETURN gone;
END $$;
SELECT create_activity_partitions(now() - interval '1 week', now() + interval '5 weeks');
