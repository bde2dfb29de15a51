-- The receptionist's bookings, with its indexes.
CREATE TABLE IF NOT EXISTS bookings (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL,
  customer_name TEXT,
  customer_phone TEXT,
  service TEXT,
  booking_datetime TEXT,
  duration_minutes INTEGER,
  status TEXT,
  price REAL,
  customer_notes TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bookings_by_customer
  ON bookings (business_id, customer_phone, booking_datetime);
CREATE INDEX IF NOT EXISTS bookings_by_time ON bookings (business_id, booking_datetime);
