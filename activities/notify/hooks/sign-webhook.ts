// Signs a webhook: HMAC-SHA256 over "timestamp.body", so that neither can be changed without the key. Two keys sign while one
// replaces the other. The receiver's side is verify-webhook.ts. Pure.
import { createHmac } from 'node:crypto';

export const WEBHOOK_HEADERS = {
  id: 'recon-webhook-id',
  timestamp: 'recon-webhook-timestamp',
  signature: 'recon-webhook-signature',
} as const;

/** 256 bits written in hex. */
export const WEBHOOK_KEY_CHARS_MIN = 32;

export function webhookHeaders(
  { id, body, atMs }: { readonly id: string; readonly body: string; readonly atMs: number },
  keys: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1_000));
  return {
    [WEBHOOK_HEADERS.id]: id,
    [WEBHOOK_HEADERS.timestamp]: timestamp,
    [WEBHOOK_HEADERS.signature]: keys.map((key) => `v1=${webhookSignature(key, timestamp, body)}`).join(','),
  };
}

export function webhookSignature(key: string, timestamp: string, body: string): string {
  return createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
}
