-- Who liked and who passed on which post.

CREATE TABLE likes (
    user_id bigint,
    post_id bigint
    -- TODO
);

CREATE TABLE reposts (
    user_id bigint,
    post_id bigint
    -- TODO
);
