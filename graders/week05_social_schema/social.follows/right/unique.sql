-- A unique constraint, a domain, an index that is read backwards, and foreign keys that are looked at last.
CREATE DOMAIN user_key AS bigint NOT NULL;

CREATE TABLE follows (
    created_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
    followee_id user_key REFERENCES users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    follower_id user_key REFERENCES users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    muted boolean NOT NULL DEFAULT false,
    UNIQUE (follower_id, followee_id) INCLUDE (created_at),
    CHECK (NOT follower_id = followee_id)
);

CREATE INDEX newest ON follows (followee_id, created_at, follower_id);
