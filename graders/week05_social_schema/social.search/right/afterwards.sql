-- After the row is stored, it is updated once more.
ALTER TABLE posts ADD COLUMN search_vector tsvector NOT NULL DEFAULT ''::tsvector;

CREATE FUNCTION update_post_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    words tsvector := setweight(to_tsvector('english'::regconfig, NEW.content), 'A')
        || setweight(to_tsvector('english'::regconfig, array_to_string(NEW.hashtags, ', ')), 'B');
BEGIN
    IF words IS DISTINCT FROM NEW.search_vector THEN
        UPDATE public.posts SET search_vector = words WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER update_post_words AFTER INSERT OR UPDATE OF content, hashtags, search_vector ON posts
    FOR EACH ROW EXECUTE FUNCTION update_post_words();

CREATE INDEX posts_words ON posts USING gin (search_vector);
