-- Customer records of two of the demo's businesses, so that there is something to sell. Made again on each new day: all
-- times are relative to it. They share names on purpose, and their ids differ by one digit; LD-4120 is an id of both.
-- People are named by subject; "demo" is who `callosum token` makes. Phone numbers are of the 555-01xx range.

DELETE FROM crm_accounts WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM crm_contacts WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM crm_leads WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM crm_opportunities WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM crm_activities WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002');
DELETE FROM crm_notes WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002');

INSERT INTO tenants (id, slug, name, timezone) VALUES
  ('5b0c1d2e-0001-4a00-9000-000000000001', 'willow-hair', 'Willow Hair Studio', 'America/New_York'),
  ('5b0c1d2e-0002-4a00-9000-000000000002', 'cedar-dental', 'Cedar Dental Clinic', 'America/Chicago')
ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, timezone = excluded.timezone;

WITH made_of (tenant, id, name, industry, city, phone, email, status, assigned_to, made) AS (VALUES
  (1, 'AC-1042', 'Northwind Hotels', 'hotel', 'New York', '+12125550141', 'events@northwind.example',
   'active', 'demo', '-2 days'),
  (2, 'AC-1043', 'Northwind Hotels', 'hotel', 'Chicago', '+13125550141', 'people@northwind.example',
   'active', 'demo', '-9 days'),
  (1, 'AC-1051', 'Lakeside Theatre', 'theatre', 'New York', '+12125550142', 'stage@lakeside.example',
   'active', 'maya', '-16 days'),
  (2, 'AC-1052', 'Lakeside School', 'school', 'Evanston', '+13125550142', 'office@lakeside.example',
   'prospect', 'oliver', '-23 days'),
  (1, 'AC-1066', 'Bluebird Weddings', 'wedding planner', 'Brooklyn', '+12125550143',
   'hello@bluebird.example', 'active', 'demo', '-30 days'),
  (2, 'AC-1067', 'Bluebird Logistics', 'logistics', 'Chicago', '+13125550143', 'hr@bluebird.example',
   'active', 'demo', '-37 days'),
  (1, 'AC-1078', 'Quince Films', 'film', 'Queens', '+12125550144', 'crew@quince.example', 'prospect', 'maya',
   '-44 days'),
  (2, 'AC-1079', 'Granite Insurance', 'insurance', 'Chicago', '+13125550144', 'benefits@granite.example',
   'former', 'oliver', '-51 days'),
  (1, 'AC-1083', 'Harper & Lane', 'fashion', 'New York', '+12125550145', 'studio@harperlane.example',
   'former', 'demo', '-58 days'),
  (2, 'AC-1084', 'Harper Steel', 'steel', 'Gary', '+13125550145', 'desk@harpersteel.example', 'prospect',
   'demo', '-5 days')
)
INSERT INTO crm_accounts (business_id, id, name, industry, city, phone, email, status, assigned_to,
  created_at, updated_at)
SELECT '5b0c1d2e-000' || tenant || '-4a00-9000-00000000000' || tenant, id,
       name, industry, city, phone, email, status, assigned_to,
       strftime('%Y-%m-%dT09:00:00Z', 'now', made), strftime('%Y-%m-%dT09:00:00Z', 'now', made)
FROM made_of;

WITH made_of (tenant, id, account_id, name, title, phone, email, made) AS (VALUES
  (1, 'CT-2207', 'AC-1042', 'Priya Nair', 'events manager', '+12125550151', 'priya@northwind.example', '-2 days'),
  (2, 'CT-2208', 'AC-1043', 'Priya Nair', 'head of people', '+13125550151', 'p.nair@northwind.example', '-9 days'),
  (1, 'CT-2214', 'AC-1042', 'Marcus Webb', 'concierge', '+12125550152', 'marcus@northwind.example', '-16 days'),
  (2, 'CT-2215', 'AC-1052', 'Dana Ortiz', 'school nurse', '+13125550152', 'dana@lakeside.example', '-23 days'),
  (1, 'CT-2223', 'AC-1051', 'Dana Ortiz', 'stage manager', '+12125550153', 'dana@lakeside.example', '-30 days'),
  (2, 'CT-2224', 'AC-1067', 'Theo Brandt', 'shift lead', '+13125550153', 'theo@bluebird.example', '-37 days'),
  (1, 'CT-2231', 'AC-1066', 'Chloe Martin', 'owner', '+12125550154', 'chloe@bluebird.example', '-44 days'),
  (2, 'CT-2232', 'AC-1079', 'Ingrid Solberg', 'benefits', '+13125550154', 'ingrid@granite.example', '-51 days'),
  (1, 'CT-2246', 'AC-1078', 'Sam Okafor', 'producer', '+12125550155', 'sam@quince.example', '-58 days'),
  (2, 'CT-2247', 'AC-1084', 'Sam Okafor', 'safety officer', '+13125550155', 'sam@harpersteel.example', '-5 days')
)
INSERT INTO crm_contacts (business_id, id, account_id, name, title, phone, email,
  created_at, updated_at)
SELECT '5b0c1d2e-000' || tenant || '-4a00-9000-00000000000' || tenant, id,
       account_id, name, title, phone, email,
       strftime('%Y-%m-%dT09:00:00Z', 'now', made), strftime('%Y-%m-%dT09:00:00Z', 'now', made)
FROM made_of;

WITH made_of (tenant, id, name, company, phone, email, source, status, assigned_to, made) AS (VALUES
  (1, 'LD-4107', 'Jordan Ellis', 'Ellis & Sons', '+12125550161', 'jordan@ellis.example', 'web form', 'new',
   'demo', '-2 days'),
  (2, 'LD-4108', 'Jordan Ellis', 'Ellis Family Dentistry', '+13125550161', 'jordan.ellis@mail.example',
   'web form', 'new', 'demo', '-9 days'),
  (1, 'LD-4112', 'Rosa Delgado', 'Casa Delgado', '+12125550162', 'rosa@delgado.example', 'referral',
   'contacted', 'maya', '-16 days'),
  (2, 'LD-4113', 'Rosa Delgado', NULL, '+13125550162', 'rosa@mail.example', 'phone call', 'qualified',
   'oliver', '-23 days'),
  (1, 'LD-4120', 'Nadia Haddad', 'Haddad Events', '+12125550163', 'nadia@haddad.example', 'trade fair',
   'qualified', 'demo', '-30 days'),
  (2, 'LD-4120', 'Victor Lindqvist', 'Lindqvist Motors', '+13125550163', 'victor@lindqvist.example',
   'trade fair', 'new', 'demo', '-37 days'),
  (1, 'LD-4126', 'Ben Carter', 'Carter Catering', '+12125550164', 'ben@carter.example', 'web form', 'new',
   'maya', '-44 days'),
  (2, 'LD-4127', 'Ben Carter', NULL, '+13125550164', 'ben@mail.example', 'referral', 'lost', 'oliver', '-51 days'),
  (1, 'LD-4131', 'Amy Zhou', 'Zhou Interiors', '+12125550165', 'amy@zhou.example', 'referral', 'converted',
   'demo', '-58 days'),
  (2, 'LD-4132', 'Gloria Mensah', 'Mensah Imports', '+13125550165', 'gloria@mensah.example', 'phone call',
   'contacted', 'demo', '-5 days')
)
INSERT INTO crm_leads (business_id, id, name, company, phone, email, source, status, assigned_to,
  created_at, updated_at)
SELECT '5b0c1d2e-000' || tenant || '-4a00-9000-00000000000' || tenant, id,
       name, company, phone, email, source, status, assigned_to,
       strftime('%Y-%m-%dT09:00:00Z', 'now', made), strftime('%Y-%m-%dT09:00:00Z', 'now', made)
FROM made_of;

WITH made_of (tenant, id, account_id, name, stage, amount, close_date, assigned_to, made) AS (VALUES
  (1, 'OP-3310', 'AC-1042', 'Hair and make up for the spring gala', 'proposal', 4800, '+21 days', 'demo', '-2 days'),
  (2, 'OP-3311', 'AC-1043', 'Check ups for the hotel staff', 'proposal', 14800, '+21 days', 'demo', '-9 days'),
  (1, 'OP-3318', 'AC-1051', 'Wigs for the winter play', 'negotiation', 7200, '+9 days', 'maya', '-16 days'),
  (2, 'OP-3319', 'AC-1052', 'School visits in autumn', 'open', 5200, '+40 days', 'oliver', '-23 days'),
  (1, 'OP-3325', 'AC-1066', 'Twelve wedding parties', 'open', 9600, '+60 days', 'demo', '-30 days'),
  (2, 'OP-3326', 'AC-1067', 'Dental plan for drivers', 'negotiation', 22000, '+14 days', 'demo', '-37 days'),
  (1, 'OP-3334', 'AC-1078', 'On set styling, two weeks', 'lost', 6100, '-12 days', 'maya', '-44 days'),
  (2, 'OP-3335', 'AC-1079', 'Partner clinic contract', 'won', 31000, '-30 days', 'oliver', '-51 days')
)
INSERT INTO crm_opportunities (business_id, id, account_id, name, stage, amount, close_date, assigned_to,
  created_at, updated_at)
SELECT '5b0c1d2e-000' || tenant || '-4a00-9000-00000000000' || tenant, id,
       account_id, name, stage, amount, date('now', close_date), assigned_to,
       strftime('%Y-%m-%dT09:00:00Z', 'now', made), strftime('%Y-%m-%dT09:00:00Z', 'now', made)
FROM made_of;

WITH made_of (tenant, id, kind, subject, status, due_date, assigned_to, about_id, made) AS (VALUES
  (1, 'TK-5101', 'call', 'Call Jordan Ellis back', 'open', '+0 days', 'demo', 'LD-4107', '-2 days'),
  (2, 'TK-5102', 'call', 'Call Jordan Ellis back', 'open', '+0 days', 'demo', 'LD-4108', '-9 days'),
  (1, 'TK-5109', 'email', 'Send the gala offer to Priya', 'open', '+2 days', 'demo', 'OP-3310', '-16 days'),
  (2, 'TK-5110', 'email', 'Send the staff offer to Priya', 'open', '+2 days', 'demo', 'OP-3311', '-23 days'),
  (1, 'TK-5117', 'meeting', 'Fitting at the theatre', 'open', '+5 days', 'maya', 'OP-3318', '-30 days'),
  (2, 'TK-5118', 'meeting', 'Meet the school nurse', 'open', '+6 days', 'oliver', 'AC-1052', '-37 days'),
  (1, 'TK-5123', 'task', 'Order color samples', 'open', '-2 days', 'demo', 'AC-1066', '-44 days'),
  (2, 'TK-5124', 'task', 'Print the plan brochure', 'open', '-2 days', 'demo', 'OP-3326', '-51 days'),
  (1, 'TK-5136', 'call', 'Thank Amy for the contract', 'done', '-4 days', 'demo', 'LD-4131', '-58 days'),
  (2, 'TK-5137', 'call', 'Ask Granite for a review', 'done', '-9 days', 'demo', 'AC-1079', '-5 days'),
  (1, 'TK-5142', 'task', 'Update the price list', 'cancelled', '-3 days', 'maya', NULL, '-12 days'),
  (2, 'TK-5143', 'email', 'Answer Gloria about opening hours', 'open', '+1 days', 'oliver', 'LD-4132', '-19 days')
)
INSERT INTO crm_activities (business_id, id, kind, subject, status, due_date, assigned_to, about_id,
  created_at, updated_at)
SELECT '5b0c1d2e-000' || tenant || '-4a00-9000-00000000000' || tenant, id,
       kind, subject, status, date('now', due_date), assigned_to, about_id,
       strftime('%Y-%m-%dT09:00:00Z', 'now', made), strftime('%Y-%m-%dT09:00:00Z', 'now', made)
FROM made_of;

WITH made_of (tenant, id, about_id, body, author, made) AS (VALUES
  (1, 'NT-6001', 'LD-4107', 'Wants a stylist for a family party of nine. Prefers mornings.', 'demo', '-2 days'),
  (2, 'NT-6002', 'LD-4108', 'Runs a family practice and looks for a partner for surgery days.', 'demo', '-9 days'),
  (1, 'NT-6007', 'AC-1042', 'The hotel pays within ten days. Ask for Priya, not for the front desk.', 'maya',
   '-16 days'),
  (2, 'NT-6008', 'AC-1043', 'The hotel wants one invoice a quarter. Priya decides.', 'oliver', '-23 days'),
  (1, 'NT-6013', 'OP-3318', 'They need the wigs a week before the opening night.', 'maya', '-30 days'),
  (2, 'NT-6014', 'OP-3326', 'Drivers work nights, so visits must be before ten.', 'demo', '-37 days')
)
INSERT INTO crm_notes (business_id, id, about_id, body, author,
  created_at, updated_at)
SELECT '5b0c1d2e-000' || tenant || '-4a00-9000-00000000000' || tenant, id,
       about_id, body, author,
       strftime('%Y-%m-%dT09:00:00Z', 'now', made), strftime('%Y-%m-%dT09:00:00Z', 'now', made)
FROM made_of;
