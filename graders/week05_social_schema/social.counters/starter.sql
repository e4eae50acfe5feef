-- like_count, repost_count and reply_count of posts, right at the end of every statement.
--
-- The tables likes, reposts and posts are there. Each of them needs triggers; this is the shape of one.

CREATE FUNCTION count_likes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- TODO: `added` is a table with the rows of the whole statement
    RETURN NULL;
END
$$;

CREATE TRIGGER likes_count_inserted AFTER INSERT ON likes
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_likes();

-- TODO: likes that are deleted, moved, truncated; reposts; replies

-- Set every count that is wrong to what it should be. Returns how many posts had a wrong count.
CREATE FUNCTION recount_posts() RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    -- TODO
    RETURN 0;
END
$$;
