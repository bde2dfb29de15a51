-- What the person called "demo" (who `callosum token` makes) has to do, to learn and to listen to, at two of the demo's
-- businesses. Made again on each new day: all times are relative to it.

DELETE FROM assistant_todos WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001', '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM assistant_lessons WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001', '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM assistant_questions WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001', '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM assistant_answers WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001', '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM assistant_sounds WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001', '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM assistant_breaks WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001', '5b0c1d2e-0002-4a00-9000-000000000002');

INSERT INTO tenants (id, slug, name, timezone) VALUES
  ('5b0c1d2e-0001-4a00-9000-000000000001', 'willow-hair', 'Willow Hair Studio', 'America/New_York'),
  ('5b0c1d2e-0002-4a00-9000-000000000002', 'cedar-dental', 'Cedar Dental Clinic', 'America/Chicago')
ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, timezone = excluded.timezone;

WITH made_of (tenant, id, owner, title, due, created, done) AS (VALUES
  (1, 'TD-101', 'demo', 'call the plumber', '+0 days', '-2 days', NULL),
  (1, 'TD-102', 'demo', 'send the numbers to Marek', '+1 days', '-1 days', NULL),
  (1, 'TD-103', 'demo', 'buy bread', NULL, '-1 days', NULL),
  (1, 'TD-104', 'demo', 'water the plants', '-1 days', '-4 days', '-1 days'),
  (1, 'TD-105', 'maya', 'order the spring colours', '+2 days', '-3 days', NULL),
  (2, 'TD-101', 'demo', 'call the laboratory', '+1 days', '-1 days', NULL),
  (2, 'TD-102', 'oliver', 'renew the parking permit', '+5 days', '-6 days', NULL)
)
INSERT INTO assistant_todos (business_id, id, owner, title, due_date, created_at, done_at)
SELECT '5b0c1d2e-000' || tenant || '-4a00-9000-00000000000' || tenant, id, owner, title, date('now', due),
       strftime('%Y-%m-%dT%H:%M:%SZ', 'now', created), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', done)
FROM made_of;

WITH tenant (n) AS (VALUES (1), (2)),
made_of (id, subject, position, title) AS (VALUES
  ('spanish-1', 'spanish', 1, 'saying hello'),
  ('spanish-2', 'spanish', 2, 'ordering food'),
  ('spanish-3', 'spanish', 3, 'asking the way'),
  ('history-1', 'history', 1, 'the first cities'),
  ('history-2', 'history', 2, 'the silk road')
)
INSERT INTO assistant_lessons (business_id, id, subject, position, title)
SELECT '5b0c1d2e-000' || n || '-4a00-9000-00000000000' || n, id, subject, position, title FROM tenant, made_of;

WITH tenant (n) AS (VALUES (1), (2)),
made_of (id, lesson, question, answer) AS (VALUES
  ('Q-11', 'spanish-1', 'How do you say good morning in Spanish?', 'buenos dias'),
  ('Q-12', 'spanish-1', 'What does hasta luego mean?', 'see you later'),
  ('Q-21', 'spanish-2', 'How do you ask for the bill in Spanish?', 'la cuenta por favor'),
  ('Q-22', 'spanish-2', 'What is the Spanish word for bread?', 'pan'),
  ('Q-31', 'spanish-3', 'What does a la izquierda mean?', 'to the left'),
  ('Q-41', 'history-1', 'Between which two rivers lay the first cities?', 'euphrates and tigris'),
  ('Q-51', 'history-2', 'Which city was the eastern end of the silk road?', 'chang an')
)
INSERT INTO assistant_questions (business_id, id, lesson_id, question, answer)
SELECT '5b0c1d2e-000' || n || '-4a00-9000-00000000000' || n, id, lesson, question, answer FROM tenant, made_of;

INSERT INTO assistant_answers (business_id, id, owner, question_id, given, is_right, answered_at) VALUES
  ('5b0c1d2e-0001-4a00-9000-000000000001', 1, 'demo', 'Q-11', 'buenos dias', 1,
   strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days')),
  ('5b0c1d2e-0001-4a00-9000-000000000001', 2, 'demo', 'Q-12', 'good night', 0,
   strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'));

WITH tenant (n) AS (VALUES (1), (2)),
made_of (id, title, minutes) AS (VALUES
  ('rain', 'rain on a roof', 20),
  ('ocean', 'the ocean at night', 30),
  ('breathing', 'slow breathing', 5)
)
INSERT INTO assistant_sounds (business_id, id, title, minutes)
SELECT '5b0c1d2e-000' || n || '-4a00-9000-00000000000' || n, id, title, minutes FROM tenant, made_of;
