-- like_count, repost_count and reply_count of posts, right at the end of every statement.
--
-- Each statement is counted once, not each row of it, and the posts are locked in the order of their
-- ids before any is changed: two statements that like the same posts in opposite orders wait for each
-- other, and do not deadlock. A transaction of several statements must keep to that order itself, or
-- be ready to be repeated. Names are written with their schema: the triggers must count for a session
-- with any search_path.

-- Add changes[n] to a count of the post post_ids[n]. Posts that are gone by now (a cascade) are left out.
CREATE FUNCTION change_post_counts(counted text, post_ids bigint[], changes bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    -- NO KEY UPDATE: everybody who has just inserted a like shares the post's key (FOR KEY SHARE)
    -- through the foreign key, and FOR UPDATE would wait for them while they wait for us.
    PERFORM FROM public.posts WHERE id = ANY (post_ids) ORDER BY id FOR NO KEY UPDATE;
    -- A statement of its own: it sees what those have committed whom the lock has waited for.
    UPDATE public.posts SET
        like_count = like_count + CASE counted WHEN 'likes' THEN change ELSE 0 END,
        repost_count = repost_count + CASE counted WHEN 'reposts' THEN change ELSE 0 END,
        reply_count = reply_count + CASE counted WHEN 'replies' THEN change ELSE 0 END
    FROM unnest(post_ids, changes) AS counting (post_id, change)
    WHERE posts.id = counting.post_id;
END
$$;

-- For likes and reposts. TG_ARGV[0]: which of the two.
CREATE FUNCTION count_on_posts() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    post_ids bigint[];
    changes bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(post_id), array_agg(change) INTO post_ids, changes
        FROM (SELECT post_id, count(*) AS change FROM added GROUP BY post_id) AS counting;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(post_id), array_agg(change) INTO post_ids, changes
        FROM (SELECT post_id, -count(*) AS change FROM removed GROUP BY post_id) AS counting;
    ELSE
        SELECT array_agg(post_id), array_agg(change) INTO post_ids, changes
        FROM (
            SELECT post_id, sum(change)::bigint AS change
            FROM (
                SELECT post_id, 1 AS change FROM added
                UNION ALL
                SELECT post_id, -1 FROM removed
            ) AS moved
            GROUP BY post_id
            HAVING sum(change) <> 0
        ) AS counting;
    END IF;
    IF post_ids IS NOT NULL THEN
        PERFORM public.change_post_counts(TG_ARGV[0], post_ids, changes);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER likes_count_inserted AFTER INSERT ON likes
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_on_posts('likes');
CREATE TRIGGER likes_count_deleted AFTER DELETE ON likes
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_on_posts('likes');
CREATE TRIGGER likes_count_moved AFTER UPDATE ON likes
    REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_on_posts('likes');

CREATE TRIGGER reposts_count_inserted AFTER INSERT ON reposts
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_on_posts('reposts');
CREATE TRIGGER reposts_count_deleted AFTER DELETE ON reposts
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_on_posts('reposts');
CREATE TRIGGER reposts_count_moved AFTER UPDATE ON reposts
    REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_on_posts('reposts');

-- TRUNCATE deletes without any row being seen.
CREATE FUNCTION forget_post_counts() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'likes' THEN
        UPDATE public.posts SET like_count = 0 WHERE like_count <> 0;
    ELSE
        UPDATE public.posts SET repost_count = 0 WHERE repost_count <> 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER likes_count_truncated AFTER TRUNCATE ON likes
    FOR EACH STATEMENT EXECUTE FUNCTION forget_post_counts('likes');
CREATE TRIGGER reposts_count_truncated AFTER TRUNCATE ON reposts
    FOR EACH STATEMENT EXECUTE FUNCTION forget_post_counts('reposts');

-- Replies are posts themselves. There is nothing to do at a TRUNCATE: it takes the counts along.
CREATE FUNCTION count_replies() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    post_ids bigint[];
    changes bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(parent_post_id), array_agg(change) INTO post_ids, changes
        FROM (
            SELECT parent_post_id, count(*) AS change FROM added
            WHERE parent_post_id IS NOT NULL GROUP BY parent_post_id
        ) AS counting;
    ELSE
        SELECT array_agg(parent_post_id), array_agg(change) INTO post_ids, changes
        FROM (
            SELECT parent_post_id, -count(*) AS change FROM removed
            WHERE parent_post_id IS NOT NULL GROUP BY parent_post_id
        ) AS counting;
    END IF;
    IF post_ids IS NOT NULL THEN
        PERFORM public.change_post_counts('replies', post_ids, changes);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER posts_count_inserted AFTER INSERT ON posts
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_replies();
CREATE TRIGGER posts_count_deleted AFTER DELETE ON posts
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_replies();

-- By row, unlike the others: a trigger that sees the whole statement cannot be bound to a column, and
-- would run again at every change of a count, its own among them.
CREATE FUNCTION count_moved_reply() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.change_post_counts(
        'replies',
        array_remove(ARRAY[OLD.parent_post_id, NEW.parent_post_id], NULL),
        CASE
            WHEN OLD.parent_post_id IS NULL THEN ARRAY[1]
            WHEN NEW.parent_post_id IS NULL THEN ARRAY[-1]
            ELSE ARRAY[-1, 1]
        END
    );
    RETURN NULL;
END
$$;

CREATE TRIGGER posts_count_moved AFTER UPDATE OF parent_post_id ON posts
    FOR EACH ROW WHEN (OLD.parent_post_id IS DISTINCT FROM NEW.parent_post_id)
    EXECUTE FUNCTION count_moved_reply();

-- What was written before the triggers were there, and a repair for whenever they were switched off.
-- Returns how many posts had a wrong count. It locks out writers of likes, reposts and posts meanwhile.
CREATE FUNCTION recount_posts() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    mended bigint;
BEGIN
    -- Likes before posts, as a like itself locks them.
    LOCK TABLE public.likes, public.reposts, public.posts IN SHARE ROW EXCLUSIVE MODE;
    UPDATE public.posts SET
        like_count = counted.likes, repost_count = counted.reposts, reply_count = counted.replies
    FROM (
        SELECT
            posts.id,
            coalesce(liked.n, 0) AS likes,
            coalesce(reposted.n, 0) AS reposts,
            coalesce(replied.n, 0) AS replies
        FROM public.posts
        LEFT JOIN (SELECT post_id, count(*) AS n FROM public.likes GROUP BY 1) AS liked
            ON liked.post_id = posts.id
        LEFT JOIN (SELECT post_id, count(*) AS n FROM public.reposts GROUP BY 1) AS reposted
            ON reposted.post_id = posts.id
        LEFT JOIN (SELECT parent_post_id, count(*) AS n FROM public.posts GROUP BY 1) AS replied
            ON replied.parent_post_id = posts.id
    ) AS counted
    WHERE counted.id = posts.id
        AND (posts.like_count, posts.repost_count, posts.reply_count)
            IS DISTINCT FROM (counted.likes, counted.reposts, counted.replies);
    GET DIAGNOSTICS mended = ROW_COUNT;
    RETURN mended;
END
$$;

SELECT recount_posts();
