-- Invented data of the social network, in any size. Every value comes from a hash of the row's number:
-- the same parameters give the same rows on every server. Parameters: users, posts, follows, likes,
-- reposts and activities (how many), at (when it all ends; it began 90 days before).
--
-- The first users are for experiments with feeds: 1 follows nobody, 2 follows ten who hardly write,
-- 3 follows ten, 4 follows 200, and 5 follows 2000 or everybody.

-- Ninety days are as long everywhere.
SET LOCAL timezone = 'UTC';

-- A number from 0 up to 1 for a row's number; `salt` makes the draws of one row independent.
CREATE FUNCTION pg_temp.draw(number bigint, salt integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(number, salt) & 1125899906842623) / 1125899906842624.0::double precision;

-- An element of a list.
CREATE FUNCTION pg_temp.pick(list text[], number bigint, salt integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN list[1 + floor(pg_temp.draw(number, salt) * cardinality(list))::integer];

-- When a post is written: in the order of the numbers. Every fiftieth comes with the one before it.
CREATE FUNCTION pg_temp.written_at(number bigint, posts bigint, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('second', at - interval '90 days' * (
    1 - (number - CASE mod(number, 50) WHEN 1 THEN 1 ELSE 0 END)::double precision / posts
), 'UTC');

SELECT create_notification_partitions(
    (%(at)s::timestamptz AT TIME ZONE 'UTC' - interval '91 days')::date,
    (%(at)s::timestamptz AT TIME ZONE 'UTC' + interval '3 months')::date
);

SELECT create_activity_partitions(
    %(at)s::timestamptz - interval '91 days', %(at)s::timestamptz + interval '28 days'
);

-- One in fifty has left.
INSERT INTO users (
    id, username, email, password_hash, display_name, bio, is_verified,
    created_at, updated_at, last_active_at, deleted_at
)
OVERRIDING SYSTEM VALUE
SELECT
    n,
    pg_temp.pick('{ada,bela,chen,dara,emil,fatma,goran,hana,ines,jun,kofi,lea,mira,noor,otto,pia}', n, 1)
        || '_' || n,
    'user' || n || '@example.org',
    '!',  -- no password has this hash
    CASE WHEN mod(n, 7) <> 0 THEN
        pg_temp.pick(
            '{Ada,Béla,Chen,Dara,Émile,Fatma,Goran,Hana,Inès,Jun,Kofi,Lea,Mira,Noor,Ötto,Pia}', n, 1
        )
        || ' ' || pg_temp.pick('{Adler,Baker,Costa,Dvořák,Engel,Fofana,García,Haddad,Ito,Jansen}', n, 2)
    END,
    CASE WHEN mod(n, 3) = 0 THEN 'Writes about ' || pg_temp.pick('{databases,music,birds,trains}', n, 3)
        ELSE '' END,
    mod(n, 100) = 0,
    joined_at,
    joined_at,
    %(at)s::timestamptz - interval '30 days' * pg_temp.draw(n, 5),
    CASE WHEN mod(n, 50) = 49 THEN %(at)s::timestamptz - interval '20 days' * pg_temp.draw(n, 6) END
FROM generate_series(1, %(users)s::bigint) AS n
CROSS JOIN LATERAL (
    SELECT %(at)s::timestamptz - interval '91 days' - interval '700 days' * pg_temp.draw(n, 4)
) AS joining (joined_at);

-- Newer posts get more likes, and some users give more than others.
CREATE TEMPORARY TABLE drafted_likes ON COMMIT DROP AS
SELECT DISTINCT
    1 + floor(%(users)s::bigint * power(pg_temp.draw(n, 11), 1.5))::bigint AS user_id,
    %(posts)s::bigint - floor(%(posts)s::bigint * power(pg_temp.draw(n, 12), 2))::bigint AS post_id
FROM generate_series(1, %(likes)s::bigint) AS n;

CREATE TEMPORARY TABLE drafted_reposts ON COMMIT DROP AS
SELECT DISTINCT
    1 + floor(%(users)s::bigint * pg_temp.draw(n, 13))::bigint AS user_id,
    %(posts)s::bigint - floor(%(posts)s::bigint * power(pg_temp.draw(n, 14), 2))::bigint AS post_id
FROM generate_series(1, %(reposts)s::bigint) AS n;

-- Posts whose numbers end in 0 begin threads, and those that end in 5 answer one of them. So it is known
-- of any other reply, without looking, in which thread it stands: one in ten answers an answer, and two
-- in ten answer a beginning. Every thousandth post answers post 10: a long thread.
CREATE TEMPORARY TABLE drafted_posts ON COMMIT DROP AS
WITH answers AS (
    SELECT
        n,
        10 * greatest(1, (n - 1) / 10 - floor(power(pg_temp.draw(n, 21), 3) * 100)::bigint) AS beginning,
        pg_temp.draw(n, 22) AS kind
    FROM generate_series(1, %(posts)s::bigint) AS n
), placed AS (
    SELECT
        n,
        CASE
            WHEN n < 30 OR mod(n, 10) = 0 THEN NULL
            WHEN mod(n, 1000) = 5 THEN 10
            WHEN mod(n, 10) = 5 OR kind < 0.2 THEN beginning
            WHEN kind < 0.3 THEN 10 * ((n - 30) / 10) + 25
        END AS parent_post_id
    FROM answers
)
SELECT
    placed.n,
    placed.parent_post_id,
    coalesce(above.parent_post_id, placed.parent_post_id) AS thread_root_id
FROM placed
LEFT JOIN placed AS above ON above.n = placed.parent_post_id;

-- For the time of writing: no index, no foreign key and no counting trigger. Each would be asked for
-- every row; all at once in the end takes a fraction of the time. The counts are written with the posts.
CREATE TEMPORARY TABLE put_aside (
    step integer GENERATED ALWAYS AS IDENTITY, again text NOT NULL
) ON COMMIT DROP;

DO $$
DECLARE
    filled regclass[] := '{posts,post_mentions,follows,likes,reposts}';
    one record;
BEGIN
    FOR one IN
        SELECT conrelid::regclass AS tab, conname, pg_get_constraintdef(oid) AS definition
        FROM pg_constraint
        WHERE contype = 'f' AND conparentid = 0
            AND conrelid = ANY (filled || '{notifications,activities}'::regclass[])
    LOOP
        INSERT INTO put_aside (again)
        VALUES (format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', one.tab, one.conname, one.definition));
        EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', one.tab, one.conname);
    END LOOP;
    FOR one IN
        SELECT indexrelid::regclass AS index, pg_get_indexdef(indexrelid) AS definition
        FROM pg_index WHERE NOT indisunique AND NOT indisexclusion AND indrelid = ANY (filled)
    LOOP
        INSERT INTO put_aside (again) VALUES (one.definition);
        EXECUTE format('DROP INDEX %%s', one.index);
    END LOOP;
    FOR one IN
        SELECT tgrelid::regclass AS tab, tgname FROM pg_trigger
        WHERE tgrelid = ANY (filled) AND NOT tgisinternal AND tgenabled = 'O'
            AND tgtype & 2 = 0  -- AFTER
    LOOP
        INSERT INTO put_aside (again)
        VALUES (format('ALTER TABLE %%s ENABLE TRIGGER %%I', one.tab, one.tgname));
        EXECUTE format('ALTER TABLE %%s DISABLE TRIGGER %%I', one.tab, one.tgname);
    END LOOP;
END
$$;

-- A few users write most.
INSERT INTO posts (
    id, user_id, content, hashtags, parent_post_id, thread_root_id,
    like_count, repost_count, reply_count, view_count, is_flagged, is_hidden, created_at, updated_at
)
OVERRIDING SYSTEM VALUE
SELECT
    n,
    1 + floor(%(users)s::bigint * power(pg_temp.draw(n, 31), 2.5))::bigint,
    pg_temp.pick(
        '{Just saw,Who else likes,Today I learned about,Still thinking of,Nobody told me about,'
        'Finally finished,Cannot stop reading about,Three days with,A short note on,'
        'Unpopular opinion:}', n, 32
    )
        || ' ' || pg_temp.pick(
            '{a slow,the fastest,an old,the smallest,a beautiful,some broken,my first,a second,'
            'the strangest,one more}', n, 33
        )
        || ' ' || pg_temp.pick(
            '{query,database,index,train,bird,song,recipe,river,city,book,bicycle,garden,café,'
            'lighthouse,migration,transaction}', n, 34
        )
        || ' ' || pg_temp.pick(
            '{in Lisbon,at night,with friends,before breakfast,on a Monday,near the sea,'
            '"without coffee ☕",for beginners,again,"in production 🔥"}', n, 35
        ),
    CASE WHEN pg_temp.draw(n, 36) < 0.4 THEN
        ARRAY[pg_temp.pick(
            '{postgres,PostgreSQL,sql,SQL,python,Python,birds,trains,music,travel,coffee,books}', n, 38
        )]
        || CASE WHEN pg_temp.draw(n, 37) < 0.3
            THEN ARRAY[pg_temp.pick('{monday,photo,question,läuft,til,TIL}', n, 39)]
            ELSE '{}' END
    ELSE '{}' END,
    parent_post_id,
    thread_root_id,
    coalesce(likes.n_likes, 0),
    coalesce(reposts.n_reposts, 0),
    coalesce(replies.n_replies, 0),
    floor(1000 * power(pg_temp.draw(n, 40), 4))::bigint + 3 * coalesce(likes.n_likes, 0),
    mod(n, 150) = 7,
    mod(n, 100) = 7,
    pg_temp.written_at(n, %(posts)s, %(at)s::timestamptz),
    pg_temp.written_at(n, %(posts)s, %(at)s::timestamptz)
FROM drafted_posts
LEFT JOIN (SELECT post_id, count(*) AS n_likes FROM drafted_likes GROUP BY post_id) AS likes
    ON likes.post_id = n
LEFT JOIN (SELECT post_id, count(*) AS n_reposts FROM drafted_reposts GROUP BY post_id) AS reposts
    ON reposts.post_id = n
LEFT JOIN (
    SELECT parent_post_id AS post_id, count(*) AS n_replies FROM drafted_posts GROUP BY parent_post_id
) AS replies ON replies.post_id = n
ORDER BY n;

INSERT INTO post_mentions (post_id, user_id)
SELECT n, 1 + floor(%(users)s::bigint * power(pg_temp.draw(n, 51), 2))::bigint
FROM generate_series(1, %(posts)s::bigint) AS n
WHERE pg_temp.draw(n, 52) < 0.1;

-- Known users have more followers. The last users write least.
INSERT INTO follows (follower_id, followee_id, created_at)
SELECT DISTINCT ON (follower_id, followee_id)
    follower_id, followee_id, %(at)s::timestamptz - interval '90 days' * pg_temp.draw(n, 63)
FROM (
    SELECT
        n,
        6 + floor((%(users)s::bigint - 5) * pg_temp.draw(n, 61))::bigint AS follower_id,
        1 + floor(%(users)s::bigint * power(pg_temp.draw(n, 62), 2))::bigint AS followee_id
    FROM generate_series(1, %(follows)s::bigint) AS n
    UNION ALL
    SELECT -n, 2, %(users)s::bigint - n FROM generate_series(1, 10) AS n
    UNION ALL
    SELECT -100 - n, 3, 5 + n * 10 FROM generate_series(1, 10) AS n
    UNION ALL
    SELECT -1000 - n, 4, 4 + n FROM generate_series(1, least(200, %(users)s::bigint - 4)) AS n
    UNION ALL
    SELECT -10000 - n, 5, n FROM generate_series(1, least(2001, %(users)s::bigint)) AS n
) AS drafted
WHERE follower_id <> followee_id
ORDER BY follower_id, followee_id, n;

-- Within two days after the post, and not after the end.
INSERT INTO likes (user_id, post_id, created_at)
SELECT
    user_id,
    post_id,
    least(
        pg_temp.written_at(post_id, %(posts)s, %(at)s::timestamptz)
            + interval '2 days' * power(pg_temp.draw(post_id * 1000003 + user_id, 71), 3),
        %(at)s::timestamptz
    )
FROM drafted_likes
ORDER BY post_id, user_id;

INSERT INTO reposts (user_id, post_id, comment, created_at)
SELECT
    user_id,
    post_id,
    CASE WHEN pg_temp.draw(post_id * 1000003 + user_id, 82) < 0.1 THEN 'Look at this' END,
    least(
        pg_temp.written_at(post_id, %(posts)s, %(at)s::timestamptz)
            + interval '2 days' * power(pg_temp.draw(post_id * 1000003 + user_id, 81), 3),
        %(at)s::timestamptz
    )
FROM drafted_reposts
ORDER BY post_id, user_id;

-- Of a fifth of the likes, and of every reply. What is older than a week has mostly been read.
INSERT INTO notifications (user_id, actor_id, notification_type, post_id, read_at, created_at)
SELECT
    told, actor, kind, post_id,
    CASE WHEN created_at < %(at)s::timestamptz - interval '7 days'
        AND pg_temp.draw(post_id * 1000003 + actor, 91) < 0.9
        THEN created_at + interval '1 day' END,
    created_at
FROM (
    SELECT
        posts.user_id AS told, likes.user_id AS actor, 'like' AS kind, posts.id AS post_id,
        likes.created_at
    FROM likes
    JOIN posts ON posts.id = likes.post_id
    WHERE pg_temp.draw(likes.post_id * 1000003 + likes.user_id, 92) < 0.2
    UNION ALL
    SELECT posts.user_id, reply.user_id, 'reply', posts.id, reply.created_at
    FROM posts AS reply
    JOIN posts ON posts.id = reply.parent_post_id
) AS news
WHERE told <> actor
ORDER BY created_at, post_id, actor, kind;

INSERT INTO activities (user_id, activity_type, details, ip_address, user_agent, created_at)
SELECT
    1 + floor(%(users)s::bigint * power(pg_temp.draw(n, 101), 2))::bigint,
    pg_temp.pick('{login,post_viewed,post_viewed,post_viewed,profile_viewed,search}', n, 102),
    jsonb_build_object(
        'session', mod(n, 1000), 'post_id', 1 + floor(%(posts)s::bigint * pg_temp.draw(n, 103))
    ),
    inet '10.0.0.0' + (hashint8extended(n, 104) & 16777215),
    pg_temp.pick('{Firefox/140.0,Chrome/140.0,Safari/19.0,NULL}', n, 105),
    %(at)s::timestamptz - interval '89 days' * (1 - n::double precision / %(activities)s::bigint)
FROM generate_series(1, %(activities)s::bigint) AS n;

-- Indexes before foreign keys: from the last to the first.
DO $$
DECLARE
    definition text;
BEGIN
    SET LOCAL maintenance_work_mem = '256MB';
    FOR definition IN SELECT again FROM put_aside ORDER BY step DESC LOOP
        EXECUTE definition;
    END LOOP;
END
$$;

-- The next user and the next post get the next numbers.
SELECT
    setval(pg_get_serial_sequence('users', 'id'), %(users)s),
    setval(pg_get_serial_sequence('posts', 'id'), %(posts)s);
