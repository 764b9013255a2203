// What a receiver of our webhooks does before it believes one: signature first, over the bytes as they came; then the time; then
// whether it has had that id. Uses nothing but Node, so that it can be copied. The id that counts stands in the signed body.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface ReceivedWebhook {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As received, before anything parses it. */
  readonly body: string;
}

export interface WebhookRules {
  /** The key, or two while one replaces the other. */
  readonly keys: readonly string[];
  readonly nowMs: number;
  /** Default: five minutes either way. */
  readonly toleranceMs?: number;
  /** Whether that id was taken before. Ids are to be kept at least as long as we try again: eight days. */
  readonly isKnown?: (id: string) => boolean | Promise<boolean>;
}

export type WebhookRefusal = 'malformed' | 'signature' | 'stale' | 'repeated';

export class WebhookRejected extends Error {
  override readonly name = 'WebhookRejected';
  readonly reason: WebhookRefusal;
  constructor(reason: WebhookRefusal) {
    super(REASONS[reason]);
    this.reason = reason;
  }
}

// A repeated one is to be answered with 200: we deliver at least once, and an error would make us try again.
const REASONS: Readonly<Record<WebhookRefusal, string>> = {
  malformed: 'not a webhook of recon: a header or the id in the body is missing',
  signature: 'the signature is not made with our key over this timestamp and body: answer 401',
  stale:
    'the timestamp is too far from now, so that it may be an old one sent again: answer 401 and look at both clocks',
  repeated: 'that id was taken before: do nothing, answer 200',
};

const TOLERANCE_MS = 300_000;
const SIGNATURES_MAX = 8;
const BODY_CHARS_MAX = 262_144;

/** @throws WebhookRejected */
export async function verifyWebhook(
  { headers, body }: ReceivedWebhook,
  { keys, nowMs, toleranceMs = TOLERANCE_MS, isKnown }: WebhookRules,
): Promise<{ readonly id: string; readonly payload: Readonly<Record<string, unknown>> }> {
  const timestamp = one(headers['recon-webhook-timestamp']);
  const given = one(headers['recon-webhook-signature']).split(',', SIGNATURES_MAX);
  if (!/^\d{1,12}$/.test(timestamp) || body.length > BODY_CHARS_MAX) throw new WebhookRejected('malformed');
  // Each key against each signature, none skipped: how long it takes says nothing about which one fits.
  const fits = keys.map((key) => given.filter((signature) => isSignature(signature, key, timestamp, body)).length);
  if (!fits.some((count) => count > 0)) throw new WebhookRejected('signature');
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > toleranceMs) throw new WebhookRejected('stale');
  const payload = parsed(body);
  const { id } = payload;
  if (typeof id !== 'string' || id === '' || id !== one(headers['recon-webhook-id'])) {
    throw new WebhookRejected('malformed');
  }
  if ((await isKnown?.(id)) === true) throw new WebhookRejected('repeated');
  return { id, payload };
}

function isSignature(given: string, key: string, timestamp: string, body: string): boolean {
  const wanted = Buffer.from(`v1=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`);
  const found = Buffer.from(given);
  return found.length === wanted.length && timingSafeEqual(found, wanted);
}

/** A header that came twice is none. */
function one(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below: it is signed, and still not what we send.
  }
  throw new WebhookRejected('malformed');
}
