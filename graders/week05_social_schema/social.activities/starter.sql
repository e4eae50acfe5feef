-- What users did, for analysis. A partition for each week (UTC, from Monday), kept for 90 days.
CREATE TABLE activities (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
    -- TODO: the other columns, the key, what they refer to, what is refused
);
-- TODO: partitions, and an index for what one user did last

-- Make the partitions of all weeks from that of first_time to that of last_time that do not exist yet.
-- Returns how many it made.
CREATE FUNCTION create_activity_partitions(first_time timestamptz, last_time timestamptz) RETURNS integer
LANGUAGE plpgsql
AS $$
BEGIN
    -- TODO
    RETURN NULL;
END
$$;

-- Drop the partitions in which everything is older than `kept` at the time `at`.
-- Returns how many it dropped.
CREATE FUNCTION drop_old_activities(kept interval DEFAULT '90 days', at timestamptz DEFAULT now())
RETURNS integer
LANGUAGE plpgsql
AS $$
BEGIN
    -- TODO
    RETURN NULL;
END
$$;

-- TODO: this week and the next four
