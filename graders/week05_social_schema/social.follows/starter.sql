-- Who follows whom.
CREATE TABLE follows (
    follower_id bigint,
    followee_id bigint,
    created_at timestamptz
    -- TODO
);
