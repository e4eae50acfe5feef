-- Functions count, and a view asks them.
CREATE FUNCTION post_count_of(who bigint, OUT n bigint, OUT latest timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT count(*), max(created_at) INTO n, latest FROM public.posts WHERE user_id = who AND NOT is_hidden;
END
$$;

CREATE FUNCTION following_count_of(who bigint) RETURNS bigint LANGUAGE sql STABLE
RETURN (SELECT count(*) FROM follows WHERE follower_id = who);

CREATE FUNCTION follower_count_of(who bigint) RETURNS bigint LANGUAGE sql STABLE
RETURN (SELECT count(*) FROM follows WHERE followee_id = who);

CREATE VIEW user_stats AS
SELECT
    id AS user_id, username, display_name,
    written.n AS post_count,
    following_count_of(id) AS following_count,
    follower_count_of(id) AS follower_count,
    written.latest AS last_post_at
FROM users, post_count_of(users.id) AS written
WHERE deleted_at IS NULL;
