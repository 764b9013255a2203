// Payloads as the codec server's protocol has them: proto3 JSON, every value of bytes in base64. Parse at the border.
import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { Refused } from './refused.ts';

// A page of the UI's history has fewer.
const PAYLOADS_MAX = 1_000;

const bytes = z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64'));
const body = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string().max(100), bytes).default({}), data: bytes.optional() }))
    .max(PAYLOADS_MAX),
});

/** @throws Refused */
export function payloadsFrom(text: string): Payload[] {
  const parsed = body.safeParse(json(text));
  if (!parsed.success) throw new Refused(400, `the body is not {"payloads": […]} with at most ${PAYLOADS_MAX} of them`);
  return parsed.data.payloads.map(({ metadata, data }) => ({ metadata, ...(data === undefined ? {} : { data }) }));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function payloadsText(payloads: readonly Payload[]): string {
  return JSON.stringify({
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
      ...(data === undefined || data === null ? {} : { data: base64(data) }),
    })),
  });
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}
