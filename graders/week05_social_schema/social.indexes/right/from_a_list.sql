-- Made from a list, in PL/pgSQL; the trees of trigrams are GiST.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DO $$
DECLARE
    definition text;
BEGIN
    FOREACH definition IN ARRAY ARRAY[
        'posts (created_at, id) WHERE is_hidden = false',
        'posts (thread_root_id, created_at, id, user_id) WHERE thread_root_id > 0 AND NOT is_hidden',
        'posts USING gin (hashtags)',
        'posts (is_flagged, created_at, id) WHERE is_flagged AND NOT is_hidden',
        'notifications (user_id, created_at DESC, id DESC) WHERE read_at IS NULL',
        'activities USING brin (created_at, activity_type) WITH (pages_per_range = 24)',
        'users USING gist (lower(username) gist_trgm_ops(siglen=64)) WHERE deleted_at IS NULL',
        'users USING gist (lower(display_name) gist_trgm_ops(siglen=64)) WHERE deleted_at IS NULL'
    ] LOOP
        EXECUTE 'CREATE INDEX ON ' || definition;
    END LOOP;
END
$$;
