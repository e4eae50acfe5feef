-- The hashtags of the last 24 hours. It promises no order: a reader says
-- ORDER BY post_count DESC, user_count DESC, hashtag.
CREATE MATERIALIZED VIEW trending_hashtags AS
SELECT
    tagged.hashtag,
    count(*) AS post_count,
    count(DISTINCT tagged.user_id) AS user_count,
    max(tagged.created_at) AS last_used_at
FROM (
    -- One vote for each post, however often and in whatever case it repeats a tag.
    SELECT DISTINCT posts.id, posts.user_id, posts.created_at, lower(listed.hashtag) AS hashtag
    FROM posts
    CROSS JOIN LATERAL unnest(posts.hashtags) AS listed (hashtag)
    WHERE posts.created_at > now() - interval '24 hours'
        AND posts.created_at <= now()
        AND NOT posts.is_hidden
) AS tagged
GROUP BY tagged.hashtag
HAVING count(*) >= 5
-- The name decides ties, so that it does not depend on chance who is the fiftieth.
ORDER BY post_count DESC, user_count DESC, tagged.hashtag
LIMIT 50;

-- Without a unique index it could not be refreshed while it is read.
CREATE UNIQUE INDEX trending_hashtags_hashtag_key ON trending_hashtags (hashtag);

-- A job calls it every few minutes. Readers see the old tags until the new ones are there; a second
-- refresh waits for the first.
CREATE FUNCTION refresh_trending_hashtags() RETURNS void
LANGUAGE sql AS $$
    REFRESH MATERIALIZED VIEW CONCURRENTLY public.trending_hashtags;
$$;
