-- What users write, replies among it, and whom they mention.

CREATE TABLE posts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL,  -- TODO: somebody who is there
    content text NOT NULL,  -- TODO: what it may be
    post_type text NOT NULL DEFAULT 'text',  -- TODO
    media_urls jsonb NOT NULL DEFAULT '[]',  -- TODO
    hashtags text[] NOT NULL DEFAULT '{}',  -- TODO
    -- TODO: parent_post_id and thread_root_id, and what keeps threads right
    like_count integer NOT NULL DEFAULT 0 CHECK (like_count >= 0),
    repost_count integer NOT NULL DEFAULT 0 CHECK (repost_count >= 0),
    reply_count integer NOT NULL DEFAULT 0 CHECK (reply_count >= 0),
    view_count bigint NOT NULL DEFAULT 0 CHECK (view_count >= 0),
    is_flagged boolean,  -- TODO: true or false, and false unless said
    is_hidden boolean,  -- TODO: likewise
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 90);  -- counters change often: room in the page for the next version of a row

-- TODO: indexes, and the table post_mentions

-- Given: an edit is noted in updated_at, a like or a view is not.
CREATE FUNCTION touch_post() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER posts_touch
    BEFORE UPDATE OF content, post_type, media_urls, hashtags, is_flagged, is_hidden ON posts
    FOR EACH ROW
    WHEN (
        (OLD.content, OLD.post_type, OLD.media_urls, OLD.hashtags, OLD.is_flagged, OLD.is_hidden)
        IS DISTINCT FROM
        (NEW.content, NEW.post_type, NEW.media_urls, NEW.hashtags, NEW.is_flagged, NEW.is_hidden)
    )
    EXECUTE FUNCTION touch_post();
