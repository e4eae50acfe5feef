-- Each post's tags are made different first, and the rank is a column that cuts off.
CREATE MATERIALIZED VIEW public.trending_hashtags AS
SELECT hashtag, post_count, user_count, last_used_at, place
FROM (
    SELECT
        tag AS hashtag,
        count(*) AS post_count,
        count(DISTINCT user_id) AS user_count,
        max(created_at) AS last_used_at,
        row_number() OVER (ORDER BY count(*) DESC, count(DISTINCT user_id) DESC, tag) AS place
    FROM posts
    CROSS JOIN LATERAL (SELECT DISTINCT lower(written) AS tag FROM unnest(hashtags) AS written) AS tags
    WHERE NOT is_hidden AND created_at <= now() AND now() - created_at < '24:00:00'
    GROUP BY tag
    HAVING count(*) >= 5
) AS ranked
WHERE place <= 50;

CREATE UNIQUE INDEX ON public.trending_hashtags (place);

CREATE FUNCTION public.refresh_trending_hashtags() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'REFRESH MATERIALIZED VIEW CONCURRENTLY public.trending_hashtags';
    RETURN true;
END
$$;
