// Calendar over Google's own client, and how refusals look.
import { check, expect, expectEqual } from './kit.mjs';
import {
  calendarOf, connect, home, refusal, shown, stats, useScript, work,
} from './google_kit.mjs';

const day = 24 * 60 * 60 * 1000;
const inDays = (days, hour = 0) => {
  const at = new Date(Date.now() + days * day);
  at.setUTCHours(hour, 0, 0, 0);
  return at.toISOString();
};

check('events are listed by time, expanded, by pages and by words', async () => {
  const { events, calendarList } = calendarOf(await connect());
  const calendars = (await calendarList.list()).data.items;
  expectEqual(calendars.map((one) => [one.primary ?? false, one.accessRole]),
    [[true, 'owner'], [false, 'owner'], [false, 'reader']], 'calendars');
  const range = { calendarId: 'primary', timeMin: inDays(-3), timeMax: inDays(8), singleEvents: true, orderBy: 'startTime' };

  const { data } = await events.list(range);
  const starts = data.items.map((one) => Date.parse(one.start.dateTime ?? one.start.date));
  expectEqual(starts, [...starts].sort((a, b) => a - b), 'order');
  const rounds = data.items.filter((one) => one.summary === 'Team round');
  expect(rounds.length >= 4 && rounds.every((one) => one.recurringEventId && one.originalStartTime), 'no series');
  expectEqual([data.kind, data.timeZone, data.accessRole], ['calendar#events', 'Europe/Amsterdam', 'owner'], 'list');
  const paged = [];
  let pageToken;
  do {
    const page = (await events.list({ ...range, maxResults: 3, pageToken })).data;
    paged.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken);
  expectEqual(paged, data.items, 'pages');
  const { data: found } = await events.list({ ...range, q: 'northquay freight' });
  expectEqual(found.items.map((one) => one.summary), ['Review of the spring order'], 'words');
  expectEqual((await refusal(events.list({ ...range, singleEvents: false }))).status, 400, 'an order that is none');
  expectEqual(shown(await refusal(events.list({ ...range, timeMin: 'yesterday' }))).status, 400, 'no moment');
});

check('an event is made, changed, moved and deleted', async () => {
  const auth = await connect();
  const { events, calendarList } = calendarOf(auth);
  const { data: made } = await events.insert({
    calendarId: 'primary', sendUpdates: 'all', conferenceDataVersion: 1,
    requestBody: {
      summary: 'Planning', start: { dateTime: '2031-03-03T10:00:00', timeZone: 'Europe/Amsterdam' },
      end: { dateTime: '2031-03-03T09:30:00Z' }, attendees: [{ email: 'marek@work.example' }],
      conferenceData: { createRequest: { requestId: 'request-1', conferenceSolutionKey: { type: 'hangoutsMeet' } } },
    },
  });
  expectEqual([made.start.dateTime, made.end.dateTime], ['2031-03-03T10:00:00+01:00', '2031-03-03T10:30:00+01:00'], 'times');
  expectEqual([made.organizer.email, made.organizer.self, made.status], [work, true, 'confirmed'], 'organizer');
  expectEqual(made.attendees, [{ email: 'marek@work.example', responseStatus: 'needsAction' }], 'attendees');
  expect(made.hangoutLink.startsWith('https://meet.google.com/'), made.hangoutLink);
  expectEqual((await stats()).calls.at(-1).request_id, 'request-1', 'request id');

  const { data: patched } = await events.patch(
    { calendarId: work, eventId: made.id, requestBody: { location: 'Room 1', attendees: null } });
  expectEqual([patched.summary, patched.location, patched.attendees], ['Planning', 'Room 1', undefined], 'patched');
  expect(patched.etag !== made.etag, 'the same ETag');
  const stale = refusal(events.patch(
    { calendarId: 'primary', eventId: made.id, requestBody: { summary: 'Late' } }, { headers: { 'If-Match': made.etag } }));
  expectEqual(shown(await stale), { status: 412, reason: 'conditionNotMet', word: 'FAILED_PRECONDITION' }, 'a stale ETag');
  const whole = { summary: 'Whole days', start: { date: '2031-03-03' }, end: { date: '2031-03-05' } };
  const { data: updated } = await events.update({ calendarId: 'primary', eventId: made.id, requestBody: whole });
  expectEqual([updated.start, updated.location, updated.sequence], [{ date: '2031-03-03' }, undefined, 1], 'updated');

  const team = (await calendarList.list()).data.items[1].id;
  await events.move({ calendarId: 'primary', eventId: made.id, destination: team });
  expectEqual((await events.get({ calendarId: team, eventId: made.id })).data.organizer.email, team, 'moved');
  expectEqual((await events.delete({ calendarId: team, eventId: made.id })).status, 204, 'deleted');
  expectEqual((await events.get({ calendarId: team, eventId: made.id })).data.status, 'cancelled', 'status');
  expectEqual(shown(await refusal(events.delete({ calendarId: team, eventId: made.id }))),
    { status: 410, reason: 'deleted', word: 'FAILED_PRECONDITION' }, 'a second time');
});

check('an event with an id of the client is made once', async () => {
  const { events } = calendarOf(await connect());
  const requestBody = {
    id: `c${Date.now()}`, summary: 'Once', start: { dateTime: inDays(400, 9) }, end: { dateTime: inDays(400, 10) },
  };
  await events.insert({ calendarId: 'primary', requestBody });

  const again = await refusal(events.insert({ calendarId: 'primary', requestBody }));

  expectEqual(shown(again), { status: 409, reason: 'duplicate', word: 'ALREADY_EXISTS' }, 'again');
});

check('one time of a series is changed and another is deleted', async () => {
  const { events } = calendarOf(await connect());
  const { data: series } = await events.insert({
    calendarId: 'primary',
    requestBody: {
      summary: 'Rounds', start: { dateTime: '2031-03-24T09:00:00', timeZone: 'Europe/Amsterdam' },
      end: { dateTime: '2031-03-24T09:15:00', timeZone: 'Europe/Amsterdam' }, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'],
    },
  });
  const range = { calendarId: 'primary', eventId: series.id };
  const { data: before } = await events.instances(range);
  // The clocks change on the 30th of March: nine o'clock stays nine o'clock.
  expectEqual(before.items.map((one) => one.start.dateTime),
    ['2031-03-24T09:00:00+01:00', '2031-03-31T09:00:00+02:00', '2031-04-07T09:00:00+02:00'], 'times');
  expectEqual(before.items[1].id, `${series.id}_20310331T070000Z`, 'id');

  await events.patch({ calendarId: 'primary', eventId: before.items[1].id, requestBody: { summary: 'Long round' } });
  await events.delete({ calendarId: 'primary', eventId: before.items[2].id });

  const { data: after } = await events.instances(range);
  expectEqual(after.items.map((one) => one.summary), ['Rounds', 'Long round'], 'summaries');
  await events.delete({ calendarId: 'primary', eventId: series.id });
  const left = await events.list({ calendarId: 'primary', timeMin: '2031-03-20T00:00:00Z', timeMax: '2031-04-20T00:00:00Z' });
  expectEqual(left.data.items.filter((one) => /round/.test(one.summary.toLowerCase()) && one.summary !== 'Team round'),
    [], 'left');
});

check('a broken event is refused with the reason', async () => {
  const { events } = calendarOf(await connect());
  const at = (dateTime) => ({ dateTime });
  const tries = {
    'Missing end time.': { start: at(inDays(1)) },
    'The specified time range is empty.': { start: at(inDays(2)), end: at(inDays(1)) },
    'Missing time zone definition for start time.': { start: at('2031-01-01T10:00:00'), end: at('2031-01-01T11:00:00') },
    'Invalid attendee email.': { start: at(inDays(1, 1)), end: at(inDays(1, 2)), attendees: [{ email: 'marek' }] },
    'Start and end times must either both be date or both be dateTime.': { start: { date: '2031-01-01' }, end: at(inDays(9999)) },
  };
  for (const [message, requestBody] of Object.entries(tries)) {
    const error = await refusal(events.insert({ calendarId: 'primary', requestBody }));
    expectEqual([error.status, error.message], [400, message], 'refusal');
  }
  const { data } = await calendarOf(await connect()).calendarList.list();
  const holidays = data.items.find((one) => one.accessRole === 'reader').id;
  const foreign = await refusal(events.insert({ calendarId: holidays, requestBody: { start: { date: '2031-01-01' }, end: { date: '2031-01-02' } } }));
  expectEqual(shown(foreign), { status: 403, reason: 'requiredAccessLevel', word: 'PERMISSION_DENIED' }, 'a calendar to read');
});

check('free and busy times are joined, what is free does not count', async () => {
  const { events, freebusy } = calendarOf(await connect());
  const add = (start, end, more = {}) => events.insert({
    calendarId: 'primary', requestBody: { summary: 'Busy', start: { dateTime: start }, end: { dateTime: end }, ...more },
  });
  await add('2032-05-04T08:00:00Z', '2032-05-04T09:00:00Z');
  await add('2032-05-04T08:30:00Z', '2032-05-04T10:00:00Z');
  await add('2032-05-04T12:00:00Z', '2032-05-04T13:00:00Z', { transparency: 'transparent' });

  const { data } = await freebusy.query({
    requestBody: { timeMin: '2032-05-04T09:30:00+02:00', timeMax: '2032-05-05T00:00:00Z', items: [{ id: 'primary' }, { id: home }] },
  });

  // 2032-05-04 is a Tuesday: the team's round is at half past nine in Amsterdam.
  expectEqual(data.calendars.primary.busy, [{ start: '2032-05-04T07:30:00Z', end: '2032-05-04T10:00:00Z' }], 'busy');
  expectEqual(data.calendars[home].errors, [{ domain: 'global', reason: 'notFound' }], 'another account');
});

check('a client that repeats what may be repeated gets through a bad moment', async () => {
  const { events } = calendarOf(await connect());
  await useScript('faults: [{path: /calendar/v3, method: GET, status: 503, times: 2}]');

  const { data } = await events.list({ calendarId: 'primary' });

  expect(data.items.length > 3, 'no events');
  const { calls } = await stats();
  const lists = calls.filter((call) => call.method === 'GET' && call.path.endsWith('/events'));
  expectEqual(lists.slice(-3).map((call) => call.status), [503, 503, 200], 'statuses');
  await useScript('');
});
