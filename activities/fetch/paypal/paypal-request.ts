// Sends one request to PayPal and reads its answer: one attempt, bounded in time and size, no redirect, ended at once by
// the signal. What the answer means is decided elsewhere.
import { SourceError, SourceUnavailable } from '../../errors.ts';
import type { RequestGate } from '../request/request-gate.ts';
import { retryAfterMs } from '../request/retry-after.ts';
import { unreachable } from '../request/unreachable.ts';

export const PAYPAL_SOURCE = 'PayPal API';

export interface PayPalRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** A form to post; without it the request reads. */
  readonly form?: URLSearchParams;
  readonly timeoutMs: number;
  readonly gate?: RequestGate | undefined;
}

export interface PayPalReply {
  readonly status: number;
  /** What the JSON says; undefined where the answer is not JSON. */
  readonly body: unknown;
  readonly retryAfterMs: number | null;
  /** What PayPal's support asks for; null where it sent none. */
  readonly debugId: string | null;
}

// A page of 500 rows is under one megabyte.
const BODY_BYTES_MAX = 32 * 1024 * 1024;
const DEBUG_ID = /^[A-Za-z0-9-]{1,64}$/;

/** @throws SourceUnavailable when no whole answer came; the signal's own reason when it ended the request. */
export async function askPayPal(request: PayPalRequest, signal: AbortSignal): Promise<PayPalReply> {
  const { gate } = request;
  await gate?.pass(signal);
  signal.throwIfAborted();
  const reply = await answerOf(request, signal);
  if (reply.status === 429) await gate?.pause(reply.retryAfterMs);
  return reply;
}

async function answerOf({ url, headers, form, timeoutMs }: PayPalRequest, signal: AbortSignal): Promise<PayPalReply> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
      // A redirect would carry the token to wherever it points.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const debugId = response.headers.get('paypal-debug-id') ?? '';
    return {
      status: response.status,
      body: jsonOf(await textOf(response)),
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      debugId: DEBUG_ID.test(debugId) ? debugId : null,
    };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof SourceError) throw cause;
    throw unreachable(PAYPAL_SOURCE, cause);
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) {
      throw new SourceUnavailable(PAYPAL_SOURCE, `gave an answer of more than ${BODY_BYTES_MAX} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
