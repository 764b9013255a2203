// Decides which fact an answer of PayPal is: by its status and the error's name. By its text only where PayPal gives the
// same name to two facts.
import { z } from 'zod';
import {
  AuthRejected,
  RateLimited,
  type SourceError,
  SourceNotReady,
  SourceRejected,
  SourceUnavailable,
} from '../../errors.ts';
import { secretEnding } from '../request/secret-ending.ts';
import { redacted } from '../row/personal-data.ts';
import { PAYPAL_SOURCE, type PayPalReply } from './paypal-request.ts';

/** More rows than a search gives, which is then none at all: ask for a shorter window. */
export class ResultTooLarge extends SourceRejected {}

/** The credentials are good, but not for this. */
export class PermissionMissing extends AuthRejected {}

export interface PayPalCaller {
  readonly account: string;
  readonly clientId: string;
}

const SWITCH_ON = 'switch on "Transaction Search" for the app in the PayPal developer dashboard, under Live or Sandbox';
const TAKES_TIME = 'tokens from before still count, so it can take up to 9 hours to work';
const NOT_REFRESHED_RETRY_MS = 5 * 60_000;
// The only sign that sets "not refreshed up to there yet" apart from every other INVALID_REQUEST (PayPal-node-SDK#452).
const NOT_REFRESHED = /start date is not available/i;
const QUOTED_CHARS_MAX = 200;

// The API names its errors `name`, the token endpoint and every 401 `error`.
const errorSchema = z.object({
  name: z.string().catch(''),
  error: z.string().catch(''),
  message: z.string().catch(''),
  error_description: z.string().catch(''),
  details: z.array(z.object({ issue: z.string().catch(''), description: z.string().catch('') })).catch([]),
});

/** The body of an answer that is one. @throws SourceError for every other. */
export function paypalBody(reply: PayPalReply, caller: PayPalCaller): unknown {
  if (reply.status === 200 && typeof reply.body === 'object' && reply.body !== null) return reply.body;
  throw paypalError(reply, caller);
}

export function scopeMissing(caller: PayPalCaller): PermissionMissing {
  const message = `gives the ${clientName(caller)} a token without the right to search: ${SWITCH_ON}; ${TAKES_TIME}`;
  return new PermissionMissing(PAYPAL_SOURCE, message);
}

function paypalError(reply: PayPalReply, caller: PayPalCaller): SourceError {
  const { status } = reply;
  const support = reply.debugId === null ? '' : ` (Paypal-Debug-Id ${reply.debugId})`;
  if (status === 429) {
    return new RateLimited(PAYPAL_SOURCE, reply.retryAfterMs, { cause: new Error(`status 429${support}`) });
  }
  const parsed = errorSchema.safeParse(reply.body);
  if (!parsed.success || status < 400) {
    const message = `gave an answer with status ${status} that is not PayPal's${support}: is something between?`;
    return new SourceUnavailable(PAYPAL_SOURCE, message);
  }
  const { data: error } = parsed;
  if (status === 401 || error.error === 'invalid_client') {
    const message = `does not accept the ${clientName(caller)}${support}: put a valid client id and secret of the app in their place`;
    return new AuthRejected(PAYPAL_SOURCE, message);
  }
  if (status === 403) {
    const message = `refuses the ${clientName(caller)}${support}: ${SWITCH_ON}; ${TAKES_TIME}`;
    return new PermissionMissing(PAYPAL_SOURCE, message);
  }
  if (status === 408 || status >= 500) {
    return new SourceUnavailable(PAYPAL_SOURCE, `failed with status ${status}${support}`);
  }
  if (error.name === 'RESULTSET_TOO_LARGE') {
    return new ResultTooLarge(PAYPAL_SOURCE, `has more rows in the window than a search gives${support}`);
  }
  const said = [error.message || error.error_description, ...error.details.map((one) => one.issue || one.description)];
  const text = redacted(said.filter((part) => part !== '').join('; '));
  if (error.name === 'INVALID_REQUEST' && NOT_REFRESHED.test(text)) {
    const message = `has not refreshed its search up to the start of the window yet${support}`;
    return new SourceNotReady(PAYPAL_SOURCE, message, NOT_REFRESHED_RETRY_MS);
  }
  const what = `${error.name || error.error} ${text}`.trim().slice(0, QUOTED_CHARS_MAX);
  return new SourceRejected(PAYPAL_SOURCE, `refuses the request (${status})${support}: ${what}`);
}

function clientName({ account, clientId }: PayPalCaller): string {
  return `client of ${account}${secretEnding(clientId)}`;
}
