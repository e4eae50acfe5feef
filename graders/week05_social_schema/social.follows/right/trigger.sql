-- A trigger refuses, and the key is made of an index.
CREATE TABLE public.follows (
    follower_id bigint NOT NULL,
    followee_id bigint NOT NULL,
    created_at timestamptz DEFAULT CURRENT_TIMESTAMP
);

CREATE UNIQUE INDEX pair ON follows (follower_id, followee_id);
ALTER TABLE follows ADD PRIMARY KEY USING INDEX pair;
ALTER TABLE follows ADD FOREIGN KEY (follower_id) REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE follows ADD FOREIGN KEY (followee_id) REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE;
CREATE INDEX ON follows (followee_id DESC, created_at DESC, follower_id DESC);

CREATE FUNCTION is_a_tie() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.follower_id = NEW.followee_id THEN
        RAISE EXCEPTION 'nobody follows themselves' USING ERRCODE = 'check_violation';
    END IF;
    NEW.created_at := coalesce(NEW.created_at, now());
    RETURN NEW;
END $$;

CREATE TRIGGER is_a_tie BEFORE INSERT OR UPDATE ON follows FOR EACH ROW EXECUTE FUNCTION is_a_tie();
