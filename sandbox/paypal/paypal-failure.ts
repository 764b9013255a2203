// What PayPal answers when it refuses: status, headers and an error body in PayPal's own words, because people search for them.
// The token endpoint and a token that is not valid answer in OAuth's shape, everything else in PayPal's.
type Body = Readonly<Record<string, unknown>>;

const INVALID_MESSAGE = 'Request is not well-formed, syntactically incorrect, or violates schema.';

export class PayPalFailure extends Error {
  override readonly name = 'PayPalFailure';
  readonly status: number;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: Body, headers: Readonly<Record<string, string>> = {}) {
    super(String(body.name ?? body.error));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /** PayPal's own shape names the request, OAuth's does not. */
  bodyFor(debugId: string): Body {
    if ('error' in this.body) return this.body;
    const { name, message, ...rest } = this.body;
    return { name, message, debug_id: debugId, ...rest, links: [] };
  }
}

export function oauthFailure(status: 400 | 401, error: string, description: string): PayPalFailure {
  return new PayPalFailure(status, { error, error_description: description });
}

export function tokenNotValid(): PayPalFailure {
  return oauthFailure(401, 'invalid_token', 'Access Token not found in cache');
}

export function tokenMissing(): PayPalFailure {
  const message = 'Authentication failed due to missing authorization header, or invalid authentication credentials.';
  return new PayPalFailure(401, { name: 'AUTHENTICATION_FAILURE', message });
}

export function notAuthorized(): PayPalFailure {
  const message = 'Authorization failed due to insufficient permissions.';
  return new PayPalFailure(403, { name: 'NOT_AUTHORIZED', message });
}

export function notFound(): PayPalFailure {
  const message = 'The specified resource does not exist.';
  return new PayPalFailure(404, { name: 'RESOURCE_NOT_FOUND', message });
}

export function invalidRequest(field: string, value: string | null, issue: string): PayPalFailure {
  const detail = { field, ...(value === null ? {} : { value }), location: 'query', issue };
  return new PayPalFailure(400, { name: 'INVALID_REQUEST', message: INVALID_MESSAGE, details: [detail] });
}

/** The start lies where PayPal has not loaded its data yet. It says so in the message and gives no details. */
export function startNotAvailable(): PayPalFailure {
  const message = 'Data for the given start date is not available.';
  return new PayPalFailure(400, { name: 'INVALID_REQUEST', message, details: [] });
}

export function resultSetTooLarge(totalItems: number, maximumItems: number): PayPalFailure {
  return new PayPalFailure(400, {
    name: 'RESULTSET_TOO_LARGE',
    message: 'Result set size is greater than the maximum limit. Change the filter criteria and try again.',
    total_items: totalItems,
    maximum_items: maximumItems,
  });
}

export function rateLimited(retryAfterS: number | undefined): PayPalFailure {
  const message = 'Too many requests. Blocked due to rate limiting.';
  const headers = retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) };
  return new PayPalFailure(429, { name: 'RATE_LIMIT_REACHED', message }, headers);
}

export function serverError(status: 500 | 502 | 503 | 504): PayPalFailure {
  if (status === 503)
    return new PayPalFailure(status, { name: 'SERVICE_UNAVAILABLE', message: 'Service Unavailable.' });
  return new PayPalFailure(status, {
    name: 'INTERNAL_SERVER_ERROR',
    message: 'An internal server error occurred.',
  });
}
