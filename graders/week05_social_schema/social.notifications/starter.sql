-- What happened to whom. A partition for each month (UTC).
CREATE TABLE notifications (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
    -- TODO: the other columns, the key, what they refer to, what is refused
);
-- TODO: partitions, and indexes for what is asked

-- Make the partitions of all months from that of first_day to that of last_day that do not exist yet.
-- Returns how many it made.
CREATE FUNCTION create_notification_partitions(first_day date, last_day date) RETURNS integer
LANGUAGE plpgsql
AS $$
BEGIN
    -- TODO
    RETURN NULL;
END
$$;

-- Drop the partitions of all months before that of oldest_day. Returns how many it dropped.
CREATE FUNCTION drop_notification_partitions(oldest_day date) RETURNS integer
LANGUAGE plpgsql
AS $$
BEGIN
    -- TODO
    RETURN NULL;
END
$$;

-- TODO: this month and the next three
