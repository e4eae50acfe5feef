"""A pair follows once, and nobody follows themselves."""


def test_follows(db, add_user):
    ada, bob = add_user(), add_user()
    follow = "INSERT INTO follows (follower_id, followee_id) VALUES (%s, %s)"
    db.rows(follow, ada, bob)
    db.rows(follow, bob, ada)
    db.refuses("follows_pkey", follow, ada, bob)
    db.refuses("follows_not_oneself_check", follow, ada, ada)
    db.refuses("follows_follower_id_fkey", follow, 0, ada)
    db.refuses("follows_followee_id_fkey", follow, ada, 0)
    db.refuses("follows_not_oneself_check", "UPDATE follows SET followee_id = follower_id")
    db.rows("DELETE FROM users WHERE id = %s", ada)
    assert db.rows("SELECT FROM follows") == []
