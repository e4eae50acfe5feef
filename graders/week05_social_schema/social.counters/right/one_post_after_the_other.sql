-- One function for each table, in a loop over the posts in the order of their ids.
CREATE FUNCTION post_likes_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    one record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        FOR one IN SELECT post_id, count(*) AS n FROM new_rows GROUP BY post_id ORDER BY post_id LOOP
            UPDATE posts SET like_count = like_count + one.n WHERE id = one.post_id;
        END LOOP;
    ELSIF TG_OP = 'DELETE' THEN
        FOR one IN SELECT post_id, count(*) AS n FROM old_rows GROUP BY post_id ORDER BY post_id LOOP
            UPDATE posts SET like_count = like_count - one.n WHERE id = one.post_id;
        END LOOP;
    ELSIF TG_OP = 'UPDATE' THEN
        FOR one IN
            SELECT post_id, sum(d) AS n
            FROM (SELECT post_id, 1 AS d FROM new_rows UNION ALL SELECT post_id, -1 FROM old_rows) AS both_rows
            GROUP BY post_id ORDER BY post_id
        LOOP
            UPDATE posts SET like_count = like_count + one.n WHERE id = one.post_id;
        END LOOP;
    ELSE
        UPDATE posts SET like_count = 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION post_reposts_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    one record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        FOR one IN SELECT post_id, count(*) AS n FROM new_rows GROUP BY post_id ORDER BY post_id LOOP
            UPDATE posts SET repost_count = repost_count + one.n WHERE id = one.post_id;
        END LOOP;
    ELSIF TG_OP = 'DELETE' THEN
        FOR one IN SELECT post_id, count(*) AS n FROM old_rows GROUP BY post_id ORDER BY post_id LOOP
            UPDATE posts SET repost_count = repost_count - one.n WHERE id = one.post_id;
        END LOOP;
    ELSIF TG_OP = 'UPDATE' THEN
        FOR one IN
            SELECT post_id, sum(d) AS n
            FROM (SELECT post_id, 1 AS d FROM new_rows UNION ALL SELECT post_id, -1 FROM old_rows) AS both_rows
            GROUP BY post_id ORDER BY post_id
        LOOP
            UPDATE posts SET repost_count = repost_count + one.n WHERE id = one.post_id;
        END LOOP;
    ELSE
        UPDATE posts SET repost_count = 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION post_replies_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    one record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        FOR one IN SELECT parent_post_id AS id, count(*) AS n FROM new_rows GROUP BY 1 ORDER BY 1 LOOP
            UPDATE posts SET reply_count = reply_count + one.n WHERE id = one.id;
        END LOOP;
    ELSIF TG_OP = 'DELETE' THEN
        FOR one IN SELECT parent_post_id AS id, count(*) AS n FROM old_rows GROUP BY 1 ORDER BY 1 LOOP
            UPDATE posts SET reply_count = reply_count - one.n WHERE id = one.id;
        END LOOP;
    ELSE
        -- One row: the smaller id first.
        IF OLD.parent_post_id < NEW.parent_post_id OR NEW.parent_post_id IS NULL THEN
            UPDATE posts SET reply_count = reply_count - 1 WHERE id = OLD.parent_post_id;
            UPDATE posts SET reply_count = reply_count + 1 WHERE id = NEW.parent_post_id;
        ELSIF OLD.parent_post_id > NEW.parent_post_id OR OLD.parent_post_id IS NULL THEN
            UPDATE posts SET reply_count = reply_count + 1 WHERE id = NEW.parent_post_id;
            UPDATE posts SET reply_count = reply_count - 1 WHERE id = OLD.parent_post_id;
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER a AFTER INSERT ON likes REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION post_likes_changed();
CREATE TRIGGER b AFTER UPDATE ON likes REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION post_likes_changed();
CREATE TRIGGER c AFTER DELETE ON likes REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION post_likes_changed();
CREATE TRIGGER d AFTER TRUNCATE ON likes EXECUTE FUNCTION post_likes_changed();

CREATE TRIGGER a AFTER INSERT ON reposts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION post_reposts_changed();
CREATE TRIGGER b AFTER UPDATE ON reposts REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION post_reposts_changed();
CREATE TRIGGER c AFTER DELETE ON reposts REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION post_reposts_changed();
CREATE TRIGGER d AFTER TRUNCATE ON reposts EXECUTE FUNCTION post_reposts_changed();

CREATE TRIGGER replies_a AFTER INSERT ON posts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION post_replies_changed();
CREATE TRIGGER replies_b AFTER UPDATE OF parent_post_id ON posts
    FOR EACH ROW EXECUTE FUNCTION post_replies_changed();
CREATE TRIGGER replies_c AFTER DELETE ON posts REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION post_replies_changed();

CREATE FUNCTION recount_posts() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    post record;
    l integer;
    r integer;
    a integer;
    n integer := 0;
BEGIN
    FOR post IN SELECT * FROM public.posts ORDER BY id FOR NO KEY UPDATE LOOP
        SELECT count(*) INTO l FROM public.likes WHERE post_id = post.id;
        SELECT count(*) INTO r FROM public.reposts WHERE post_id = post.id;
        SELECT count(*) INTO a FROM public.posts WHERE parent_post_id = post.id;
        IF post.like_count <> l OR post.repost_count <> r OR post.reply_count <> a THEN
            UPDATE public.posts SET like_count = l, repost_count = r, reply_count = a WHERE id = post.id;
            n := n + 1;
        END IF;
    END LOOP;
    RETURN n;
END $$;
