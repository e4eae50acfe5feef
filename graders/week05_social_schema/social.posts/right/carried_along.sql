-- A post that moves carries the replies below it into its new thread.
CREATE FUNCTION is_hashtag(tag text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN tag IS NOT NULL AND length(tag) BETWEEN 1 AND 100
        AND strpos(tag, '#') = 0 AND tag !~ '\s';
END
$$;

CREATE FUNCTION all_hashtags(tags text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_and(is_hashtag(tag)), true) AND count(*) <= 30 FROM unnest(tags) AS tag
$$;

CREATE TABLE posts (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL,
    content text NOT NULL CHECK (content ~ '\S' AND length(content) <= 500),
    post_type varchar(10) NOT NULL DEFAULT 'text',
    media_urls jsonb NOT NULL DEFAULT '[]',
    hashtags text[] NOT NULL DEFAULT ARRAY[]::text[] CHECK (all_hashtags(hashtags)),
    parent_post_id bigint CHECK (parent_post_id < id),
    thread_root_id bigint CHECK (thread_root_id <= parent_post_id),
    starts_or_joins bigint NOT NULL,
    like_count integer NOT NULL DEFAULT 0,
    repost_count integer NOT NULL DEFAULT 0,
    reply_count integer NOT NULL DEFAULT 0,
    view_count bigint NOT NULL DEFAULT 0,
    is_flagged boolean NOT NULL DEFAULT false,
    is_hidden boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (least(like_count, repost_count, reply_count, view_count) >= 0),
    CHECK (post_type = ANY ('{text,image,video,link}')),
    CHECK (jsonb_typeof(media_urls) = 'array'),
    UNIQUE (starts_or_joins, id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (thread_root_id, parent_post_id) REFERENCES posts (starts_or_joins, id)
        MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX newest_of_author ON posts (user_id, created_at DESC, id DESC);
CREATE INDEX replies_in_order ON posts (parent_post_id, created_at);

CREATE FUNCTION join_thread() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.starts_or_joins := coalesce(NEW.thread_root_id, NEW.id);
    RETURN NEW;
END
$$;

CREATE TRIGGER a_joins BEFORE INSERT OR UPDATE OF id, thread_root_id, starts_or_joins ON posts
    FOR EACH ROW EXECUTE PROCEDURE join_thread();

CREATE FUNCTION touch_post() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END
$$;

CREATE TRIGGER posts_touch
    BEFORE UPDATE OF content, post_type, media_urls, hashtags, is_flagged, is_hidden ON posts
    FOR EACH ROW EXECUTE FUNCTION touch_post();

CREATE TABLE post_mentions (
    post_id bigint REFERENCES posts ON DELETE CASCADE,
    user_id bigint REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (user_id, post_id)
);

CREATE INDEX ON post_mentions USING hash (post_id);
