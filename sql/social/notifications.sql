-- What happened to whom. A partition for each month (UTC): old months go by dropping a table, which
-- costs nothing, where a DELETE would leave millions of dead rows.
CREATE TABLE notifications (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    notification_type text NOT NULL,
    -- The post that was liked, reposted or answered, or that mentions the user.
    post_id bigint,
    read_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- A key of a partitioned table must hold what it is partitioned by.
    CONSTRAINT notifications_pkey PRIMARY KEY (id, created_at),
    -- News about an account or a post that is gone leads nowhere.
    CONSTRAINT notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT notifications_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT notifications_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    CONSTRAINT notifications_type_check CHECK (
        notification_type IN ('like', 'repost', 'reply', 'mention', 'follow')
    ),
    -- Only a follow is about no post. With a type that is none, the check above speaks.
    CONSTRAINT notifications_post_check CHECK ((post_id IS NULL) = (notification_type = 'follow')),
    CONSTRAINT notifications_not_oneself_check CHECK (actor_id <> user_id)
) PARTITION BY RANGE (created_at);

-- One for each foreign key; the first is the page of notifications as well. Partitions inherit them.
CREATE INDEX notifications_user_id_created_at_idx ON notifications (user_id, created_at DESC, id DESC);
CREATE INDEX notifications_actor_id_idx ON notifications (actor_id);
CREATE INDEX notifications_post_id_idx ON notifications (post_id) WHERE post_id IS NOT NULL;

-- There is no default partition: every new month would have to search it under a lock, and could not
-- be made once it holds a row of that month. Months are made ahead instead.

-- Make the partitions of all months from that of first_day to that of last_day that do not exist yet.
-- Returns how many it made. Months are those of UTC, whatever the session's time zone.
-- Notifications are read and written meanwhile, but to attach a table with foreign keys PostgreSQL
-- locks out writers of users and posts until the transaction ends: so make months early, in a
-- transaction of its own. After 5 seconds of waiting for a lock it fails rather than hold up all who
-- have queued behind it; the next run of the job makes what is missing.
CREATE FUNCTION create_notification_partitions(first_day date, last_day date) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '5s'
AS $$
DECLARE
    first_month timestamptz := date_trunc('month', first_day::timestamptz);
    last_month timestamptz := date_trunc('month', last_day::timestamptz);
    month timestamptz;
    partition text;
    made integer := 0;
BEGIN
    IF (isfinite(first_day) AND isfinite(last_day)) IS NOT TRUE THEN
        RAISE EXCEPTION 'create_notification_partitions needs two days, not % and %', first_day, last_day
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Who makes partitions at the same time waits here, and then finds them.
    LOCK TABLE public.notifications IN SHARE UPDATE EXCLUSIVE MODE;
    -- Counted from the first of a month: the 31st plus a month would be cut to the 30th, and stay there.
    FOR month IN SELECT generate_series(first_month, last_month, interval '1 month') LOOP
        partition := 'notifications_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_inherits
            WHERE inhparent = 'public.notifications'::regclass
                AND inhrelid = to_regclass('public.' || partition)
        );
        -- Made beside the table and then attached: CREATE TABLE ... PARTITION OF would lock out everybody.
        EXECUTE format(
            'CREATE TABLE public.%I (LIKE public.notifications'
            ' INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)',
            partition
        );
        EXECUTE format(
            'ALTER TABLE public.notifications ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            partition, month, month + interval '1 month'
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Drop the partitions of all months that end before the month of oldest_day begins, or then.
-- Returns how many it dropped. Dropping locks out readers and writers of notifications for a moment, and
-- they would queue behind a job that waits for somebody's long report: so it gives up after 2 seconds.
CREATE FUNCTION drop_notification_partitions(oldest_day date) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '2s'
AS $$
DECLARE
    oldest_month timestamptz := date_trunc('month', oldest_day::timestamptz);
    partition regclass;
    dropped integer := 0;
BEGIN
    IF isfinite(oldest_day) IS NOT TRUE THEN
        RAISE EXCEPTION 'drop_notification_partitions needs a day, not %', oldest_day
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOCK TABLE public.notifications IN SHARE UPDATE EXCLUSIVE MODE;
    -- The bounds tell what a partition holds; a name tells only what somebody called it.
    FOR partition IN
        SELECT pg_class.oid
        FROM pg_inherits
        JOIN pg_class ON pg_class.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = 'public.notifications'::regclass
            AND substring(
                pg_get_expr(pg_class.relpartbound, pg_class.oid) FROM $re$TO \('([^']+)'\)$re$
            )::timestamptz <= oldest_month
        ORDER BY pg_class.relname
    LOOP
        EXECUTE format('DROP TABLE %s', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- This month and the next three; a job does the same every day.
SELECT create_notification_partitions(today, (today + interval '3 months')::date)
FROM (SELECT (now() AT TIME ZONE 'UTC')::date) AS day (today);
