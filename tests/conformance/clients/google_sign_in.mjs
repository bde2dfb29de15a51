// Sign-in with PKCE, refreshing, revoking, and what a token may.
import { check, expect, expectEqual } from './kit.mjs';
import {
  askConsent, calendarOf, connect, decode, everything, home, mailOf, makeOAuth, rawMail, redirectUri, refusal,
  shown, stats, url, useScript, visit, work,
} from './google_kit.mjs';

const readonly = 'https://www.googleapis.com/auth/gmail.readonly';

check('a code with PKCE becomes tokens that say whose they are', async () => {
  const oauth = makeOAuth('client-pkce');
  const { code, codeVerifier, answer } = await askConsent(oauth, { account: home });

  const { tokens } = await oauth.getToken({ code, codeVerifier });

  expectEqual(answer.get('state'), 'state 1/2', 'state');
  expectEqual(tokens.token_type, 'Bearer', 'type');
  expect(tokens.refresh_token && tokens.expiry_date > Date.now() + 3500000, JSON.stringify(tokens));
  const claims = JSON.parse(decode(tokens.id_token.split('.')[1]));
  expectEqual([claims.email, claims.aud], [home, 'client-pkce'], 'id token');
  oauth.setCredentials(tokens);
  const { data } = await oauth.request({ url: `${url}/oauth2/v3/userinfo` });
  expectEqual([data.email, data.sub, data.email_verified], [home, claims.sub, true], 'user');
  const info = await oauth.getTokenInfo(tokens.access_token);
  expectEqual([info.email, info.aud], [home, 'client-pkce'], 'token info');
  expect(info.scopes.includes('https://mail.google.com/'), `${info.scopes}`);
});

check('a code is refused a second time, with another verifier and without one', async () => {
  const oauth = makeOAuth();
  const first = await askConsent(oauth);
  const other = await askConsent(oauth);

  const mismatch = await refusal(oauth.getToken({ code: first.code, codeVerifier: other.codeVerifier }));
  const missing = await refusal(oauth.getToken(first.code));
  await oauth.getToken({ code: first.code, codeVerifier: first.codeVerifier });
  const again = await refusal(oauth.getToken({ code: first.code, codeVerifier: first.codeVerifier }));
  const madeUp = await refusal(oauth.getToken({ code: '4/0made-up', codeVerifier: first.codeVerifier }));

  expectEqual(mismatch.response.data, { error: 'invalid_grant', error_description: 'Invalid code verifier.' }, 'mismatch');
  expectEqual(missing.response.data.error_description, 'Missing code verifier.', 'missing');
  expectEqual([again, madeUp].map((error) => [error.status, error.response.data.error]),
    [[400, 'invalid_grant'], [400, 'invalid_grant']], 'used and made up');
});

check('a code belongs to its client and its redirect address', async () => {
  const { code, codeVerifier } = await askConsent(makeOAuth('client-a'));

  const stranger = await refusal(makeOAuth('client-b').getToken({ code, codeVerifier }));
  const elsewhere = await refusal(
    makeOAuth('client-a').getToken({ code, codeVerifier, redirect_uri: `${redirectUri}/other` }));

  expectEqual(stranger.response.data.error, 'invalid_grant', 'stranger');
  expectEqual(elsewhere.response.data.error, 'redirect_uri_mismatch', 'elsewhere');
});

check('an expired token is refreshed by the client itself', async () => {
  const oauth = await connect(home);
  const before = oauth.credentials.access_token;
  oauth.setCredentials({ ...oauth.credentials, expiry_date: Date.now() - 1000 });

  const { data } = await mailOf(oauth).getProfile({ userId: 'me' });

  expectEqual(data.emailAddress, home, 'address');
  expect(oauth.credentials.access_token !== before, 'the token is the old one');
  expect((await stats()).refreshes >= 1, 'no refresh was counted');
});

check('a 401 makes the client refresh and ask again', async () => {
  const oauth = await connect();
  delete oauth.credentials.expiry_date;
  oauth.forceRefreshOnFailure = true;
  await useScript('faults: [{path: /gmail/v1, status: 401}]');

  const { data } = await mailOf(oauth).getProfile({ userId: 'me' });

  expectEqual(data.emailAddress, work, 'address');
  expectEqual((await stats()).calls.slice(-2).map((call) => call.status), [401, 200], 'statuses');
  await useScript('');
});

check('revoking ends every token of the account, and the next consent gives a refresh token again', async () => {
  const oauth = await connect(work, everything, 'client-revoked');
  const { refresh_token: refreshToken, access_token: accessToken } = oauth.credentials;

  await oauth.revokeToken(accessToken);

  oauth.setCredentials({ access_token: accessToken });
  expectEqual(shown(await refusal(mailOf(oauth).getProfile({ userId: 'me' }))),
    { status: 401, reason: 'authError', word: 'UNAUTHENTICATED' }, 'the access token');
  oauth.setCredentials({ refresh_token: refreshToken });
  expectEqual((await refusal(oauth.getAccessToken())).response.data,
    { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }, 'the refresh token');
  const revokedAgain = await refusal(oauth.revokeToken(accessToken));
  expectEqual([revokedAgain.status, revokedAgain.response.data.error], [400, 'invalid_token'], 'a second time');
  const again = await askConsent(oauth, { prompt: undefined });
  const { tokens } = await oauth.getToken({ code: again.code, codeVerifier: again.codeVerifier });
  expect(tokens.refresh_token, 'no refresh token');
  const third = await askConsent(oauth, { prompt: undefined });
  const more = await oauth.getToken({ code: third.code, codeVerifier: third.codeVerifier });
  expect(!more.tokens.refresh_token, 'a refresh token without prompt=consent');
});

check('who says no, and a wrong request, are told as they are', async () => {
  await useScript('consent: {deny: true}');
  const { answer } = await askConsent(makeOAuth());
  expectEqual([answer.get('error'), answer.get('state')], ['access_denied', 'state 1/2'], 'denied');
  await useScript('');

  const page = await visit(makeOAuth().generateAuthUrl({ scope: ['https://www.googleapis.com/auth/none'] }));
  expectEqual([page.status, page.location], [400, null], 'an unknown scope');
  expect(page.text.includes('invalid_scope'), page.text);
  const noClient = await visit(`${url}/o/oauth2/v2/auth?response_type=code&scope=email`);
  expect(noClient.status === 400 && noClient.text.includes('client_id'), noClient.text);
});

check('only what was granted may be done', async () => {
  await useScript(`consent: {scopes: "${readonly}"}`);
  const oauth = makeOAuth('client-narrow');
  const { code, codeVerifier, answer } = await askConsent(oauth, { scope: [readonly, 'https://www.googleapis.com/auth/calendar'] });
  const { tokens } = await oauth.getToken({ code, codeVerifier });
  oauth.setCredentials({ access_token: tokens.access_token });
  await useScript('');

  expectEqual([answer.get('scope'), tokens.scope], [readonly, readonly], 'scope');
  expect((await mailOf(oauth).messages.list({ userId: 'me' })).data.messages.length > 5, 'no mail');
  const wanted = { status: 403, reason: 'insufficientPermissions', word: 'PERMISSION_DENIED' };
  const sending = await refusal(mailOf(oauth).messages.send({ userId: 'me', requestBody: { raw: rawMail({}) } }));
  expectEqual(shown(sending), wanted, 'sending');
  expectEqual(sending.response.data.error.details[0].reason, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'details');
  expectEqual(shown(await refusal(calendarOf(oauth).events.list({ calendarId: 'primary' }))), wanted, 'events');
});

check('without a token, and with one that is made up, nothing is told', async () => {
  const none = await fetch(`${url}/gmail/v1/users/me/profile`);
  expectEqual([none.status, (await none.json()).error.errors[0].reason], [401, 'required'], 'none');
  const oauth = makeOAuth();
  oauth.setCredentials({ access_token: 'ya29.made-up' });
  expectEqual(shown(await refusal(calendarOf(oauth).calendarList.list())),
    { status: 401, reason: 'authError', word: 'UNAUTHENTICATED' }, 'made up');
});
