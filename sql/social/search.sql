-- Full text search over posts: words of the text count most (A), hashtags less (B).
-- The language is written out: the server's default may differ where the query runs.
ALTER TABLE posts ADD COLUMN search_vector tsvector;

CREATE FUNCTION set_post_search_vector() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_vector :=
        setweight(to_tsvector('pg_catalog.english', NEW.content), 'A')
        || setweight(to_tsvector('pg_catalog.english', array_to_string(NEW.hashtags, ' ')), 'B');
    RETURN NEW;
END
$$;

-- A trigger and not a generated column: that one is computed again at every like, because a table with
-- any BEFORE UPDATE trigger (posts_touch) no longer knows which columns an update leaves alone.
-- search_vector itself is named as well, so that nobody can set it to anything else.
CREATE TRIGGER posts_search_vector
    BEFORE INSERT OR UPDATE OF content, hashtags, search_vector ON posts
    FOR EACH ROW EXECUTE FUNCTION set_post_search_vector();

-- Posts that were there before the column was.
UPDATE posts SET search_vector = NULL;
ALTER TABLE posts ALTER COLUMN search_vector SET NOT NULL;

CREATE INDEX posts_search_vector_idx ON posts USING gin (search_vector);
