-- Demo data of the users service. The ids are those of workbench/jupyter/demo_people.py.
INSERT INTO users.users (id, name, email, created_at) VALUES
    ('ada00000-0000-4000-8000-000000000001', 'Ada Winter', 'ada@example.org', '2026-01-05T09:00Z'),
    ('b0b00000-0000-4000-8000-000000000002', 'Bob Tanaka', 'bob@example.org', '2026-02-17T14:30Z'),
    ('e0e00000-0000-4000-8000-000000000003', 'Eve Okafor', 'eve@example.org', '2026-03-29T20:15Z');
