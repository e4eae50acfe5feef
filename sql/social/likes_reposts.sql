-- One like and one repost for each user and post: the pair is the key, so a second one cannot be.
CREATE TABLE likes (
    user_id bigint NOT NULL,
    post_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- "Have I liked these posts?" is asked for every page of a feed.
    CONSTRAINT likes_pkey PRIMARY KEY (user_id, post_id),
    -- Neither an account nor a post stays because somebody liked it.
    CONSTRAINT likes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT likes_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
);

-- Who liked a post, the newest first; and the foreign key when the post is deleted.
CREATE INDEX likes_post_id_created_at_idx ON likes (post_id, created_at DESC, user_id DESC);

CREATE TABLE reposts (
    user_id bigint NOT NULL,
    post_id bigint NOT NULL,
    comment text,  -- NULL: passed on without a word
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reposts_pkey PRIMARY KEY (user_id, post_id),
    CONSTRAINT reposts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT reposts_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    CONSTRAINT reposts_comment_check CHECK (comment ~ '[^[:space:]]' AND char_length(comment) <= 500)
);

CREATE INDEX reposts_post_id_created_at_idx ON reposts (post_id, created_at DESC, user_id DESC);
