-- The key begins with the post; users have an index of their own. A trigger looks at comments.
CREATE TABLE likes (
    user_id bigint,
    post_id bigint,
    created_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (post_id, user_id)
);
CREATE INDEX newest ON likes (post_id, created_at DESC, user_id DESC);
CREATE INDEX by_user ON likes (user_id);

CREATE TABLE reposts (LIKE likes INCLUDING ALL, comment text);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{likes,reposts}'::text[] LOOP
        EXECUTE format(
            'ALTER TABLE %I ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,'
            ' ADD FOREIGN KEY (post_id) REFERENCES posts ON DELETE CASCADE DEFERRABLE', name);
    END LOOP;
END
$$;

CREATE FUNCTION check_comment() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF length(NEW.comment) > 500 OR NEW.comment !~ '[^[:space:]]' THEN
        RAISE EXCEPTION 'a comment says something, in 500 characters';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER comment_check BEFORE INSERT OR UPDATE OF comment ON reposts
    FOR EACH ROW EXECUTE FUNCTION check_comment();
