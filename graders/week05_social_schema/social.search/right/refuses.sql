-- Two triggers with conditions: one for new rows, one for changes. A third refuses other people's words.
CREATE FUNCTION public.words_of_a_post(content text, hashtags text[]) RETURNS tsvector
LANGUAGE sql STABLE
RETURN setweight(
    to_tsvector('english', coalesce((SELECT string_agg(tag, ' ') FROM unnest(hashtags) AS tag), '')), 'B'
) || setweight(to_tsvector('english', content), 'A');

ALTER TABLE posts ADD search_vector tsvector NOT NULL DEFAULT '';

CREATE FUNCTION posts_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_vector = public.words_of_a_post(NEW.content, NEW.hashtags);
    RETURN NEW;
END;
$$;

CREATE FUNCTION posts_words_forged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'search_vector follows the post' USING ERRCODE = 'check_violation';
END;
$$;

CREATE TRIGGER b_new BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION posts_words();
CREATE TRIGGER b_changed BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.content <> NEW.content OR OLD.hashtags IS DISTINCT FROM NEW.hashtags)
    EXECUTE FUNCTION posts_words();
CREATE TRIGGER a_forged BEFORE UPDATE OF search_vector ON posts FOR EACH ROW
    WHEN (OLD.search_vector IS DISTINCT FROM NEW.search_vector)
    EXECUTE FUNCTION posts_words_forged();

CREATE INDEX ON posts USING gin (search_vector) WITH (fastupdate = off) WHERE NOT is_hidden;
