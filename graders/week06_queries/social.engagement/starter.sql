-- What a user's visible posts of each day have earned, a row for every day from first_day until before
-- end_day, in the days of the given time zone.
-- TODO: this is the first day alone, and nothing is counted.
SELECT
    %(first_day)s::date AS day,
    0 AS post_count,
    0 AS like_count,
    0 AS repost_count,
    0 AS reply_count,
    0.00 AS likes_per_post;
