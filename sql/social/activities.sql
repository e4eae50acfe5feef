-- What users did, for analysis: written all the time, read in bulk, and kept for 90 days only, because
-- it says who was where (the address). A partition for each week (UTC, from Monday): a week goes as
-- soon as its last row is too old, so hardly more is kept than may be.
CREATE TABLE activities (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    activity_type text NOT NULL,
    -- What it was about, by kind: {"post_id": 7}. No foreign key: what happened stays true when the
    -- post is gone.
    details jsonb NOT NULL DEFAULT '{}',
    ip_address inet,
    user_agent text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT activities_pkey PRIMARY KEY (id, created_at),
    -- These are personal data: they go with the account's row.
    CONSTRAINT activities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT activities_type_check CHECK (activity_type COLLATE "C" ~ '^[a-z][a-z_]{0,49}$'),
    CONSTRAINT activities_details_check CHECK (jsonb_typeof(details) = 'object'),
    -- The address of one machine: inet would take a whole network, 10.0.0.0/8, as well.
    CONSTRAINT activities_ip_address_check CHECK (
        masklen(ip_address) = CASE family(ip_address) WHEN 4 THEN 32 ELSE 128 END
    ),
    CONSTRAINT activities_user_agent_check CHECK (char_length(user_agent) <= 1000)
) PARTITION BY RANGE (created_at);

-- The foreign key, and what one user did last.
CREATE INDEX activities_user_id_created_at_idx ON activities (user_id, created_at DESC, id DESC);

-- Make the partitions of all weeks from that of first_time to that of last_time that do not exist yet.
-- Returns how many it made. Weeks are those of UTC, whatever the session's time zone. Activities are
-- read and written meanwhile; writers of users wait, because of the foreign key, until the transaction
-- ends. After 5 seconds of waiting for a lock it fails rather than hold up all who have queued behind.
CREATE FUNCTION create_activity_partitions(first_time timestamptz, last_time timestamptz) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '5s'
AS $$
DECLARE
    first_week timestamptz := date_trunc('week', first_time);
    last_week timestamptz := date_trunc('week', last_time);
    week timestamptz;
    partition text;
    made integer := 0;
BEGIN
    IF (isfinite(first_time) AND isfinite(last_time)) IS NOT TRUE THEN
        RAISE EXCEPTION 'create_activity_partitions needs two times, not % and %', first_time, last_time
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Who makes partitions at the same time waits here, and then finds them.
    LOCK TABLE public.activities IN SHARE UPDATE EXCLUSIVE MODE;
    FOR week IN SELECT generate_series(first_week, last_week, interval '7 days') LOOP
        partition := 'activities_' || to_char(week, 'YYYY_MM_DD');
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_inherits
            WHERE inhparent = 'public.activities'::regclass
                AND inhrelid = to_regclass('public.' || partition)
        );
        -- Made beside the table and then attached: CREATE TABLE ... PARTITION OF would lock out everybody.
        EXECUTE format(
            'CREATE TABLE public.%I (LIKE public.activities'
            ' INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)',
            partition
        );
        EXECUTE format(
            'ALTER TABLE public.activities ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            partition, week, week + interval '7 days'
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Retention: drop the partitions in which everything is older than `kept` at the time `at`.
-- Returns how many it dropped. Dropping locks out readers and writers of activities for a moment, and
-- they would queue behind a job that waits for somebody's long report: so it gives up after 2 seconds.
CREATE FUNCTION drop_old_activities(kept interval DEFAULT '90 days', at timestamptz DEFAULT now())
RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '2s'
AS $$
DECLARE
    partition regclass;
    dropped integer := 0;
BEGIN
    -- A slip of the sign would drop the weeks that are being written.
    IF (kept > interval '0' AND isfinite(at)) IS NOT TRUE THEN
        RAISE EXCEPTION 'drop_old_activities needs a positive interval and a time, not % and %', kept, at
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOCK TABLE public.activities IN SHARE UPDATE EXCLUSIVE MODE;
    FOR partition IN
        SELECT pg_class.oid
        FROM pg_inherits
        JOIN pg_class ON pg_class.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = 'public.activities'::regclass
            AND substring(
                pg_get_expr(pg_class.relpartbound, pg_class.oid) FROM $re$TO \('([^']+)'\)$re$
            )::timestamptz <= at - kept
        ORDER BY pg_class.relname
    LOOP
        EXECUTE format('DROP TABLE %s', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- This week and the next four; a job does the same every day, and then drops what is too old.
SELECT create_activity_partitions(now(), now() + interval '28 days');
