// What Stripe answers when it does not answer: status, headers and an error body in Stripe's own words.
// The wordings are those that integrations quote from the real API, because people search for them.
export interface StripeErrorBody {
  readonly type: 'api_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
}

export class StripeFailure extends Error {
  override readonly name = 'StripeFailure';
  readonly status: number;
  readonly body: StripeErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: StripeErrorBody, headers: Readonly<Record<string, string>> = {}) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

const BASIC = { 'WWW-Authenticate': 'Basic realm="Stripe"' };

export function missingKey(): StripeFailure {
  const message =
    'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth ' +
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can " +
    'help at https://support.stripe.com/.';
  return new StripeFailure(401, { type: 'invalid_request_error', message }, BASIC);
}

export function invalidKey(key: string): StripeFailure {
  const message = `Invalid API Key provided: ${redact(key)}`;
  return new StripeFailure(401, { type: 'invalid_request_error', message }, BASIC);
}

export function expiredKey(key: string): StripeFailure {
  const message = `Expired API Key provided: ${redact(key)}`;
  return new StripeFailure(401, { type: 'invalid_request_error', code: 'api_key_expired', message }, BASIC);
}

/** The account of the Stripe-Account header is not this key's own, and none that is connected to it. */
export function accountNotConnected(key: string, accountId: string): StripeFailure {
  const message =
    `The provided key '${redact(key)}' does not have access to account '${accountId}' (or that account does not exist). ` +
    'Application access may have been revoked.';
  return new StripeFailure(403, { type: 'invalid_request_error', code: 'account_invalid', message });
}

export function permissionMissing(key: string, accountId: string, permission: string): StripeFailure {
  const message =
    `The provided key '${redact(key)}' does not have the required permissions for this endpoint on account '${accountId}'. ` +
    `Having the '${permission}' permission would allow this request to continue.`;
  return new StripeFailure(403, { type: 'invalid_request_error', message });
}

/** 404 where the path names the object, 400 where a parameter does. */
export function resourceMissing(object: string, id: string, param: string, status: 400 | 404): StripeFailure {
  const message = `No such ${object}: '${id}'`;
  return new StripeFailure(status, { type: 'invalid_request_error', code: 'resource_missing', message, param });
}

export function invalidParameter(param: string, message: string, code?: string): StripeFailure {
  return new StripeFailure(400, {
    type: 'invalid_request_error',
    message,
    param,
    ...(code === undefined ? {} : { code }),
  });
}

export function unknownUrl(method: string, path: string): StripeFailure {
  const message =
    `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at ` +
    'https://support.stripe.com/.';
  return new StripeFailure(404, { type: 'invalid_request_error', message });
}

/** Keeps what tells keys apart and hides the rest. */
function redact(key: string): string {
  const shown = 4;
  const prefix = /^[a-z]+_(live|test)_/.exec(key)?.[0] ?? '';
  const hidden = Math.max(0, key.length - prefix.length - shown);
  return prefix + '*'.repeat(hidden) + key.slice(prefix.length + hidden);
}
