-- What users write, replies among it, and whom they mention.

-- What a list of hashtags may hold: written without the #, not empty, no spaces, no NULL.
CREATE FUNCTION are_hashtags(hashtags text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN NOT EXISTS (
    SELECT FROM pg_catalog.unnest(hashtags) AS hashtag
    WHERE (hashtag ~ '^[^[:space:][:cntrl:]#]{1,100}$') IS NOT TRUE
);

CREATE TABLE posts (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    content text NOT NULL,
    post_type text NOT NULL DEFAULT 'text',
    media_urls jsonb NOT NULL DEFAULT '[]',
    hashtags text[] NOT NULL DEFAULT '{}',
    -- A reply names the post that it answers, and the post that began the thread.
    parent_post_id bigint,
    thread_root_id bigint,
    -- The thread that a post stands in; a post that answers nothing begins one. Filled by a trigger.
    thread_id bigint NOT NULL,
    -- Kept by triggers (counters.sql), so that a feed need not count.
    like_count integer NOT NULL DEFAULT 0,
    repost_count integer NOT NULL DEFAULT 0,
    reply_count integer NOT NULL DEFAULT 0,
    view_count bigint NOT NULL DEFAULT 0,
    -- Moderation: flagged waits for a moderator, hidden is shown to nobody.
    is_flagged boolean NOT NULL DEFAULT false,
    is_hidden boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT posts_pkey PRIMARY KEY (id),
    CONSTRAINT posts_id_thread_id_key UNIQUE (id, thread_id),
    -- An account's row goes only when all that it wrote is to go.
    CONSTRAINT posts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    -- Both columns at once: a reply stands in the very thread of the post that it answers. A thread
    -- cannot hang in the air, so the replies below a post are deleted with it.
    CONSTRAINT posts_parent_fkey FOREIGN KEY (parent_post_id, thread_root_id)
        REFERENCES posts (id, thread_id) ON DELETE CASCADE,
    CONSTRAINT posts_thread_id_check CHECK (thread_id = coalesce(thread_root_id, id)),
    -- MATCH SIMPLE looks at nothing when either is NULL, so half a reply must be refused.
    CONSTRAINT posts_reply_check CHECK ((parent_post_id IS NULL) = (thread_root_id IS NULL)),
    -- Ids ascend, so what is answered has the smaller one: no post answers itself, and no circle closes.
    CONSTRAINT posts_parent_check CHECK (parent_post_id < id AND thread_root_id < id),
    CONSTRAINT posts_content_check CHECK (content ~ '[^[:space:]]' AND char_length(content) <= 500),
    CONSTRAINT posts_post_type_check CHECK (post_type IN ('text', 'image', 'video', 'link')),
    CONSTRAINT posts_media_urls_check CHECK (jsonb_typeof(media_urls) = 'array'),
    CONSTRAINT posts_hashtags_check CHECK (cardinality(hashtags) <= 30 AND are_hashtags(hashtags)),
    CONSTRAINT posts_like_count_check CHECK (like_count >= 0),
    CONSTRAINT posts_repost_count_check CHECK (repost_count >= 0),
    CONSTRAINT posts_reply_count_check CHECK (reply_count >= 0),
    CONSTRAINT posts_view_count_check CHECK (view_count >= 0)
) WITH (fillfactor = 90);  -- counters change often: room in the page for the next version of a row

-- Both serve a foreign key when what it refers to is deleted, and a page of the application as well:
-- an author's posts and a post's replies, in their order. With is_hidden in it, an author's visible
-- posts are counted without reading them.
CREATE INDEX posts_user_id_created_at_idx ON posts (user_id, created_at DESC, id DESC)
    INCLUDE (is_hidden);
CREATE INDEX posts_parent_post_id_created_at_idx ON posts (parent_post_id, created_at, id)
    WHERE parent_post_id IS NOT NULL;

CREATE FUNCTION set_post_thread() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.thread_id := coalesce(NEW.thread_root_id, NEW.id);
    RETURN NEW;
END
$$;

-- Not a generated column. It belongs to a key, and a table with any BEFORE UPDATE trigger reckons its
-- generated columns among those that change: every like would then lock its post FOR UPDATE, and so
-- wait for all who hold the foreign key's lock on it, while they wait for it. That is a deadlock.
CREATE TRIGGER posts_thread
    BEFORE INSERT OR UPDATE OF thread_root_id, thread_id ON posts
    FOR EACH ROW EXECUTE FUNCTION set_post_thread();

CREATE FUNCTION touch_post() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

-- A like or a view is no change of the post.
CREATE TRIGGER posts_touch
    BEFORE UPDATE OF content, post_type, media_urls, hashtags, is_flagged, is_hidden ON posts
    FOR EACH ROW
    WHEN (
        (OLD.content, OLD.post_type, OLD.media_urls, OLD.hashtags, OLD.is_flagged, OLD.is_hidden)
        IS DISTINCT FROM
        (NEW.content, NEW.post_type, NEW.media_urls, NEW.hashtags, NEW.is_flagged, NEW.is_hidden)
    )
    EXECUTE FUNCTION touch_post();

-- A table and not a column of ids: only a foreign key keeps a mention from naming nobody.
CREATE TABLE post_mentions (
    post_id bigint NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT post_mentions_pkey PRIMARY KEY (post_id, user_id),
    CONSTRAINT post_mentions_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    CONSTRAINT post_mentions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX post_mentions_user_id_post_id_idx ON post_mentions (user_id, post_id DESC);
