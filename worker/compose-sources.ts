// Turns what recon.yaml says of a source into the source: with its key, its gate and, where its files are foreign, their mapping.
import { resolve } from 'node:path';
import { AuthRejected } from '../activities/errors.ts';
import { locationSource } from '../activities/fetch/file/file-location.ts';
import { mappedReading } from '../activities/fetch/mapping/mapped-reading.ts';
import { mappingHash } from '../activities/fetch/mapping/mapping.ts';
import { paypalSource } from '../activities/fetch/paypal/paypal.ts';
import type { RequestGate } from '../activities/fetch/request/request-gate.ts';
import type { Source } from '../activities/fetch/source.ts';
import { squareSource } from '../activities/fetch/square/square.ts';
import { stripeSource } from '../activities/fetch/stripe/stripe.ts';
import { internalPostgresSource } from '../activities/internal/postgres.ts';
import type { InternalRow, ProcessorRow } from '../domain/transaction.ts';
import type { Side } from '../domain/vocabulary.ts';
import type { AccountConfig, FileConfig, ReconConfig } from './config.ts';
import { canMoveMoney, STRIPE_KEY_NEEDED } from './stripe-key.ts';

/** Rows of an internal query that commit together. */
const INTERNAL_PAGE_ROWS = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Which gate an account's requests pass, for so many a second. */
export type GateFor = (account: string, limits: { readonly requestsPerSecond: number }) => RequestGate;

export interface ComposeOptions {
  readonly nowMs?: () => number;
  /** Absent where nobody else asks the processor meanwhile. */
  readonly gateFor?: GateFor;
}

export function processorSource(
  config: ReconConfig,
  account: AccountConfig,
  { nowMs = Date.now, gateFor }: ComposeOptions,
): Source<ProcessorRow> {
  const { source, zone } = account;
  if (source.kind === 'file') {
    return locationSource({ ...fileOptions(config, account, source, 'processor'), side: 'processor' });
  }
  const session = {
    account: account.account,
    zone,
    ...(source.baseUrl === undefined ? {} : { baseUrl: source.baseUrl }),
    requestTimeoutMs: source.requestTimeout,
    gate: gateFor?.(account.account, source),
    now: nowMs,
  };
  switch (source.kind) {
    case 'stripe':
      return controlled(
        source.balanceControl,
        stripeSource({
          ...session,
          apiKey: async (want) => readingKey(config, account, await source.key.current(want)),
          // In a sandbox everything says that it is not live; only in a live account does that mean a test.
          expectLive: source.key.reveal().includes('_live_'),
          ...(source.connectedAccount === undefined ? {} : { connectedAccount: source.connectedAccount }),
          metadataReference: source.merchantReference,
          shardHours: source.shard / HOUR_MS,
        }),
      );
    case 'paypal':
      return controlled(
        source.balanceControl,
        paypalSource({
          ...session,
          clientId: (want) => source.clientId.current(want),
          clientSecret: (want) => source.clientSecret.current(want),
          shardHours: source.shard / HOUR_MS,
        }),
      );
    case 'square':
      return squareSource({
        ...session,
        accessToken: (want) => source.token.current(want),
        lookBackDays: Math.ceil(source.lookBack / DAY_MS),
      });
  }
}

/** A key that was rotated in must not do more than the one before. */
function readingKey({ production }: ReconConfig, { account }: AccountConfig, key: string): string {
  if (!production || !canMoveMoney(key)) return key;
  throw new AuthRejected('Stripe API', `the key of ${account} can move money: ${STRIPE_KEY_NEEDED}`);
}

function controlled(wanted: boolean, { balances, ...source }: Source<ProcessorRow>): Source<ProcessorRow> {
  return wanted && balances !== undefined ? { ...source, balances } : source;
}

export function internalSource(config: ReconConfig, account: AccountConfig): Source<InternalRow> {
  const { internal, zone } = account;
  if (internal.kind === 'file') {
    return locationSource({ ...fileOptions(config, account, internal, 'internal'), side: 'internal' });
  }
  return internalPostgresSource({
    account: account.account,
    url: (want) => internal.url.current(want),
    query: internal.query,
    ...(internal.watermark === undefined ? {} : { watermarkQuery: internal.watermark }),
    zone,
    pageRows: INTERNAL_PAGE_ROWS,
    statementTimeoutMs: internal.statementTimeout,
  });
}

function fileOptions(config: ReconConfig, { account, zone }: AccountConfig, file: FileConfig, side: Side) {
  const snapshot = file.mode === 'snapshot';
  const mapping = file.mapping === undefined ? undefined : config.mappings.get(file.mapping);
  return {
    account,
    zone,
    location: file.location.startsWith('s3://') ? file.location : resolve(config.folder, file.location),
    pattern: file.pattern,
    snapshot,
    s3: { endpoint: file.endpoint, region: file.region },
    ...(mapping === undefined
      ? {}
      : { ...mappedReading(mapping, { side, snapshot }), layoutKey: mappingHash(mapping) }),
  };
}
