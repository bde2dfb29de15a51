-- The tables of a business that takes bookings by phone. A business's own database fits where it has these tables
-- and columns. Times are UTC in ISO 8601 ("2026-11-21T14:30:00Z"); ids are texts; JSON is kept as text.

CREATE TABLE IF NOT EXISTS businesses (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  industry TEXT,
  phone TEXT,
  email TEXT,
  twilio_number TEXT,
  ai_config TEXT,                 -- {"tone", "language"}
  services TEXT,                  -- [{"name", "price", "duration_minutes"}]
  working_hours TEXT,             -- {"monday": {"open": "09:00", "close": "18:00"} or null, ...}
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS calls (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL REFERENCES businesses (id),
  call_sid TEXT UNIQUE,
  caller_phone TEXT,
  started_at TEXT,
  ended_at TEXT,
  duration_seconds INTEGER,
  transcript TEXT,
  intent TEXT,
  outcome TEXT,
  sentiment_score REAL,
  confidence_score REAL,
  recording_url TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS calls_by_caller ON calls (business_id, caller_phone, started_at);

CREATE TABLE IF NOT EXISTS bookings (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL REFERENCES businesses (id),
  call_id TEXT REFERENCES calls (id),
  customer_name TEXT,
  customer_phone TEXT,
  customer_email TEXT,
  service TEXT,
  booking_datetime TEXT,
  duration_minutes INTEGER,
  status TEXT,
  confirmed_at TEXT,
  price REAL,
  customer_notes TEXT,
  internal_notes TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bookings_by_customer
  ON bookings (business_id, customer_phone, booking_datetime);
CREATE INDEX IF NOT EXISTS bookings_by_time ON bookings (business_id, booking_datetime);

CREATE TABLE IF NOT EXISTS policies (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL REFERENCES businesses (id),
  topic TEXT NOT NULL,
  content TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS policies_by_topic ON policies (business_id, topic);

CREATE TABLE IF NOT EXISTS faqs (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL REFERENCES businesses (id),
  topic TEXT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  tags TEXT,                      -- ["word", ...]
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS faqs_by_topic ON faqs (business_id, topic);

CREATE TABLE IF NOT EXISTS availability (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL REFERENCES businesses (id),
  service TEXT NOT NULL,
  start_time TEXT NOT NULL,
  end_time TEXT NOT NULL,
  is_available INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS availability_by_time
  ON availability (business_id, service, start_time);

-- Days on which the weekly hours do not hold.
CREATE TABLE IF NOT EXISTS holidays (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL REFERENCES businesses (id),
  date TEXT NOT NULL,             -- "2026-12-25", of the business's own calendar
  name TEXT NOT NULL,
  open TEXT,                      -- "09:00"; both are null where it is closed
  close TEXT
);
CREATE INDEX IF NOT EXISTS holidays_by_date ON holidays (business_id, date);

-- What callers left for the people of the business.
CREATE TABLE IF NOT EXISTS messages (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL REFERENCES businesses (id),
  call_sid TEXT,
  caller_name TEXT,
  caller_phone TEXT,
  content TEXT NOT NULL,
  status TEXT NOT NULL,           -- new, read
  created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_time ON messages (business_id, created_at);
