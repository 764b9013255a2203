// What recon.yaml may say of a source: the shapes of both sides' `source` and `internal`. Knows no file and no environment;
// secrets come from the schema it is given.
import { z } from 'zod';
import { durationMs } from '../domain/duration.ts';
import { databaseAddress } from './database-address.ts';
import type { Secret } from './secret.ts';

const HOUR_MS = 3_600_000;
const REQUESTS_PER_SECOND_MAX = 1_000;

/** Of the whole account, however many workers ask: a lease of PostgreSQL shares it. */
const requestsPerSecond = (standard: number) => z.number().positive().max(REQUESTS_PER_SECOND_MAX).default(standard);

/** Holds the rows against the processor's own balances. */
const balanceControl = z.boolean().default(true);

export function sourceSchemas(secret: z.ZodType<Secret, string>) {
  const file = z.strictObject({
    kind: z.literal('file'),
    /** A folder, or s3://bucket/prefix/; every matching file in it is read, once. */
    location: z.string().min(1),
    pattern: z.string().min(1).default('*'),
    /** delta: each file adds. snapshot: the newest file is the whole truth about the days it holds. */
    mode: z.enum(['delta', 'snapshot']).default('delta'),
    /** A mapping's file, or ready:NAME. */
    mapping: z.string().min(1).optional(),
    endpoint: z.url().optional(),
    region: z.string().optional(),
  });
  const stripe = z.strictObject({
    kind: z.literal('stripe'),
    key: secret,
    baseUrl: z.url().optional(),
    merchantReference: z.string().default('order_id'),
    /** The account whose ledger is read with a platform's key. */
    connectedAccount: z
      .string()
      .regex(/^acct_\w+$/, 'is not a Stripe account id such as acct_1Example')
      .optional(),
    requestTimeout: durationMs.default(80_000),
    shard: durationMs.default(6 * HOUR_MS),
    balanceControl,
    // Stripe allows 25 a second and endpoint; the rest is for the company's other programs.
    requestsPerSecond: requestsPerSecond(20),
  });
  const paypal = z.strictObject({
    kind: z.literal('paypal'),
    clientId: secret,
    clientSecret: secret,
    baseUrl: z.url().optional(),
    requestTimeout: durationMs.default(60_000),
    shard: durationMs.default(24 * HOUR_MS),
    balanceControl,
    // PayPal publishes no limit; fifty a minute is what others found it to bear (airbyte#4240).
    requestsPerSecond: requestsPerSecond(0.8),
  });
  const square = z.strictObject({
    kind: z.literal('square'),
    token: secret,
    baseUrl: z.url().optional(),
    requestTimeout: durationMs.default(60_000),
    /** How long after its creation a payment may still change: late fees, captures, refunds. */
    lookBack: durationMs.default(365 * 24 * HOUR_MS),
    // Square documents no limit on purpose.
    requestsPerSecond: requestsPerSecond(10),
  });
  const postgres = z.strictObject({
    kind: z.literal('postgres'),
    url: databaseAddress(secret),
    query: z.string().min(1),
    watermark: z.string().optional(),
    statementTimeout: durationMs.default(600_000),
  });
  return {
    source: z.discriminatedUnion('kind', [stripe, paypal, square, file]),
    internal: z.discriminatedUnion('kind', [postgres, file]),
  };
}
