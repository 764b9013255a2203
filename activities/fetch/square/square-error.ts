// Decides which fact an error of the Square SDK is. By status, category and code, never by the text; the body of an
// answer is not kept, because the SDK writes all of it into its message.
import type { SquareError } from 'square';
import { AuthRejected, RateLimited, type SourceError, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { retryAfterMs } from '../request/retry-after.ts';
import { secretEnding } from '../request/secret-ending.ts';
import { unreachable } from '../request/unreachable.ts';
import { redacted } from '../row/personal-data.ts';
import { NotAnAnswer } from './square-fetch.ts';

export const SQUARE_PERMISSIONS = ['MERCHANT_PROFILE_READ', 'PAYMENTS_READ', 'PAYOUTS_READ', 'DISPUTES_READ'] as const;
export type SquarePermission = (typeof SQUARE_PERMISSIONS)[number];

const DETAIL_CHARS_MAX = 200;
const TOKEN_CODES = new Set(['UNAUTHORIZED', 'ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_REVOKED', 'CLIENT_DISABLED']);

export interface SquareCaller {
  /** `Square API`, for messages. */
  readonly source: string;
  readonly account: string;
  readonly token: string;
  /** What the request needs. */
  readonly permission: SquarePermission;
}

/** A permission is missing that the token's owner can grant. */
export class SquarePermissionMissing extends AuthRejected {
  readonly permission: SquarePermission;
  constructor(source: string, message: string, permission: SquarePermission, options?: ErrorOptions) {
    super(source, message, options);
    this.permission = permission;
  }
}

/** There is no record of that id. */
export class SquareNotFound extends SourceRejected {}

/** A cursor lives about 15 minutes after its last use (Square's staff, forum t/2950): the list starts again. */
export class SquareCursorExpired extends SourceUnavailable {}

export function squareError(error: unknown, caller: SquareCaller, sdkError: typeof SquareError): SourceError {
  const { source } = caller;
  if (!(error instanceof sdkError)) return noAnswer(source, error);
  const { statusCode: status } = error;
  if (status === undefined) return noAnswer(source, error.cause ?? error);
  const facts = errorFacts(error);
  const cause = new Error(`status ${status} ${facts.codes.join(' ')}`.trimEnd());
  const has = (code: string) => facts.codes.includes(code);
  if (status === 429 || has('RATE_LIMITED')) {
    return new RateLimited(source, retryAfterMs(error.rawResponse?.headers.get('retry-after')), { cause });
  }
  if (status === 403 || has('INSUFFICIENT_SCOPES')) {
    const message = `refuses the ${tokenName(caller)}: grant it ${caller.permission} (all of ${SQUARE_PERMISSIONS.join(', ')} are needed)`;
    return new SquarePermissionMissing(source, message, caller.permission, { cause });
  }
  if (status === 401 || facts.codes.some((code) => TOKEN_CODES.has(code))) {
    const why = facts.codes[0] === undefined ? '' : ` (${facts.codes[0]})`;
    const message = `does not accept the ${tokenName(caller)}${why}: put a valid one in its place, with ${SQUARE_PERMISSIONS.join(', ')}`;
    return new AuthRejected(source, message, { cause });
  }
  if (has('INVALID_CURSOR') || (status === 400 && facts.fields.includes('cursor'))) {
    return new SquareCursorExpired(source, 'does not know the cursor any more', { cause });
  }
  if (status >= 400 && status < 500 && status !== 408) {
    const message = `refuses the request (${[status, ...facts.codes].join(' ')})${facts.detail}`;
    // A 404 without Square's code is of something that stands between.
    if (status === 404 && has('NOT_FOUND')) return new SquareNotFound(source, message, { cause });
    return new SourceRejected(source, message, { cause });
  }
  return new SourceUnavailable(source, `failed with status ${status}`, { cause });
}

function noAnswer(source: string, cause: unknown): SourceUnavailable {
  if (!(cause instanceof NotAnAnswer)) return unreachable(source, cause);
  return new SourceUnavailable(source, "gave an answer that is not Square's: is something between?", { cause });
}

/** Of whatever stands in the body: it may be no error of Square's at all. */
function errorFacts({ errors, body }: SquareError): { codes: string[]; fields: string[]; detail: string } {
  const isSquares = typeof body === 'object' && body !== null && 'errors' in body;
  const listed: readonly unknown[] = isSquares && Array.isArray(errors) ? errors : [];
  const texts = (name: 'code' | 'field' | 'detail') =>
    listed.flatMap((item) => {
      const value =
        typeof item === 'object' && item !== null ? (item as { [key in typeof name]?: unknown })[name] : null;
      return typeof value === 'string' ? [value.slice(0, DETAIL_CHARS_MAX)] : [];
    });
  const [detail] = texts('detail');
  return {
    codes: texts('code').filter((code) => /^[A-Z0-9_]+$/.test(code)),
    fields: texts('field'),
    detail: detail === undefined ? '' : `: ${redacted(detail)}`,
  };
}

function tokenName({ account, token }: SquareCaller): string {
  return `access token of ${account}${secretEnding(token)}`;
}
