-- Rules in a trigger, kinds in a table of their own, numbers from a sequence; each month by a function
-- that listens to what PostgreSQL says when it is there already.
CREATE TABLE notification_kinds (kind text PRIMARY KEY, about_post boolean NOT NULL);
INSERT INTO notification_kinds VALUES
    ('like', true), ('repost', true), ('reply', true), ('mention', true), ('follow', false);

CREATE SEQUENCE notification_numbers;
CREATE TABLE notifications (
    id bigint NOT NULL DEFAULT nextval('notification_numbers'),
    user_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    notification_type text NOT NULL REFERENCES notification_kinds,
    post_id bigint,
    read_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
) PARTITION BY RANGE (created_at);
ALTER TABLE notifications
    ADD UNIQUE (id, created_at),
    ADD FOREIGN KEY (user_id) REFERENCES users (id) ON UPDATE CASCADE ON DELETE CASCADE,
    ADD FOREIGN KEY (actor_id) REFERENCES users (id) ON DELETE CASCADE,
    ADD FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE;

CREATE FUNCTION look_at_notification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.user_id = NEW.actor_id THEN
        RAISE EXCEPTION 'nobody is told of what they did themselves' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.post_id IS NOT NULL) <> (SELECT about_post FROM notification_kinds WHERE kind = NEW.notification_type)
    THEN
        RAISE EXCEPTION 'with a post, or without one?';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER look BEFORE INSERT OR UPDATE OF user_id, actor_id, notification_type, post_id
    ON notifications FOR EACH ROW EXECUTE FUNCTION look_at_notification();

CREATE INDEX by_user ON notifications (user_id, created_at DESC, id DESC) INCLUDE (read_at);
CREATE INDEX by_actor ON notifications USING hash (actor_id);
CREATE INDEX by_post ON notifications (post_id, user_id);

-- Whether it has been made.
CREATE FUNCTION create_month(month timestamp) RETURNS boolean LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    name text := to_char(month, '"notifications_"YYYY_MM');
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE notifications INCLUDING DEFAULTS)', name);
    EXECUTE format('ALTER TABLE notifications ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, month::timestamptz, (month + interval '1 month')::timestamptz);
    RETURN true;
EXCEPTION WHEN duplicate_table THEN
    RETURN false;
END
$$;

CREATE FUNCTION create_notification_partitions(first_day date, last_day date) RETURNS bigint
LANGUAGE sql AS $$
    SELECT count(*) FILTER (WHERE create_month(month))
    FROM generate_series(
        date_trunc('month', first_day::timestamp), date_trunc('month', last_day::timestamp), '1 month'
    ) AS month
$$;

-- By their names, which sort as the months do.
CREATE FUNCTION drop_notification_partitions(oldest_day date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    month text;
    gone bigint := 0;
BEGIN
    FOR month IN
        SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid
        WHERE inhparent = 'notifications'::regclass AND relname ~ '^notifications_[0-9]{4}_[0-9]{2}$'
            AND relname < to_char(oldest_day, '"notifications_"YYYY_MM')
    LOOP
        EXECUTE format('DROP TABLE %I', month);
        gone := gone + 1;
    END LOOP;
    RETURN gone;
END
$$;

SELECT create_month(date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month')
FROM generate_series(0, 3) AS n;
