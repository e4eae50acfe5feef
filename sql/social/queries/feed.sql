-- A page of a user's feed: the visible posts of those whom the user follows, the newest first.
-- before_created_at and before_id are those of the last post of the page before, NULL for the first page.
--
-- What it reads grows with the page and with how many are followed, not with what they have written. It
-- is cut into steps that PostgreSQL cannot rearrange, so that it hardly depends on statistics.
WITH followed AS MATERIALIZED (
    SELECT followee_id AS user_id FROM follows WHERE follower_id = %(user_id)s
),
-- Whoever follows many finds a page among the newest posts of everybody. It is looked for there, and no
-- further than that: the many may be silent.
recent AS MATERIALIZED (
    SELECT newest.id, newest.created_at
    FROM (
        SELECT id, user_id, created_at
        FROM posts
        WHERE NOT is_hidden
            AND (created_at, id) < (
                coalesce(%(before_created_at)s::timestamptz, 'infinity'), coalesce(%(before_id)s::bigint, 0)
            )
            AND (SELECT count(*) >= 500 FROM followed)
        ORDER BY created_at DESC, id DESC
        LIMIT 2000
    ) AS newest
    CROSS JOIN LATERAL (
        SELECT FROM users WHERE id = newest.user_id AND deleted_at IS NULL OFFSET 0
    ) AS alive
    -- A list and not IN: a join by hash would lose the order, and read all of the newest to sort them.
    WHERE newest.user_id = ANY (ARRAY(SELECT user_id FROM followed))
    ORDER BY newest.created_at DESC, newest.id DESC
    LIMIT %(page_size)s
),
-- Otherwise, first the newest post of each. The page's authors are among those who wrote last, as many
-- as the page has posts: nobody else can have written anything that is new enough.
newest_of_each AS MATERIALIZED (
    SELECT followed.user_id, last.created_at, last.id
    FROM followed
    CROSS JOIN LATERAL (
        SELECT created_at, id
        FROM posts
        WHERE user_id = followed.user_id
            AND NOT is_hidden
            AND (created_at, id) < (
                coalesce(%(before_created_at)s::timestamptz, 'infinity'), coalesce(%(before_id)s::bigint, 0)
            )
        ORDER BY created_at DESC, id DESC
        LIMIT 1
    ) AS last
    WHERE (SELECT count(*) < %(page_size)s FROM recent)
    ORDER BY last.created_at DESC, last.id DESC
),
authors AS MATERIALIZED (
    SELECT last.user_id, last.created_at, last.id
    FROM newest_of_each AS last
    CROSS JOIN LATERAL (
        SELECT FROM users WHERE id = last.user_id AND deleted_at IS NULL OFFSET 0
    ) AS alive
    ORDER BY last.created_at DESC, last.id DESC
    LIMIT %(page_size)s
),
oldest AS MATERIALIZED (
    SELECT
        CASE WHEN count(*) = %(page_size)s THEN min(created_at) ELSE '-infinity' END AS created_at
    FROM authors
),
of_authors AS MATERIALIZED (
    SELECT written.id, written.created_at
    FROM authors
    CROSS JOIN LATERAL (
        SELECT id, created_at
        FROM posts
        WHERE user_id = authors.user_id
            AND NOT is_hidden
            AND (created_at, id) <= (authors.created_at, authors.id)
            AND created_at >= (SELECT created_at FROM oldest)
        ORDER BY created_at DESC, id DESC
        LIMIT %(page_size)s
    ) AS written
    ORDER BY written.created_at DESC, written.id DESC
    LIMIT %(page_size)s
),
page AS MATERIALIZED (
    SELECT id FROM of_authors
    UNION ALL
    SELECT id FROM recent WHERE (SELECT count(*) = %(page_size)s FROM recent)
)
SELECT
    post.id,
    post.user_id,
    author.username,
    author.display_name,
    post.content,
    post.created_at,
    post.like_count,
    post.repost_count,
    post.reply_count
FROM page
CROSS JOIN LATERAL (SELECT * FROM posts WHERE id = page.id OFFSET 0) AS post
CROSS JOIN LATERAL (SELECT * FROM users WHERE id = post.user_id OFFSET 0) AS author
ORDER BY post.created_at DESC, post.id DESC;
