-- The hashtags of the last 24 hours: what readers get is kept, and made anew by a job.
-- TODO: trending_hashtags (hashtag, post_count, user_count, last_used_at)

-- A job calls it every few minutes; nobody who reads waits for it.
CREATE FUNCTION refresh_trending_hashtags() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TODO';
END
$$;
