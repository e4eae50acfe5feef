-- A materialized view over a plain one, and an advisory lock before the refresh.
CREATE VIEW hashtag_uses AS
SELECT id, lower(tag)::varchar(100) AS tag, min(user_id) AS user_id, min(created_at) AS created_at
FROM (SELECT id, user_id, created_at, unnest(hashtags) AS tag FROM public.posts WHERE NOT is_hidden) AS uses
GROUP BY id, lower(tag);

CREATE MATERIALIZED VIEW trending_hashtags (hashtag, post_count, user_count, last_used_at) AS
SELECT tag, count(*)::int, count(DISTINCT user_id)::int, max(created_at)
FROM public.hashtag_uses
WHERE created_at >= current_timestamp - interval '1440 minutes' AND NOT created_at > current_timestamp
GROUP BY tag
HAVING count(*) BETWEEN 5 AND 1000000
ORDER BY count(*) DESC, count(DISTINCT user_id) DESC, tag COLLATE "C"
LIMIT 50;

CREATE UNIQUE INDEX ON trending_hashtags (hashtag) INCLUDE (post_count);
CREATE INDEX ON trending_hashtags (post_count DESC, user_count DESC, hashtag);

CREATE FUNCTION refresh_trending_hashtags() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(5);
    REFRESH MATERIALIZED VIEW CONCURRENTLY public.trending_hashtags;
$$;
