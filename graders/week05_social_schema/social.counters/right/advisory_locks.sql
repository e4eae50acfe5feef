-- Posts are locked by number and not by row: advisory locks, in order, and then one UPDATE in any order.
CREATE FUNCTION likes_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(post_id) FROM (SELECT DISTINCT post_id FROM added ORDER BY post_id) AS posts;
    UPDATE public.posts SET
        like_count = like_count + CASE TG_TABLE_NAME WHEN 'likes' THEN n ELSE 0 END,
        repost_count = repost_count + CASE TG_TABLE_NAME WHEN 'reposts' THEN n ELSE 0 END
    FROM (SELECT post_id, count(*)::int AS n FROM added GROUP BY post_id) AS changed
    WHERE id = post_id;
    RETURN NULL;
END $$;
CREATE FUNCTION likes_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(post_id) FROM (SELECT DISTINCT post_id FROM removed ORDER BY post_id) AS posts;
    UPDATE public.posts SET
        like_count = like_count - CASE TG_TABLE_NAME WHEN 'likes' THEN n ELSE 0 END,
        repost_count = repost_count - CASE TG_TABLE_NAME WHEN 'reposts' THEN n ELSE 0 END
    FROM (SELECT post_id, count(*)::int AS n FROM removed GROUP BY post_id) AS changed
    WHERE id = post_id;
    RETURN NULL;
END $$;
CREATE FUNCTION likes_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(post_id)
    FROM (SELECT post_id FROM removed UNION SELECT post_id FROM added ORDER BY post_id) AS posts;
    UPDATE public.posts SET
        like_count = like_count + CASE TG_TABLE_NAME WHEN 'likes' THEN n ELSE 0 END,
        repost_count = repost_count + CASE TG_TABLE_NAME WHEN 'reposts' THEN n ELSE 0 END
    FROM (
        SELECT post_id, coalesce(a.n, 0) - coalesce(r.n, 0) AS n
        FROM (SELECT post_id, count(*) AS n FROM added GROUP BY post_id) AS a
        FULL JOIN (SELECT post_id, count(*) AS n FROM removed GROUP BY post_id) AS r USING (post_id)
    ) AS changed
    WHERE id = post_id AND n <> 0;
    RETURN NULL;
END $$;
CREATE FUNCTION likes_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'likes' THEN UPDATE public.posts SET like_count = 0;
        WHEN 'reposts' THEN UPDATE public.posts SET repost_count = 0;
    END CASE;
    RETURN NULL;
END $$;

CREATE TRIGGER came AFTER INSERT ON likes REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION likes_came();
CREATE TRIGGER went AFTER DELETE ON likes REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION likes_went();
CREATE TRIGGER moved AFTER UPDATE ON likes REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION likes_moved();
CREATE TRIGGER emptied BEFORE TRUNCATE ON likes EXECUTE FUNCTION likes_emptied();
CREATE TRIGGER came AFTER INSERT ON reposts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION likes_came();
CREATE TRIGGER went AFTER DELETE ON reposts REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION likes_went();
CREATE TRIGGER moved AFTER UPDATE ON reposts REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION likes_moved();
CREATE TRIGGER emptied BEFORE TRUNCATE ON reposts EXECUTE FUNCTION likes_emptied();

CREATE FUNCTION replies_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
BEGIN
    IF TG_LEVEL = 'ROW' THEN
        ids := ARRAY[OLD.parent_post_id, NEW.parent_post_id];
        PERFORM pg_advisory_xact_lock(id) FROM (SELECT id FROM unnest(ids) AS id ORDER BY id) AS posts WHERE id > 0;
        UPDATE public.posts SET reply_count = reply_count + CASE id WHEN NEW.parent_post_id THEN 1 ELSE -1 END
        WHERE id = ANY (ids);
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT parent_post_id) INTO ids FROM added WHERE parent_post_id > 0;
        PERFORM pg_advisory_xact_lock(id) FROM (SELECT id FROM unnest(ids) AS id ORDER BY id) AS posts;
        UPDATE public.posts SET reply_count = reply_count
            + (SELECT count(*) FROM added WHERE added.parent_post_id = posts.id)
        WHERE id = ANY (ids);
    ELSE
        SELECT array_agg(DISTINCT parent_post_id) INTO ids FROM removed WHERE parent_post_id > 0;
        PERFORM pg_advisory_xact_lock(id) FROM (SELECT id FROM unnest(ids) AS id ORDER BY id) AS posts;
        UPDATE public.posts SET reply_count = reply_count
            - (SELECT count(*) FROM removed WHERE removed.parent_post_id = posts.id)
        WHERE id = ANY (ids);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER replies_came AFTER INSERT ON posts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION replies_changed();
CREATE TRIGGER replies_went AFTER DELETE ON posts REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION replies_changed();
CREATE TRIGGER replies_moved AFTER UPDATE ON posts FOR EACH ROW
    WHEN (OLD.parent_post_id IS DISTINCT FROM NEW.parent_post_id) EXECUTE FUNCTION replies_changed();

CREATE FUNCTION recount_posts() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    mended bigint;
BEGIN
    LOCK TABLE public.likes, public.reposts, public.posts IN EXCLUSIVE MODE;
    WITH things AS (
        SELECT post_id AS id, 1 AS l, 0 AS r, 0 AS a FROM public.likes
        UNION ALL SELECT post_id, 0, 1, 0 FROM public.reposts
        UNION ALL SELECT parent_post_id, 0, 0, 1 FROM public.posts
        UNION ALL SELECT id, 0, 0, 0 FROM public.posts
    ), sums AS (
        SELECT id, sum(l) AS l, sum(r) AS r, sum(a) AS a FROM things GROUP BY id
    )
    UPDATE public.posts SET like_count = l, repost_count = r, reply_count = a
    FROM sums
    WHERE posts.id = sums.id AND (like_count, repost_count, reply_count) IS DISTINCT FROM (l, r, a);
    GET DIAGNOSTICS mended = ROW_COUNT;
    RETURN mended;
END $$;
