-- Whoever keeps feeds in memory LISTENs to feed_changed: "author 17" when a post of 17 has come, changed
-- or gone, "reader 3" when 3 follows somebody, or no longer. PostgreSQL sends it at COMMIT, and the same
-- text only once a transaction.

CREATE FUNCTION tell_changed_posts() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('feed_changed', 'author ' || changed.user_id)
    FROM (SELECT DISTINCT user_id FROM rows) AS changed;
    RETURN NULL;
END
$$;

-- A trigger with a transition table is for one kind of statement, and for whole rows: a like changes its
-- post as well, so the update is told apart in the function.
CREATE FUNCTION tell_edited_posts() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('feed_changed', 'author ' || changed.user_id)
    FROM (
        SELECT DISTINCT author.user_id
        FROM old_rows JOIN new_rows USING (id)
        CROSS JOIN LATERAL (VALUES (old_rows.user_id), (new_rows.user_id)) AS author (user_id)
        WHERE (old_rows.user_id, old_rows.content, old_rows.is_hidden, old_rows.created_at)
            IS DISTINCT FROM (new_rows.user_id, new_rows.content, new_rows.is_hidden, new_rows.created_at)
    ) AS changed;
    RETURN NULL;
END
$$;

CREATE FUNCTION tell_changed_follows() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('feed_changed', 'reader ' || changed.follower_id)
    FROM (SELECT DISTINCT follower_id FROM rows) AS changed;
    RETURN NULL;
END
$$;

CREATE TRIGGER posts_tell_new AFTER INSERT ON posts
    REFERENCING NEW TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_posts();
CREATE TRIGGER posts_tell_gone AFTER DELETE ON posts
    REFERENCING OLD TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_posts();
CREATE TRIGGER posts_tell_edited AFTER UPDATE ON posts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_edited_posts();

CREATE TRIGGER follows_tell_new AFTER INSERT ON follows
    REFERENCING NEW TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_follows();
CREATE TRIGGER follows_tell_gone AFTER DELETE ON follows
    REFERENCING OLD TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_follows();
