// The simulators of a phone call: see phone_kit.mjs.
import { runChecks } from './kit.mjs';
import { titleOf } from './phone_kit.mjs';
import './phone_twilio.mjs';
import './phone_carriers.mjs';
import './phone_deepgram.mjs';
import './phone_speech.mjs';
import './phone_chat.mjs';

await runChecks(titleOf('twilio', 'plivo', 'telnyx', '@deepgram/sdk', '@elevenlabs/elevenlabs-js', '@cartesia/cartesia-js', 'openai'));
