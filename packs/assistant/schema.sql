-- A person's own lists. `owner` is the subject of their credential; times are UTC in ISO 8601, dates YYYY-MM-DD. Lessons,
-- questions and sounds are the business's, what somebody has done with them is theirs.

CREATE TABLE IF NOT EXISTS assistant_todos (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,                               -- "TD-101"
  owner TEXT NOT NULL,
  title TEXT NOT NULL,
  due_date TEXT,
  created_at TEXT NOT NULL,
  done_at TEXT,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS assistant_todos_by_owner ON assistant_todos (business_id, owner, done_at);

CREATE TABLE IF NOT EXISTS assistant_lessons (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  subject TEXT NOT NULL,                          -- "spanish"
  position INTEGER NOT NULL,
  title TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);

CREATE TABLE IF NOT EXISTS assistant_questions (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,                               -- "Q-11"
  lesson_id TEXT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);

CREATE TABLE IF NOT EXISTS assistant_answers (
  business_id TEXT NOT NULL,
  id INTEGER NOT NULL,
  owner TEXT NOT NULL,
  question_id TEXT NOT NULL,
  given TEXT NOT NULL,
  is_right INTEGER NOT NULL,
  answered_at TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS assistant_answers_by_owner ON assistant_answers (business_id, owner, question_id);

CREATE TABLE IF NOT EXISTS assistant_sounds (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,                               -- "rain"
  title TEXT NOT NULL,
  minutes INTEGER NOT NULL,                       -- unless said otherwise
  PRIMARY KEY (business_id, id)
);

CREATE TABLE IF NOT EXISTS assistant_breaks (
  business_id TEXT NOT NULL,
  id INTEGER NOT NULL,
  owner TEXT NOT NULL,
  sound_id TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  stopped_at TEXT,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS assistant_breaks_by_owner ON assistant_breaks (business_id, owner);
