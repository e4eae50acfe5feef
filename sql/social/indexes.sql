-- Indexes for what the application asks most. Keys and foreign keys have theirs with their tables, and
-- what those can answer gets no second one. Every index is paid for at each write, so each says for
-- which question it is, and none holds a column that likes and views change: those updates stay within
-- their page (HOT) and touch no index.

-- The public timeline, page after page: WHERE NOT is_hidden ORDER BY created_at DESC, id DESC. Trending
-- hashtags read its newest end.
CREATE INDEX posts_visible_created_at_idx ON posts (created_at DESC, id DESC) WHERE NOT is_hidden;

-- A whole thread in reading order: WHERE thread_root_id = ... AND NOT is_hidden ORDER BY created_at, id.
-- With user_id in it, who takes part is counted without reading a post.
CREATE INDEX posts_thread_root_id_created_at_idx ON posts (thread_root_id, created_at, id)
    INCLUDE (user_id)
    WHERE thread_root_id IS NOT NULL AND NOT is_hidden;

-- The posts with a hashtag: WHERE hashtags @> ARRAY['postgres'].
CREATE INDEX posts_hashtags_idx ON posts USING gin (hashtags);

-- What waits for a moderator, the oldest first. Hardly any post is in it, so it costs nearly nothing.
CREATE INDEX posts_flagged_created_at_idx ON posts (created_at, id) WHERE is_flagged AND NOT is_hidden;

-- The number at the bell, and the list behind it: WHERE user_id = ... AND read_at IS NULL. Many come at
-- the same moment, when a post is liked by everybody: id decides their order.
CREATE INDEX notifications_unread_idx ON notifications (user_id, created_at DESC, id DESC)
    WHERE read_at IS NULL;

-- Activities of a span of time: rows come in the order of time, so a few kilobytes per partition do.
-- Ranges of 16 pages, because an hour is a few pages only.
CREATE INDEX activities_created_at_idx ON activities USING brin (created_at)
    WITH (pages_per_range = 16);

-- Part of a name, anywhere in it: WHERE deleted_at IS NULL AND lower(username) LIKE '%ada%'.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX users_live_names_idx ON users
    USING gin (lower(username) gin_trgm_ops, lower(display_name) gin_trgm_ops)
    WHERE deleted_at IS NULL;
