SELECT * FROM user_stats WHERE user_id = %(user_id)s
