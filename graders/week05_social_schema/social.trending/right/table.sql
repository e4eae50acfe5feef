-- A table that the function fills anew. Readers go on with the rows of before, and jobs take turns.
CREATE TABLE trending_hashtags (
    hashtag text PRIMARY KEY,
    post_count integer NOT NULL,
    user_count integer NOT NULL,
    last_used_at timestamptz NOT NULL
);

CREATE FUNCTION refresh_trending_hashtags() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    kept integer;
BEGIN
    LOCK TABLE public.trending_hashtags IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM public.trending_hashtags;
    INSERT INTO public.trending_hashtags
    SELECT hashtag, count(DISTINCT posts.id), count(DISTINCT posts.user_id), max(posts.created_at)
    FROM public.posts, unnest(string_to_array(lower(array_to_string(posts.hashtags, ' ')), ' ')) AS hashtag
    WHERE posts.created_at BETWEEN now() - interval '1 day' AND now() AND is_hidden IS FALSE
    GROUP BY hashtag
    HAVING count(DISTINCT posts.id) > 4
    ORDER BY 2 DESC, 3 DESC, 1
    FETCH FIRST 50 ROWS ONLY;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
