-- Indexes for what the application asks most.

-- Parts of names are found by trigrams: PostgreSQL brings them along, as an extension.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- TODO: the timeline
-- TODO: a thread, its first page and its heading
-- TODO: the posts with a hashtag
-- TODO: what waits for a moderator
-- TODO: unread notifications
-- TODO: the activities of an hour
-- TODO: part of a name
