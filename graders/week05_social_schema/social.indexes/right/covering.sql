-- Covering where it may be, multi-minmax, and everything with its schema.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE INDEX IF NOT EXISTS timeline ON public.posts USING btree (created_at DESC, id DESC) INCLUDE (user_id) WHERE is_hidden = false;
CREATE INDEX IF NOT EXISTS conversation ON public.posts (thread_root_id, created_at DESC, id DESC) INCLUDE (user_id, is_hidden)
    WHERE thread_root_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS tags ON public.posts USING gin (hashtags array_ops) WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS queue ON public.posts (created_at, id) WHERE is_flagged AND NOT is_hidden;
CREATE INDEX IF NOT EXISTS bell ON public.notifications (user_id, created_at DESC NULLS FIRST, id DESC)
    INCLUDE (actor_id, notification_type, post_id) WHERE read_at IS NULL;
CREATE INDEX IF NOT EXISTS hours ON public.activities USING brin (created_at timestamptz_minmax_multi_ops) WITH (pages_per_range = 8);
CREATE INDEX IF NOT EXISTS people ON public.users USING gin (lower(username) gin_trgm_ops, lower(display_name) gin_trgm_ops);
