-- One function for everything: the triggers say which column is the post's id and which one counts.
-- Replies that move are seen by statement as well: its own updates of counts change no parent.
CREATE FUNCTION keep_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT %1$I AS id, 1 AS d FROM came'
        WHEN 'DELETE' THEN 'SELECT %1$I AS id, -1 AS d FROM went'
        ELSE 'SELECT %1$I AS id, 1 AS d FROM came UNION ALL SELECT %1$I, -1 FROM went'
    END;
    one record;
BEGIN
    FOR one IN EXECUTE format(
        'SELECT id, sum(d) AS d FROM (' || source || ') AS x'
        ' WHERE id IS NOT NULL GROUP BY id HAVING sum(d) <> 0 ORDER BY id', TG_ARGV[0]
    ) LOOP
        EXECUTE format('UPDATE public.posts SET %1$I = %1$I + $1 WHERE id = $2', TG_ARGV[1])
            USING one.d, one.id;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE FUNCTION clear_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE public.posts SET %1$I = 0 WHERE %1$I > 0', TG_ARGV[0]);
    RETURN NULL;
END
$$;

DO $$
DECLARE
    t text[];
BEGIN
    FOREACH t SLICE 1 IN ARRAY ARRAY[
        ['likes', 'post_id', 'like_count'],
        ['reposts', 'post_id', 'repost_count'],
        ['posts', 'parent_post_id', 'reply_count']
    ] LOOP
        EXECUTE format('CREATE TRIGGER keep_i AFTER INSERT ON %I REFERENCING NEW TABLE AS came'
            ' FOR EACH STATEMENT EXECUTE FUNCTION keep_count(%L, %L)', t[1], t[2], t[3]);
        EXECUTE format('CREATE TRIGGER keep_d AFTER DELETE ON %I REFERENCING OLD TABLE AS went'
            ' FOR EACH STATEMENT EXECUTE FUNCTION keep_count(%L, %L)', t[1], t[2], t[3]);
        EXECUTE format('CREATE TRIGGER keep_u AFTER UPDATE ON %I REFERENCING OLD TABLE AS went NEW TABLE AS came'
            ' FOR EACH STATEMENT EXECUTE FUNCTION keep_count(%L, %L)', t[1], t[2], t[3]);
        IF t[1] <> 'posts' THEN
            EXECUTE format('CREATE TRIGGER keep_t AFTER TRUNCATE ON %I'
                ' FOR EACH STATEMENT EXECUTE FUNCTION clear_count(%L)', t[1], t[3]);
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION recount_posts() RETURNS bigint LANGUAGE sql AS $$
    WITH truth AS (
        SELECT id,
            (SELECT count(*) FROM public.likes WHERE post_id = p.id) AS l,
            (SELECT count(*) FROM public.reposts WHERE post_id = p.id) AS r,
            (SELECT count(*) FROM public.posts WHERE parent_post_id = p.id) AS a
        FROM public.posts AS p
    ), mended AS (
        UPDATE public.posts AS p SET like_count = l, repost_count = r, reply_count = a
        FROM truth WHERE truth.id = p.id AND (like_count, repost_count, reply_count) <> (l, r, a)
        RETURNING 1
    )
    SELECT count(*) FROM mended
$$;
