// What Square answers when it does not answer: status and a list of errors in Square's own words.
export class SquareFailure extends Error {
  override readonly name = 'SquareFailure';
  readonly status: number;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    error: { category: string; code: string; detail: string; field?: string },
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(error.detail);
    this.status = status;
    this.body = { errors: [error] };
    this.headers = headers;
  }
}

export function unauthorized(code: 'UNAUTHORIZED' | 'ACCESS_TOKEN_EXPIRED'): SquareFailure {
  const detail =
    code === 'UNAUTHORIZED' ? 'This request could not be authorized.' : 'The provided access token has expired.';
  return new SquareFailure(401, { category: 'AUTHENTICATION_ERROR', code, detail });
}

export function insufficientScopes(scope: string): SquareFailure {
  const detail = `The merchant has not given your application sufficient permissions to do that. The merchant must authorize your application for the following scopes: ${scope}`;
  return new SquareFailure(403, { category: 'AUTHENTICATION_ERROR', code: 'INSUFFICIENT_SCOPES', detail });
}

export function invalidRequest(code: string, field: string, detail: string): SquareFailure {
  return new SquareFailure(400, { category: 'INVALID_REQUEST_ERROR', code, detail, field });
}

export function notFound(detail: string): SquareFailure {
  return new SquareFailure(404, { category: 'INVALID_REQUEST_ERROR', code: 'NOT_FOUND', detail });
}
