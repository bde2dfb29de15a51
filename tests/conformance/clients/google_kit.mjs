// A connected account over Google's own clients: sign-in with PKCE, Gmail, Calendar.
//
// GOOGLE_URL   http://HOST:PORT of `callosum-sim google --consent auto`
import { readFileSync } from 'node:fs';
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library';
import { gmail } from '@googleapis/gmail';
import { calendar } from '@googleapis/calendar';
import { expect } from './kit.mjs';

export const url = process.env.GOOGLE_URL ?? '';
const versionOf = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
export const title = `@googleapis/gmail ${versionOf('@googleapis/gmail')}, calendar ${versionOf('@googleapis/calendar')}`;

export const work = 'john@work.example';
export const home = 'john@home.example';
export const redirectUri = 'http://127.0.0.1:9/callback';
export const everything = [
  'openid', 'email', 'profile', 'https://mail.google.com/', 'https://www.googleapis.com/auth/calendar',
];

export const makeOAuth = (clientId = 'client-1') => new OAuth2Client({
  clientId, clientSecret: 'secret-1', redirectUri,
  endpoints: {
    oauth2AuthBaseUrl: `${url}/o/oauth2/v2/auth`, oauth2TokenUrl: `${url}/token`,
    oauth2RevokeUrl: `${url}/revoke`, tokenInfoUrl: `${url}/tokeninfo`,
  },
});

/// Where the browser is sent back to, without following it there.
export async function visit(address) {
  const response = await fetch(address, { redirect: 'manual' });
  const location = response.headers.get('location');
  return { status: response.status, text: await response.text(), location: location ? new URL(location) : null };
}

/// Asks for consent: what is needed to exchange the code that comes back.
export async function askConsent(oauth, { account = work, scope = everything, ...more } = {}) {
  const { codeVerifier, codeChallenge } = await oauth.generateCodeVerifierAsync();
  const address = oauth.generateAuthUrl({
    access_type: 'offline', scope, state: 'state 1/2', prompt: 'consent', login_hint: account,
    code_challenge: codeChallenge, code_challenge_method: CodeChallengeMethod.S256, ...more,
  });
  const { location } = await visit(address);
  expect(location?.href.startsWith(redirectUri), `sent to ${location}`);
  return { codeVerifier, answer: location.searchParams, code: location.searchParams.get('code') };
}

/// A client with the tokens of an account.
export async function connect(account = work, scope = everything, clientId = 'client-1') {
  const oauth = makeOAuth(clientId);
  const { code, codeVerifier } = await askConsent(oauth, { account, scope });
  const { tokens } = await oauth.getToken({ code, codeVerifier });
  oauth.setCredentials(tokens);
  return oauth;
}

export const mailOf = (auth) => gmail({ version: 'v1', auth, rootUrl: `${url}/` }).users;
export const calendarOf = (auth) => calendar({ version: 'v3', auth, rootUrl: `${url}/` });

export async function post(path, body) {
  const response = await fetch(url + path, { method: 'POST', body });
  const text = await response.text();
  expect(response.ok, `${path}: ${text}`);
  return JSON.parse(text);
}
export const useScript = (yaml) => post('/sim/script', yaml);
export const stats = async () => (await fetch(`${url}/sim/stats`)).json();

/// The error that the client shows for a call which must fail.
export async function refusal(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  return expect(false, 'it was not refused');
}
/// What of it a program looks at.
export const shown = (error) => ({
  status: error.status, reason: error.response?.data?.error?.errors?.[0]?.reason,
  word: error.response?.data?.error?.status,
});

export const encode = (text) => Buffer.from(text, 'utf8').toString('base64url');
export const decode = (text) => Buffer.from(text ?? '', 'base64url').toString('utf8');
export const headerOf = (message, name) => message.payload.headers.find((one) => one.name === name)?.value;
export const rawMail = ({ to = 'anna.visser@northquay.example', subject = 'Hello', text = 'Hello there.', more = '' }) =>
  encode(`To: ${to}\r\nSubject: ${subject}\r\n${more}Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`);
