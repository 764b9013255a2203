// Decides which fact an error of the Stripe SDK is. By the SDK's classes and the status, never by the text; what Stripe's
// servers say is kept as the cause, what the operator has to do is the message.
import Stripe from 'stripe';
import { AuthRejected, RateLimited, type SourceError, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { retryAfterMs } from '../request/retry-after.ts';
import { secretEnding } from '../request/secret-ending.ts';
import { unreachable } from '../request/unreachable.ts';
import { redacted } from '../row/personal-data.ts';

const NEEDED = 'read access to Balance transaction sources, Charges and Refunds, Disputes, and Payouts';

export interface StripeCaller {
  /** `Stripe API`, for messages. */
  readonly source: string;
  readonly account: string;
  readonly key: string;
  readonly connectedAccount?: string | undefined;
}

export function stripeError(error: unknown, caller: StripeCaller): SourceError {
  const { source } = caller;
  const { errors } = Stripe;
  if (error instanceof errors.StripeRateLimitError) {
    return new RateLimited(source, retryAfterMs(error.headers?.['retry-after']), { cause: error });
  }
  if (error instanceof errors.StripeAuthenticationError) {
    const key = keyName(caller);
    const what = error.code === 'api_key_expired' ? `the ${key} has expired` : `does not accept the ${key}`;
    const message = `${what}: put a valid restricted key in its place, with ${NEEDED}`;
    return new AuthRejected(source, message, { cause: error });
  }
  if (error instanceof errors.StripePermissionError) {
    const message = isForeignAccount(error) ? notConnected(caller) : notPermitted(caller, [askedPermission(error)]);
    return new AuthRejected(source, message, { cause: error });
  }
  if (error instanceof errors.StripeInvalidRequestError) {
    const what = redacted(error.message).slice(0, 200);
    return new SourceRejected(source, `refuses the request (${error.statusCode}): ${what}`, { cause: error });
  }
  if (error instanceof errors.StripeConnectionError) {
    return unreachable(source, error, error.detail);
  }
  if (error instanceof errors.StripeError && error.statusCode !== undefined) {
    return new SourceUnavailable(source, `failed with status ${error.statusCode}`, { cause: error });
  }
  return new SourceUnavailable(source, "gave an answer that is not Stripe's: is something between?", { cause: error });
}

/** The permission that Stripe names (empty where it names none), where that is why it refused; else null. */
export function missingPermission(error: unknown): string | null {
  if (!(error instanceof AuthRejected && error.cause instanceof Stripe.errors.StripePermissionError)) return null;
  return isForeignAccount(error.cause) ? null : askedPermission(error.cause);
}

export function notPermitted(caller: StripeCaller, asked: readonly string[]): string {
  const named = asked.filter((permission) => permission !== '').join(', ');
  const missing = named === '' ? '' : ` (it asks for ${named})`;
  return `refuses the ${keyName(caller)}: grant it ${NEEDED}${missing}, in the dashboard under API keys`;
}

function notConnected(caller: StripeCaller): string {
  const account = caller.connectedAccount ?? 'the account';
  return `the ${keyName(caller)} has no access to ${account}: correct connectedAccount, or connect it to the platform again`;
}

function askedPermission(error: Error): string {
  return /'(rak_[a-z_]+)'/.exec(error.message)?.[1] ?? '';
}

/** Nothing that the key could be granted: the account of the Stripe-Account header is not connected (any more). */
function isForeignAccount(error: { readonly code?: string | undefined }): boolean {
  return error.code === 'account_invalid';
}

function keyName({ account, key }: StripeCaller): string {
  return `key of ${account}${secretEnding(key)}`;
}
