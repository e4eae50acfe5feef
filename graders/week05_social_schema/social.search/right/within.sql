-- One trigger for every statement, which looks itself whether there is anything to do.
ALTER TABLE posts ADD COLUMN search_vector tsvector;

CREATE FUNCTION keep_search_vector() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp
SET default_text_search_config = 'pg_catalog.english'
AS $$
DECLARE
    tag text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.content, NEW.hashtags) IS NOT DISTINCT FROM (OLD.content, OLD.hashtags) THEN
            NEW.search_vector := OLD.search_vector;
            RETURN NEW;
        END IF;
    END IF;
    NEW.search_vector := setweight(to_tsvector(NEW.content), 'A');
    FOREACH tag IN ARRAY NEW.hashtags LOOP
        NEW.search_vector := NEW.search_vector || setweight(to_tsvector(tag), 'B');
    END LOOP;
    RETURN NEW;
END
$$;

CREATE TRIGGER posts_search BEFORE INSERT OR UPDATE ON posts
    FOR EACH ROW EXECUTE FUNCTION keep_search_vector();

CREATE INDEX posts_search ON posts USING gin (search_vector) WITH (fastupdate = on);
