// Google's own clients against `callosum-sim google`: sign-in, mail, calendar, and how refusals look.
import { runChecks } from './kit.mjs';
import { post, title } from './google_kit.mjs';
import './google_sign_in.mjs';
import './google_mail.mjs';
import './google_calendar.mjs';

await post('/sim/reset');
await runChecks(title);
