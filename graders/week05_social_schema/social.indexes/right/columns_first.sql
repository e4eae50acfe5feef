-- Conditions as leading columns where the text leaves it free, names by PostgreSQL, trees read backwards.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX ON posts (is_hidden, created_at, id);
CREATE INDEX ON posts (thread_root_id, created_at, id, user_id, is_hidden) WHERE thread_root_id IS NOT NULL;
CREATE INDEX ON posts USING gin (hashtags) WHERE NOT is_hidden;
CREATE INDEX ON posts (created_at, id) INCLUDE (user_id, content) WHERE is_flagged = true AND is_hidden = false;
CREATE INDEX ON notifications (user_id, created_at, id) WHERE read_at IS NULL;
CREATE INDEX ON activities USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX ON users USING gin (lower(username) gin_trgm_ops);
CREATE INDEX ON users USING gin (lower(display_name) gin_trgm_ops) WHERE display_name IS NOT NULL;
