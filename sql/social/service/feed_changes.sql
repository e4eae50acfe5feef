-- Tells the channel feed_changed what has changed in feeds. `author 17`: a post of user 17 has come, has
-- changed or is gone. `reader 3`: user 3 follows somebody, or no longer does.
--
-- PostgreSQL delivers at COMMIT, in the order of the commits, and the same payload once for each
-- transaction. What is told is who and not what: whoever hears it looks for himself. TRUNCATE is not told.

-- For posts that have come or gone. A statement tells each author once, however many rows it has.
CREATE FUNCTION tell_authors() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('feed_changed', 'author ' || user_id)
    FROM (SELECT DISTINCT user_id FROM changed) AS authors;
    RETURN NULL;
END
$$;

CREATE TRIGGER posts_tell_inserted AFTER INSERT ON posts
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_authors();
CREATE TRIGGER posts_tell_deleted AFTER DELETE ON posts
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_authors();

-- By row, unlike the others: a trigger that sees the whole statement cannot be bound to columns, and would
-- run at every like and every view.
CREATE FUNCTION tell_author_of_changed_post() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('feed_changed', 'author ' || OLD.user_id);
    IF NEW.user_id <> OLD.user_id THEN
        PERFORM pg_catalog.pg_notify('feed_changed', 'author ' || NEW.user_id);
    END IF;
    RETURN NULL;
END
$$;

-- The columns that a feed shows, sorts by, or leaves posts out by.
CREATE TRIGGER posts_tell_changed AFTER UPDATE OF user_id, content, created_at, is_hidden ON posts
    FOR EACH ROW
    WHEN (
        (OLD.user_id, OLD.content, OLD.created_at, OLD.is_hidden)
        IS DISTINCT FROM
        (NEW.user_id, NEW.content, NEW.created_at, NEW.is_hidden)
    )
    EXECUTE FUNCTION tell_author_of_changed_post();

-- Who gives up the account, or comes back, takes all posts along.
CREATE FUNCTION tell_author() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('feed_changed', 'author ' || NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER users_tell_left AFTER UPDATE OF deleted_at ON users
    FOR EACH ROW WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL))
    EXECUTE FUNCTION tell_author();

CREATE FUNCTION tell_readers() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('feed_changed', 'reader ' || follower_id)
    FROM (SELECT DISTINCT follower_id FROM changed) AS readers;
    RETURN NULL;
END
$$;

CREATE TRIGGER follows_tell_inserted AFTER INSERT ON follows
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_readers();
CREATE TRIGGER follows_tell_deleted AFTER DELETE ON follows
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_readers();

-- A tie is made and ended, hardly ever moved; so that no feed is wrong, it is told as well.
CREATE FUNCTION tell_moved_readers() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('feed_changed', 'reader ' || follower_id)
    FROM (SELECT follower_id FROM before UNION SELECT follower_id FROM changed) AS readers;
    RETURN NULL;
END
$$;

CREATE TRIGGER follows_tell_moved AFTER UPDATE ON follows
    REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_moved_readers();
