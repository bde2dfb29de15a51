-- Three businesses that are not real, so that there is something to ask about. Loaded again on each new day: all times
-- are relative to the day it is loaded, everything else is the same every time. Phone numbers are of the 555-01xx
-- range that belongs to nobody. Callers with known bookings:
--   Willow Hair Studio   +12125550199   bookings 2416 (latest), 2583, 2907
--   Cedar Dental Clinic  +13125550199   bookings 5138 (latest), 5642, 5879
--   Harbor Bike Works    +14155550199   bookings 8275 (latest), 8461, 8093
DELETE FROM messages WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002',
   '5b0c1d2e-0003-4a00-9000-000000000003');
DELETE FROM holidays WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002',
   '5b0c1d2e-0003-4a00-9000-000000000003');
DELETE FROM bookings WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002',
   '5b0c1d2e-0003-4a00-9000-000000000003');
DELETE FROM calls WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002',
   '5b0c1d2e-0003-4a00-9000-000000000003');
DELETE FROM availability WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002',
   '5b0c1d2e-0003-4a00-9000-000000000003');
DELETE FROM policies WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002',
   '5b0c1d2e-0003-4a00-9000-000000000003');
DELETE FROM faqs WHERE business_id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002',
   '5b0c1d2e-0003-4a00-9000-000000000003');
DELETE FROM businesses WHERE id IN
  ('5b0c1d2e-0001-4a00-9000-000000000001',
   '5b0c1d2e-0002-4a00-9000-000000000002',
   '5b0c1d2e-0003-4a00-9000-000000000003');

INSERT INTO tenants (id, slug, name, timezone) VALUES
  ('5b0c1d2e-0001-4a00-9000-000000000001', 'willow-hair', 'Willow Hair Studio', 'America/New_York'),
  ('5b0c1d2e-0002-4a00-9000-000000000002', 'cedar-dental', 'Cedar Dental Clinic', 'America/Chicago'),
  ('5b0c1d2e-0003-4a00-9000-000000000003', 'harbor-bikes', 'Harbor Bike Works', 'America/Los_Angeles')
ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, timezone = excluded.timezone;

INSERT INTO businesses (id, name, industry, phone, email, twilio_number, ai_config, services, working_hours,
                        created_at, updated_at) VALUES
  ('5b0c1d2e-0001-4a00-9000-000000000001', 'Willow Hair Studio', 'hair salon',
   '+12125550100', 'hello@willow.example', '+12125550101',
   '{"tone": "warm and relaxed", "language": "English",
     "account_label": "a client", "lead_label": "an enquiry", "opportunity_label": "a job"}',
   '[{"name": "haircut", "price": 45, "duration_minutes": 45},
     {"name": "hair color", "price": 90, "duration_minutes": 120},
     {"name": "beard trim", "price": 25, "duration_minutes": 30},
     {"name": "blow dry", "price": 35, "duration_minutes": 30}]',
   '{"monday": null,
     "tuesday": {"open": "09:00", "close": "18:00"},
     "wednesday": {"open": "09:00", "close": "18:00"},
     "thursday": {"open": "09:00", "close": "18:00"},
     "friday": {"open": "09:00", "close": "18:00"},
     "saturday": {"open": "10:00", "close": "16:00"},
     "sunday": null}',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-400 days'), strftime('%Y-%m-%dT00:00:00Z', 'now', '-30 days')),
  ('5b0c1d2e-0002-4a00-9000-000000000002', 'Cedar Dental Clinic', 'dental clinic',
   '+13125550100', 'desk@cedar.example', '+13125550101',
   '{"tone": "calm and kind", "language": "English",
     "account_label": "an employer", "lead_label": "a prospect", "opportunity_label": "a contract"}',
   '[{"name": "cleaning", "price": 120, "duration_minutes": 60},
     {"name": "filling", "price": 180, "duration_minutes": 60},
     {"name": "whitening", "price": 250, "duration_minutes": 90}]',
   '{"monday": {"open": "08:00", "close": "17:00"},
     "tuesday": {"open": "08:00", "close": "17:00"},
     "wednesday": {"open": "08:00", "close": "17:00"},
     "thursday": {"open": "08:00", "close": "17:00"},
     "friday": {"open": "08:00", "close": "14:00"},
     "saturday": null,
     "sunday": null}',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-400 days'), strftime('%Y-%m-%dT00:00:00Z', 'now', '-30 days')),
  ('5b0c1d2e-0003-4a00-9000-000000000003', 'Harbor Bike Works', 'bike workshop',
   '+14155550100', 'shop@harbor.example', '+14155550101',
   '{"tone": "friendly and brisk", "language": "English"}',
   '[{"name": "tune up", "price": 80, "duration_minutes": 60},
     {"name": "flat repair", "price": 15, "duration_minutes": 30},
     {"name": "brake repair", "price": 40, "duration_minutes": 45},
     {"name": "bike fitting", "price": 60, "duration_minutes": 60}]',
   '{"monday": null,
     "tuesday": {"open": "10:00", "close": "18:00"},
     "wednesday": {"open": "10:00", "close": "18:00"},
     "thursday": {"open": "10:00", "close": "18:00"},
     "friday": {"open": "10:00", "close": "18:00"},
     "saturday": {"open": "09:30", "close": "17:00"},
     "sunday": null}',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-400 days'), strftime('%Y-%m-%dT00:00:00Z', 'now', '-30 days'));

INSERT INTO policies (id, business_id, topic, content, updated_at) VALUES
  ('policy-1-1', '5b0c1d2e-0001-4a00-9000-000000000001', 'cancellation',
   'You can cancel for free up to one day before your visit. After that we charge half of the price.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-20 days')),
  ('policy-1-2', '5b0c1d2e-0001-4a00-9000-000000000001', 'reschedule',
   'You can move your visit once for free, up to four hours before it starts.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-23 days')),
  ('policy-1-3', '5b0c1d2e-0001-4a00-9000-000000000001', 'late arrival',
   'We wait ten minutes. After that we may have to give your chair to the next guest.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-26 days')),
  ('policy-1-4', '5b0c1d2e-0001-4a00-9000-000000000001', 'deposits',
   'Hair color needs a deposit of thirty dollars. A haircut needs no deposit.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-29 days')),
  ('policy-1-5', '5b0c1d2e-0001-4a00-9000-000000000001', 'refunds',
   'We do not refund a finished service, but we will fix it for free within one week.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-32 days')),
  ('policy-1-6', '5b0c1d2e-0001-4a00-9000-000000000001', 'pricing',
   'A haircut costs forty five dollars. Hair color starts at ninety dollars.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-35 days')),
  ('policy-1-7', '5b0c1d2e-0001-4a00-9000-000000000001', 'hours',
   'We take the last guest one hour before we close.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-38 days')),
  ('policy-1-8', '5b0c1d2e-0001-4a00-9000-000000000001', 'location',
   'We see guests only at our shop on Maple Street.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-41 days')),
  ('policy-1-9', '5b0c1d2e-0001-4a00-9000-000000000001', 'parking',
   'Guests park for free behind the shop. Please do not use the street in front of the door.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-44 days')),
  ('policy-2-1', '5b0c1d2e-0002-4a00-9000-000000000002', 'cancellation',
   'Please cancel two days before your visit. A late cancellation costs forty dollars.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-20 days')),
  ('policy-2-2', '5b0c1d2e-0002-4a00-9000-000000000002', 'reschedule',
   'You can move your visit up to one day before it, by phone or at the front desk.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-23 days')),
  ('policy-2-3', '5b0c1d2e-0002-4a00-9000-000000000002', 'late arrival',
   'If you are fifteen minutes late we may have to find another day for you.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-26 days')),
  ('policy-2-4', '5b0c1d2e-0002-4a00-9000-000000000002', 'deposits',
   'We ask for no deposit for a cleaning. Whitening needs a deposit of fifty dollars.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-29 days')),
  ('policy-2-5', '5b0c1d2e-0002-4a00-9000-000000000002', 'refunds',
   'Unused payments are returned within ten days to the same card.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-32 days')),
  ('policy-2-6', '5b0c1d2e-0002-4a00-9000-000000000002', 'pricing',
   'A cleaning costs one hundred twenty dollars without insurance.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-35 days')),
  ('policy-2-7', '5b0c1d2e-0002-4a00-9000-000000000002', 'hours',
   'The front desk answers the phone while the clinic is open.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-38 days')),
  ('policy-2-8', '5b0c1d2e-0002-4a00-9000-000000000002', 'location',
   'Our clinic is on the second floor of the Lake Street building.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-41 days')),
  ('policy-2-9', '5b0c1d2e-0002-4a00-9000-000000000002', 'parking',
   'Patients park for free in the garage for two hours. Bring your ticket to the front desk.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-44 days')),
  ('policy-3-1', '5b0c1d2e-0003-4a00-9000-000000000003', 'cancellation',
   'Cancel any time before noon on the day before. We never charge for it.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-20 days')),
  ('policy-3-2', '5b0c1d2e-0003-4a00-9000-000000000003', 'reschedule',
   'Call us any time and we will move your repair to the next free day.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-23 days')),
  ('policy-3-3', '5b0c1d2e-0003-4a00-9000-000000000003', 'late arrival',
   'Bring your bike any time that day. If you come after four it will be ready the next day.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-26 days')),
  ('policy-3-4', '5b0c1d2e-0003-4a00-9000-000000000003', 'deposits',
   'We take a deposit of twenty dollars when we have to order parts.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-29 days')),
  ('policy-3-5', '5b0c1d2e-0003-4a00-9000-000000000003', 'refunds',
   'If a repair fails within thirty days we fix it again or return your money.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-32 days')),
  ('policy-3-6', '5b0c1d2e-0003-4a00-9000-000000000003', 'pricing',
   'A tune up costs eighty dollars. A flat repair costs fifteen dollars.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-35 days')),
  ('policy-3-7', '5b0c1d2e-0003-4a00-9000-000000000003', 'hours',
   'You can leave your bike with us until ten minutes before we close.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-38 days')),
  ('policy-3-8', '5b0c1d2e-0003-4a00-9000-000000000003', 'location',
   'Our workshop is at the harbor, next to the blue boat house.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-41 days')),
  ('policy-3-9', '5b0c1d2e-0003-4a00-9000-000000000003', 'parking',
   'There is a bike rack at the door and a large parking lot across the road.',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-44 days'));

INSERT INTO faqs (id, business_id, topic, question, answer, tags, updated_at) VALUES
  ('faq-1-01', '5b0c1d2e-0001-4a00-9000-000000000001', 'cancellation', 'How do I cancel my visit?',
   'Call us or answer the text message that we send the day before.', '["cancel"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-15 days')),
  ('faq-1-02', '5b0c1d2e-0001-4a00-9000-000000000001', 'reschedule', 'Can I move my visit to another day?',
   'Yes, tell us the day you want and we will look for a free chair.', '["move", "change"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-17 days')),
  ('faq-1-03', '5b0c1d2e-0001-4a00-9000-000000000001', 'late arrival', 'What if I am running late?',
   'Please call us. We can wait ten minutes for you.', '["late", "traffic"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-19 days')),
  ('faq-1-04', '5b0c1d2e-0001-4a00-9000-000000000001', 'deposits', 'Why do you take a deposit for color?',
   'The deposit pays for the color that we mix for you.', '["color"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-21 days')),
  ('faq-1-05', '5b0c1d2e-0001-4a00-9000-000000000001', 'refunds', 'What if I do not like my haircut?',
   'Come back within one week and we will fix it for free.', '["fix"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-23 days')),
  ('faq-1-06', '5b0c1d2e-0001-4a00-9000-000000000001', 'pricing', 'Do long hair and short hair cost the same?',
   'Yes, a haircut costs the same for short and long hair.', '["price", "long hair"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-25 days')),
  ('faq-1-07', '5b0c1d2e-0001-4a00-9000-000000000001', 'hours', 'Do you open early for weddings?',
   'Yes, on Saturday we can open at eight for a wedding party.', '["wedding", "early"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-27 days')),
  ('faq-1-08', '5b0c1d2e-0001-4a00-9000-000000000001', 'location', 'Where are you?',
   'We are at twelve Maple Street, next to the book store.', '["address", "maple street"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-29 days')),
  ('faq-1-09', '5b0c1d2e-0001-4a00-9000-000000000001', 'parking', 'Where can I park?',
   'You can park for free behind the shop.', '["car"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-31 days')),
  ('faq-1-10', '5b0c1d2e-0001-4a00-9000-000000000001', 'pricing', 'Do you sell gift cards?',
   'Yes, we sell gift cards of any value at the desk.', '["gift card", "gift cards"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-33 days')),
  ('faq-2-01', '5b0c1d2e-0002-4a00-9000-000000000002', 'cancellation', 'How do I cancel my appointment?',
   'Call the front desk two days before your visit.', '["cancel"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-15 days')),
  ('faq-2-02', '5b0c1d2e-0002-4a00-9000-000000000002', 'reschedule', 'How do I change my appointment?',
   'Call the front desk and we will offer you three new times.', '["move", "change"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-17 days')),
  ('faq-2-03', '5b0c1d2e-0002-4a00-9000-000000000002', 'late arrival', 'What if I am late?',
   'Call us on the way. We can often still see you if you are ten minutes late.', '["late"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-19 days')),
  ('faq-2-04', '5b0c1d2e-0002-4a00-9000-000000000002', 'deposits', 'Do I get my deposit back?',
   'Yes, the deposit is part of the price and we take it off your bill.', '["deposit"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-21 days')),
  ('faq-2-05', '5b0c1d2e-0002-4a00-9000-000000000002', 'refunds', 'How long does a refund take?',
   'A refund takes about ten days to reach your card.', '["money"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-23 days')),
  ('faq-2-06', '5b0c1d2e-0002-4a00-9000-000000000002', 'pricing', 'Do you take insurance?',
   'Yes, we take most dental insurance plans.', '["insurance", "dental plan"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-25 days')),
  ('faq-2-07', '5b0c1d2e-0002-4a00-9000-000000000002', 'hours', 'Do you see patients on the weekend?',
   'No, we are closed on the weekend. Call the emergency number if you are in pain.', '["weekend", "emergency"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-27 days')),
  ('faq-2-08', '5b0c1d2e-0002-4a00-9000-000000000002', 'location', 'How do I find the clinic?',
   'Take the train to Lake Street. We are across from the station.', '["address", "train"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-29 days')),
  ('faq-2-09', '5b0c1d2e-0002-4a00-9000-000000000002', 'parking', 'Do you pay for parking?',
   'Yes, two hours in the garage are free for patients.', '["garage"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-31 days')),
  ('faq-2-10', '5b0c1d2e-0002-4a00-9000-000000000002', 'pricing', 'Does a cleaning hurt?',
   'No, a cleaning does not hurt. Tell us if you are worried.', '["pain", "hurt"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-33 days')),
  ('faq-3-01', '5b0c1d2e-0003-4a00-9000-000000000003', 'cancellation', 'Can I cancel a repair?',
   'Yes, you can cancel for free until we have started the work.', '["cancel"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-15 days')),
  ('faq-3-02', '5b0c1d2e-0003-4a00-9000-000000000003', 'reschedule', 'Can I bring my bike on another day?',
   'Yes, any day works. Just let us know in the morning.', '["move", "change"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-17 days')),
  ('faq-3-03', '5b0c1d2e-0003-4a00-9000-000000000003', 'late arrival', 'Can I pick up my bike late?',
   'Yes, we keep your bike safe for two weeks.', '["late", "pick up"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-19 days')),
  ('faq-3-04', '5b0c1d2e-0003-4a00-9000-000000000003', 'deposits', 'When do I pay a deposit?',
   'You only pay a deposit when we order parts for your bike.', '["parts"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-21 days')),
  ('faq-3-05', '5b0c1d2e-0003-4a00-9000-000000000003', 'refunds', 'What if the repair does not hold?',
   'We fix it again for free within thirty days.', '["fix"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-23 days')),
  ('faq-3-06', '5b0c1d2e-0003-4a00-9000-000000000003', 'pricing', 'How much is a tune up?',
   'A tune up costs eighty dollars and takes one day.', '["tune up", "price"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-25 days')),
  ('faq-3-07', '5b0c1d2e-0003-4a00-9000-000000000003', 'hours', 'How long does a repair take?',
   'Most repairs are ready the same day by five.', '["ready", "same day"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-27 days')),
  ('faq-3-08', '5b0c1d2e-0003-4a00-9000-000000000003', 'location', 'Where is the workshop?',
   'We are at the harbor, next to the blue boat house.', '["address", "harbor"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-29 days')),
  ('faq-3-09', '5b0c1d2e-0003-4a00-9000-000000000003', 'parking', 'Can I park a car near the workshop?',
   'Yes, there is a large parking lot across the road.', '["car"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-31 days')),
  ('faq-3-10', '5b0c1d2e-0003-4a00-9000-000000000003', 'pricing', 'Do you sell used bikes?',
   'Yes, we sell used bikes every spring.', '["used bikes"]',
   strftime('%Y-%m-%dT00:00:00Z', 'now', '-33 days'));

-- Calls of the last weeks; the first of each business is its known caller's.
INSERT INTO calls (id, business_id, call_sid, caller_phone, started_at, ended_at, duration_seconds, transcript, intent,
                   outcome, sentiment_score, confidence_score, recording_url, created_at)
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59),
place (number, business_id, area) AS (
  VALUES (1, '5b0c1d2e-0001-4a00-9000-000000000001', '212'), (2, '5b0c1d2e-0002-4a00-9000-000000000002', '312'),
         (3, '5b0c1d2e-0003-4a00-9000-000000000003', '415')
), made AS (
  SELECT *, strftime('%Y-%m-%dT%H:%M:%SZ', date('now'), '-' || (1 + i * 29 % 40) || ' days',
                     (15 + i * 5 % 7) || ' hours', (i * 17 % 60) || ' minutes') AS started,
         40 + i * 53 % 260 AS seconds
  FROM n, place
)
SELECT printf('call-%d-%02d', number, i), business_id,
       printf('CA%08x%08x%08x%08x', number, i * 2654435761 % 4294967296, i * 40503 % 65536, i),
       '+1' || area || '55501' || printf('%02d', CASE i WHEN 0 THEN 99 ELSE 10 + i * 7 % 40 END), started,
       strftime('%Y-%m-%dT%H:%M:%SZ', started, seconds || ' seconds'), seconds,
       'Caller: Hello, I would like to book a visit.',
       json_extract('["booking","hours","cancellation","pricing","question"]', '$[' || (i % 5) || ']'),
       json_extract('["booked","answered","message","answered"]', '$[' || (i % 4) || ']'),
       round(i * 37 % 100 / 100.0, 2), round(0.7 + i * 11 % 30 / 100.0, 2), NULL, started
FROM made;

-- Several hundred bookings over six weeks back and four ahead, never on a day of rest.
INSERT INTO bookings (id, business_id, call_id, customer_name, customer_phone, customer_email, service,
                      booking_datetime, duration_minutes, status, confirmed_at, price, customer_notes, internal_notes,
                      created_at, updated_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 160),
place (number, business_id, area, first_id, first_hour) AS (
  VALUES (1, '5b0c1d2e-0001-4a00-9000-000000000001', '212', 1000, 14),
         (2, '5b0c1d2e-0002-4a00-9000-000000000002', '312', 4000, 14),
         (3, '5b0c1d2e-0003-4a00-9000-000000000003', '415', 7000, 18)
), names (first, last) AS (
  VALUES ('["Anna","Ben","Carla","David","Emma","Frank","Grace","Henry","Iris","Jack"]',
          '["Adams","Baker","Carter","Davis","Evans","Foster","Green","Harris"]')
), days AS (
  SELECT *, i * 7 % 40 AS customer, date('now', (i * 13 % 70 - 42) || ' days') AS day FROM n, place
), opened AS (
  -- Sunday and Monday become Tuesday and Wednesday; the clinic's Saturday becomes Tuesday.
  SELECT *, CASE WHEN strftime('%w', day) IN ('0', '1') THEN date(day, '+2 days')
                 WHEN strftime('%w', day) = '6' AND number = 2 THEN date(day, '+3 days')
                 ELSE day END AS open_day
  FROM days
), timed AS (
  SELECT *, open_day || printf('T%02d:%02d:00Z', first_hour + i * 5 % 6, i % 2 * 30) AS at,
         i * 3 % json_array_length(b.services) AS pick
  FROM opened JOIN businesses AS b ON b.id = business_id
), decided AS (
  SELECT *, CASE WHEN at < strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
                 THEN CASE i % 10 WHEN 0 THEN 'cancelled' WHEN 1 THEN 'no_show' ELSE 'completed' END
                 ELSE CASE WHEN i % 9 = 0 THEN 'cancelled' WHEN i % 5 = 0 THEN 'pending' ELSE 'confirmed' END
            END AS state
  FROM timed
)
SELECT printf('%04d', first_id + i * 37 % 997), business_id,
       CASE WHEN i % 3 = 0 THEN printf('call-%d-%02d', number, 1 + i % 59) END,
       json_extract(first, '$[' || (customer % 10) || ']') || ' ' || json_extract(last, '$[' || (customer / 5) || ']'),
       '+1' || area || '55501' || printf('%02d', 10 + customer),
       lower(json_extract(first, '$[' || (customer % 10) || ']')) || customer || '@mail.example',
       json_extract(services, '$[' || pick || '].name'), at,
       json_extract(services, '$[' || pick || '].duration_minutes'), state,
       CASE WHEN state IN ('confirmed', 'completed') THEN min(strftime('%Y-%m-%dT%H:%M:%SZ', at, '-2 days'),
                                                               strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 days')) END,
       json_extract(services, '$[' || pick || '].price'),
       CASE i % 6 WHEN 0 THEN 'Please call before the visit.' WHEN 3 THEN 'First visit.' END,
       CASE i % 4 WHEN 0 THEN 'internal: pays late' WHEN 2 THEN 'internal: ask for the manager' END,
       min(strftime('%Y-%m-%dT%H:%M:%SZ', at, '-5 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 days')),
       min(strftime('%Y-%m-%dT%H:%M:%SZ', at, '-2 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 days'))
FROM decided, names;

-- The known callers: their latest booking is confirmed and in the week after next.
INSERT INTO bookings (id, business_id, call_id, customer_name, customer_phone, customer_email, service,
                      booking_datetime, duration_minutes, status, confirmed_at, price, customer_notes, internal_notes,
                      created_at, updated_at)
WITH place (number, business_id, name, area) AS (
  VALUES (1, '5b0c1d2e-0001-4a00-9000-000000000001', 'Rosa Miller', '212'),
         (2, '5b0c1d2e-0002-4a00-9000-000000000002', 'Peter Stone', '312'),
         (3, '5b0c1d2e-0003-4a00-9000-000000000003', 'Julia Brooks', '415')
), known (number, id, pick, at, state) AS (
  VALUES (1, '2416', 0, date('now', '+9 days', 'weekday 4') || 'T15:30:00Z', 'confirmed'),
         (1, '2583', 1, date('now', '+1 days', 'weekday 2') || 'T18:00:00Z', 'pending'),
         (1, '2907', 2, date('now', '-20 days', 'weekday 5') || 'T16:00:00Z', 'completed'),
         (1, '2102', 0, date('now', '-60 days', 'weekday 3') || 'T15:00:00Z', 'completed'),
         (1, '2103', 3, date('now', '-90 days', 'weekday 6') || 'T17:30:00Z', 'cancelled'),
         (1, '2104', 0, date('now', '-120 days', 'weekday 4') || 'T15:30:00Z', 'completed'),
         (2, '5138', 0, date('now', '+9 days', 'weekday 2') || 'T16:00:00Z', 'confirmed'),
         (2, '5642', 1, date('now', '+1 days', 'weekday 3') || 'T15:00:00Z', 'pending'),
         (2, '5879', 2, date('now', '-25 days', 'weekday 1') || 'T17:00:00Z', 'completed'),
         (2, '5102', 0, date('now', '-190 days', 'weekday 4') || 'T15:00:00Z', 'completed'),
         (2, '5103', 1, date('now', '-170 days', 'weekday 2') || 'T16:30:00Z', 'cancelled'),
         (2, '5104', 0, date('now', '-370 days', 'weekday 3') || 'T15:00:00Z', 'completed'),
         (3, '8275', 0, date('now', '+9 days', 'weekday 5') || 'T18:30:00Z', 'confirmed'),
         (3, '8461', 2, date('now', '+1 days', 'weekday 6') || 'T19:00:00Z', 'pending'),
         (3, '8093', 1, date('now', '-15 days', 'weekday 3') || 'T20:00:00Z', 'completed'),
         (3, '8102', 3, date('now', '-80 days', 'weekday 2') || 'T19:30:00Z', 'completed'),
         (3, '8103', 0, date('now', '-200 days', 'weekday 4') || 'T18:00:00Z', 'no_show'),
         (3, '8104', 0, date('now', '-380 days', 'weekday 5') || 'T18:00:00Z', 'completed')
)
SELECT known.id, business_id, printf('call-%d-00', number), place.name, '+1' || area || '5550199',
       lower(substr(place.name, 1, instr(place.name, ' ') - 1)) || '@mail.example',
       json_extract(services, '$[' || pick || '].name'), at,
       json_extract(services, '$[' || pick || '].duration_minutes'), state,
       CASE WHEN state IN ('confirmed', 'completed') THEN strftime('%Y-%m-%dT%H:%M:%SZ', at, '-14 days') END,
       json_extract(services, '$[' || pick || '].price'), NULL, 'internal: known caller of the demo',
       strftime('%Y-%m-%dT%H:%M:%SZ', at, '-20 days'), strftime('%Y-%m-%dT%H:%M:%SZ', at, '-14 days')
FROM known JOIN place USING (number) JOIN businesses AS b ON b.id = business_id;

-- The holidays of the year ahead: closed, but for the morning of Christmas Eve.
INSERT INTO holidays (id, business_id, date, name, open, close)
WITH place (number, business_id) AS (
  VALUES (1, '5b0c1d2e-0001-4a00-9000-000000000001'), (2, '5b0c1d2e-0002-4a00-9000-000000000002'),
         (3, '5b0c1d2e-0003-4a00-9000-000000000003')
), yearly (pick, day, name, open, close) AS (
  VALUES (1, '-01-01', 'New Year''s Day', NULL, NULL), (2, '-07-04', 'Independence Day', NULL, NULL),
         (3, '-12-24', 'Christmas Eve', '09:00', '13:00'), (4, '-12-25', 'Christmas Day', NULL, NULL)
), coming AS (
  SELECT *, strftime('%Y', 'now') || day AS this_year FROM yearly
)
SELECT printf('holiday-%d-%d', number, pick), business_id,
       CASE WHEN this_year >= date('now', '-1 days') THEN this_year ELSE date(this_year, '+1 years') END, name, open, close
FROM coming, place;

-- The coming two weeks: four times a day for each service, two of three free, none on a day of rest or a holiday.
INSERT INTO availability (id, business_id, service, start_time, end_time, is_available)
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 13),
slot (s) AS (VALUES (0), (1), (2), (3)),
place (number, business_id, first_hour) AS (
  VALUES (1, '5b0c1d2e-0001-4a00-9000-000000000001', 15), (2, '5b0c1d2e-0002-4a00-9000-000000000002', 15),
         (3, '5b0c1d2e-0003-4a00-9000-000000000003', 18)
), days AS (
  SELECT *, date('now', i || ' days') AS day FROM n, slot, place
), made AS (
  SELECT number, business_id, i, s, service.key AS pick, json_extract(service.value, '$.name') AS name,
         json_extract(service.value, '$.duration_minutes') AS minutes,
         day || printf('T%02d:%02d:00Z', first_hour + s + s / 2, (service.key % 2) * 30) AS at
  FROM days JOIN businesses AS b ON b.id = business_id, json_each(b.services) AS service
  WHERE strftime('%w', day) <> '0'
    AND NOT (strftime('%w', day) = '1' AND number IN (1, 3))
    AND NOT (strftime('%w', day) = '6' AND number = 2)
    AND NOT EXISTS (SELECT h.id FROM holidays AS h
                    WHERE h.business_id = b.id AND h.date = days.day AND h.open IS NULL)
)
SELECT printf('slot-%d-%02d-%d-%d', number, i, pick, s), business_id, name, at,
       strftime('%Y-%m-%dT%H:%M:%SZ', at, minutes || ' minutes'), (i + s + pick) % 3 <> 0
FROM made;
