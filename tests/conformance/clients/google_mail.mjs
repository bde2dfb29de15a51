// Gmail over Google's own client, and how refusals look.
import { check, expect, expectEqual } from './kit.mjs';
import {
  calendarOf, connect, decode, encode, headerOf, home, mailOf, makeOAuth, post, rawMail, refusal, shown, stats,
  useScript, work,
} from './google_kit.mjs';

check('messages are listed by pages, newest first, and found by a query', async () => {
  const mail = mailOf(await connect());
  const all = (await mail.messages.list({ userId: 'me' })).data;
  const seen = [];
  let pageToken;
  do {
    const { data } = await mail.messages.list({ userId: 'me', maxResults: 4, pageToken });
    expect(data.messages.length <= 4, 'a long page');
    seen.push(...data.messages);
    pageToken = data.nextPageToken;
  } while (pageToken);
  expectEqual(seen, all.messages, 'pages');
  expectEqual(all.resultSizeEstimate, all.messages.length, 'estimate');

  const subjects = async (q, more = {}) => {
    const { data } = await mail.messages.list({ userId: 'me', q, ...more });
    const found = (data.messages ?? []).map(({ id }) => mail.messages.get(
      { userId: 'me', id, format: 'metadata', metadataHeaders: ['Subject'] }));
    return (await Promise.all(found)).map((one) => headerOf(one.data, 'Subject'));
  };
  expectEqual(await subjects('from:anna.visser@northquay.example'), ['Offer for the spring order'], 'from');
  expectEqual(await subjects('from:marek is:unread'), ['Numbers for the board'], 'unread');
  expectEqual(await subjects('subject:delivery newer_than:1d'), ['Re: Delivery of last week'], 'newer');
  expectEqual(await subjects('"credit note" OR crane', { labelIds: ['INBOX'] }),
    ['Re: Delivery of last week', 'This week on the quays'], 'words');
  expectEqual(await subjects('rechnung'), ['Rückfrage zur Rechnung 4711'], 'a coded word');
  expectEqual(await subjects('bank details'), [], 'spam');
  expectEqual(await subjects('in:spam'), ['You have won'], 'in spam');
  expectEqual(await subjects('has:attachment filename:offer'), ['Offer for the spring order'], 'attachment');
  const bad = await refusal(mail.messages.list({ userId: 'me', pageToken: 'zzz' }));
  expectEqual([bad.status, bad.message], [400, 'Invalid pageToken'], 'a bad page');
});

check('a message has every format, its parts and its attachment', async () => {
  const mail = mailOf(await connect());
  const { data: list } = await mail.messages.list({ userId: 'me', q: 'has:attachment from:anna' });
  const id = list.messages[0].id;
  const get = async (format) => (await mail.messages.get({ userId: 'me', id, format })).data;

  const full = await get('full');
  expectEqual(full.payload.mimeType, 'multipart/mixed', 'type');
  expect(decode(full.payload.parts[0].body.data).startsWith('Hello,'), 'no text');
  expect(full.labelIds.includes('UNREAD') && full.snippet.startsWith('Hello, the offer'), full.snippet);
  const file = full.payload.parts[1];
  expectEqual([file.filename, file.mimeType, file.partId], ['offer-spring.pdf', 'application/pdf', '1'], 'file');
  const { data: content } = await mail.messages.attachments.get(
    { userId: 'me', messageId: id, id: file.body.attachmentId });
  expect(decode(content.data).startsWith('%PDF'), 'no file');
  expectEqual(content.size, file.body.size, 'size');
  expect(decode((await get('raw')).raw).includes('Subject: Offer for the spring order'), 'no raw');
  const minimal = await get('minimal');
  expectEqual([minimal.payload, minimal.raw, minimal.threadId], [undefined, undefined, full.threadId], 'minimal');
  expectEqual((await refusal(get('wide'))).status, 400, 'an unknown format');
});

check('a mail to another account is sent, arrives, and its answer is in one thread', async () => {
  const mail = mailOf(await connect());
  const theirs = mailOf(await connect(home));
  const subject = '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=';
  const { data: sent } = await mail.messages.send(
    { userId: 'me', requestBody: { raw: rawMail({ to: `Me <${home}>`, subject, text: 'From the office.' }) } },
    { headers: { 'Idempotency-Key': 'key-1' } });
  expectEqual(sent.labelIds, ['SENT'], 'labels');

  const { data: found } = await theirs.messages.list({ userId: 'me', q: 'subject:grüße in:inbox' });
  const { data: arrived } = await theirs.messages.get({ userId: 'me', id: found.messages[0].id });
  expectEqual(headerOf(arrived, 'From'), 'John Work <john@work.example>', 'from');
  expect(arrived.id !== sent.id, 'one id in two boxes');
  const messageId = headerOf(arrived, 'Message-ID');
  const answer = rawMail({ to: work, subject: `Re: ${subject}`, more: `In-Reply-To: ${messageId}\r\n` });
  await theirs.messages.send({ userId: 'me', requestBody: { raw: answer, threadId: arrived.threadId } });

  const { data: thread } = await mail.threads.get({ userId: 'me', id: sent.threadId, format: 'metadata' });
  expectEqual(thread.messages.map((one) => one.labelIds.includes('SENT')), [true, false], 'thread');
  expectEqual((await theirs.threads.get({ userId: 'me', id: arrived.threadId })).data.messages.length, 2, 'their thread');
  const counted = await stats();
  expectEqual(counted.sends_by_idempotency_key['key-1'], 1, 'sends of the key');
  expectEqual(counted.sent.find((one) => one.id === sent.id).message_id, messageId, 'record');
});

check('a draft is made, listed, changed and sent once', async () => {
  const mail = mailOf(await connect());
  const { data: draft } = await mail.drafts.create(
    { userId: 'me', requestBody: { message: { raw: rawMail({ subject: 'First words' }) } } });
  expectEqual(draft.message.labelIds, ['DRAFT'], 'labels');
  const listed = (await mail.drafts.list({ userId: 'me', q: 'subject:first' })).data.drafts;
  expectEqual(listed.map((one) => one.id), [draft.id], 'list');

  await mail.drafts.update(
    { userId: 'me', id: draft.id, requestBody: { message: { raw: rawMail({ subject: 'Second words' }) } } });
  const { data: read } = await mail.drafts.get({ userId: 'me', id: draft.id });
  expectEqual(headerOf(read.message, 'Subject'), 'Second words', 'subject');
  const { data: sent } = await mail.drafts.send({ userId: 'me', requestBody: { id: draft.id } });

  expectEqual(sent.labelIds, ['SENT'], 'labels of what was sent');
  expectEqual(shown(await refusal(mail.drafts.send({ userId: 'me', requestBody: { id: draft.id } }))),
    { status: 404, reason: 'notFound', word: 'NOT_FOUND' }, 'a second time');
});

check('mail is archived, read, put into the trash and deleted', async () => {
  const mail = mailOf(await connect());
  const made = await post('/sim/mail', JSON.stringify({ to: work, from: 'a@b.example', subject: 'Short', text: 'Life' }));
  const modify = (requestBody) => mail.messages.modify({ userId: 'me', id: made.id, requestBody });

  const { data: archived } = await modify({ removeLabelIds: ['INBOX', 'UNREAD'], addLabelIds: ['STARRED'] });
  expectEqual(archived.labelIds.sort(), ['CATEGORY_PERSONAL', 'STARRED'], 'archived');
  expectEqual((await refusal(modify({ addLabelIds: ['NONE'] }))).message, 'Invalid label: NONE', 'no such label');
  const { data: trashed } = await mail.messages.trash({ userId: 'me', id: made.id });
  expect(trashed.labelIds.includes('TRASH'), `${trashed.labelIds}`);
  const found = async (q) => (await mail.messages.list({ userId: 'me', q })).data.messages ?? [];
  expectEqual((await found('subject:short')).length, 0, 'found outside of the trash');
  expectEqual((await found('subject:short in:trash')).length, 1, 'found in the trash');

  expectEqual((await mail.messages.delete({ userId: 'me', id: made.id })).status, 204, 'deleted');

  expectEqual((await refusal(mail.messages.get({ userId: 'me', id: made.id }))).status, 404, 'gone');
});

check('labels and the profile are there', async () => {
  const mail = mailOf(await connect());

  const { data } = await mail.labels.list({ userId: 'me' });

  expect(data.labels.some((label) => label.id === 'INBOX' && label.type === 'system'), 'no INBOX');
  expect(data.labels.some((label) => label.name === 'Invoices' && label.type === 'user'), 'no label of the user');
  expect((await mail.labels.get({ userId: 'me', id: 'UNREAD' })).data.messagesTotal > 2, 'nothing unread');
  expectEqual((await mail.getProfile({ userId: work })).data.emailAddress, work, 'profile');
});

check('another account is out of reach', async () => {
  const mail = mailOf(await connect());
  const theirs = mailOf(await connect(home));
  const { data } = await theirs.messages.list({ userId: 'me', maxResults: 1 });

  const notFound = { status: 404, reason: 'notFound', word: 'NOT_FOUND' };
  expectEqual(shown(await refusal(mail.messages.get({ userId: 'me', id: data.messages[0].id }))), notFound, 'mail');
  expectEqual((await refusal(mail.getProfile({ userId: home }))).status, 403, 'user');
  const events = calendarOf(await connect()).events;
  expectEqual(shown(await refusal(events.list({ calendarId: home }))), notFound, 'calendar');
});

check('what cannot be sent is refused with the reason', async () => {
  const mail = mailOf(await connect());
  const send = (requestBody) => refusal(mail.messages.send({ userId: 'me', requestBody }));

  expectEqual((await send({ raw: encode('Subject: nobody\r\n\r\nHi') })).message, 'Recipient address required', 'nobody');
  expectEqual((await send({ raw: rawMail({ to: 'not an address' }) })).message, 'Invalid To header', 'no address');
  expect((await send({})).message.includes('RFC822'), 'nothing');
  expectEqual((await send({ raw: rawMail({}), threadId: 'ffff' })).status, 404, 'no such thread');
});

check('faults of the service reach the program as they are', async () => {
  const mail = mailOf(await connect());
  const once = { retry: false };
  await useScript(`
faults:
  - {path: /gmail/v1/users/me/labels, status: 429, retry_after: 7}
  - {path: /gmail/v1/users/me/labels, status: 500}
  - {path: /gmail/v1/users/me/messages/send, status: 503, after: true}
  - {path: /gmail/v1/users/me/profile, delay_ms: 300}
  - {path: /token, status: 400, reason: invalid_grant}
`);

  const limited = await refusal(mail.labels.list({ userId: 'me' }, once));
  const broken = await refusal(mail.labels.list({ userId: 'me' }, once));
  const before = (await stats()).sends;
  const lost = await refusal(mail.messages.send({ userId: 'me', requestBody: { raw: rawMail({}) } }, once));
  const late = await refusal(mail.getProfile({ userId: 'me' }, { ...once, timeout: 100 }));
  const grant = await refusal(makeOAuth().getToken({ code: 'x', codeVerifier: 'y' }));

  expectEqual(shown(limited), { status: 429, reason: 'rateLimitExceeded', word: 'RESOURCE_EXHAUSTED' }, 'limited');
  expectEqual(limited.response.headers.get('retry-after'), '7', 'Retry-After');
  expectEqual(shown(broken), { status: 500, reason: 'backendError', word: 'INTERNAL' }, 'broken');
  expectEqual([lost.status, (await stats()).sends], [503, before + 1], 'sent, and its answer lost');
  expect(/abort|timeout/i.test(`${late.message} ${late.code}`), `${late.message}`);
  expectEqual(grant.response.data.error, 'invalid_grant', 'a grant');
  expect((await stats()).injected_faults >= 5, 'faults were not counted');
  await useScript('');
});
