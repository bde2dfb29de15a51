-- The customer records of a business. Ids are for people ("LD-4107") and unique within a business only. Times are UTC in
-- ISO 8601, dates YYYY-MM-DD; people are named by the subject of their credential.

CREATE TABLE IF NOT EXISTS crm_accounts (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  industry TEXT,
  city TEXT,
  phone TEXT,
  email TEXT,
  status TEXT NOT NULL DEFAULT 'active',          -- active, prospect, former
  assigned_to TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS crm_accounts_by_name ON crm_accounts (business_id, name);

CREATE TABLE IF NOT EXISTS crm_contacts (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  account_id TEXT,
  name TEXT NOT NULL,
  title TEXT,
  phone TEXT,
  email TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS crm_contacts_by_account ON crm_contacts (business_id, account_id);

CREATE TABLE IF NOT EXISTS crm_leads (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  company TEXT,
  phone TEXT,
  email TEXT,
  source TEXT,
  status TEXT NOT NULL DEFAULT 'new',             -- new, contacted, qualified, lost, converted
  assigned_to TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS crm_leads_by_status ON crm_leads (business_id, status, assigned_to);

CREATE TABLE IF NOT EXISTS crm_opportunities (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  account_id TEXT,
  name TEXT NOT NULL,
  stage TEXT NOT NULL DEFAULT 'open',             -- open, proposal, negotiation, won, lost
  amount REAL,
  close_date TEXT,
  assigned_to TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS crm_opportunities_by_stage ON crm_opportunities (business_id, stage, assigned_to);

CREATE TABLE IF NOT EXISTS crm_activities (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'task',              -- task, call, meeting, email
  subject TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'open',            -- open, done, cancelled
  due_date TEXT,
  assigned_to TEXT,
  about_id TEXT,                                  -- id of an account, contact, lead or opportunity
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS crm_activities_by_person ON crm_activities (business_id, assigned_to, status, due_date);

CREATE TABLE IF NOT EXISTS crm_notes (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  about_id TEXT NOT NULL,
  body TEXT NOT NULL,
  author TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
);
CREATE INDEX IF NOT EXISTS crm_notes_by_subject ON crm_notes (business_id, about_id, created_at);
