// Turns the configured accounts into what the activities work with: sources with their keys, rules and times.
import { readdirSync } from 'node:fs';
import { matchesGlob, resolve } from 'node:path';
import type { AccountSetup, Accounts } from '../activities/accounts.ts';
import { SourceRejected } from '../activities/errors.ts';
import { fileSource } from '../activities/fetch/file.ts';
import type { RequestGate } from '../activities/fetch/request-gate.ts';
import type { Source } from '../activities/fetch/source.ts';
import { stripeSource } from '../activities/fetch/stripe.ts';
import { internalPostgresSource } from '../activities/internal/postgres.ts';
import type { InternalRow, ProcessorRow } from '../domain/transaction.ts';
import type { AccountConfig, ReconConfig } from './config.ts';

/** Rows of an internal query that commit together. */
const INTERNAL_PAGE_ROWS = 10_000;
const FOLDER_FILES_MAX = 10_000;
const HOUR_MS = 3_600_000;

/** Which gate an account's requests pass, for so many a second. */
export type GateFor = (account: string, limits: { readonly requestsPerSecond: number }) => RequestGate;

export interface ComposeOptions {
  readonly nowMs?: () => number;
  /** Absent where nobody else asks the processor meanwhile. */
  readonly gateFor?: GateFor;
}

export function composeAccounts(config: ReconConfig, options: ComposeOptions = {}): Accounts {
  return new Map(config.accounts.map((account) => [account.account, composeAccount(config, account, options)]));
}

/** Task queues of the processors' APIs: an outage of one must not hold up the others. */
export function fetchTaskQueues(accounts: Accounts, coreTaskQueue: string): string[] {
  const queues = new Set([...accounts.values()].map((setup) => setup.fetchTaskQueue));
  queues.delete(coreTaskQueue);
  return [...queues].sort();
}

function composeAccount(config: ReconConfig, account: AccountConfig, options: ComposeOptions): AccountSetup {
  return {
    account: account.account,
    processor: account.processor,
    zone: account.zone,
    reportingCurrency: account.reportingCurrency,
    startDate: account.startDate,
    fetchTaskQueue: account.source.kind === 'file' ? config.temporal.taskQueue : `fetch-${account.processor}`,
    mayBeEmpty: account.mayBeEmpty,
    trailingDays: account.trailingDays,
    sourceDeadlineMs: account.sourceDeadline,
    rules: account.rules,
    source: processorSource(config, account, options),
    internal: internalSource(config, account),
  };
}

function processorSource(
  config: ReconConfig,
  account: AccountConfig,
  { nowMs = Date.now, gateFor }: ComposeOptions,
): Source<ProcessorRow> {
  const { source, zone } = account;
  if (source.kind === 'file') {
    const files = folderFiles(config.folder, source.location, source.pattern);
    return refreshed(() =>
      fileSource({
        side: 'processor',
        account: account.account,
        zone,
        paths: files(),
        watermarkMs: null,
        complete: false,
      }),
    );
  }
  const session = {
    account: account.account,
    zone,
    ...(source.baseUrl === undefined ? {} : { baseUrl: source.baseUrl }),
    requestTimeoutMs: source.requestTimeout,
    gate: gateFor?.(account.account, source),
    now: nowMs,
  };
  if (source.kind !== 'stripe') throw new SourceRejected(account.account, `no source of kind ${source.kind} yet`);
  return stripeSource({
    ...session,
    apiKey: () => source.key.reveal(),
    expectLive: source.key.reveal().includes('_live_'),
    metadataReference: source.merchantReference,
    shardHours: source.shard / HOUR_MS,
  });
}

function internalSource(config: ReconConfig, account: AccountConfig): Source<InternalRow> {
  const { internal, zone } = account;
  if (internal.kind === 'file') {
    const files = folderFiles(config.folder, internal.location, internal.pattern);
    return refreshed(() =>
      fileSource({
        side: 'internal',
        account: account.account,
        zone,
        paths: files(),
        watermarkMs: null,
        complete: false,
      }),
    );
  }
  return internalPostgresSource({
    account: account.account,
    url: () => internal.url.reveal(),
    query: internal.query,
    ...(internal.watermark === undefined ? {} : { watermarkQuery: internal.watermark }),
    zone,
    pageRows: INTERNAL_PAGE_ROWS,
    statementTimeoutMs: internal.statementTimeout,
  });
}

function folderFiles(base: string, location: string, pattern: string): () => string[] {
  const folder = resolve(base, location);
  return () => {
    let names: string[];
    try {
      names = readdirSync(folder);
    } catch (cause) {
      throw new SourceRejected(folder, 'cannot be listed: does the folder exist, and may this process read it?', {
        cause,
      });
    }
    const found = names.filter((name) => matchesGlob(name, pattern)).sort();
    if (found.length === 0) throw new SourceRejected(folder, `has no file that matches ${pattern}`);
    if (found.length > FOLDER_FILES_MAX)
      throw new SourceRejected(folder, `has more than ${FOLDER_FILES_MAX} files that match ${pattern}`);
    return found.map((name) => resolve(folder, name));
  };
}

// A folder's files are looked up at each use: they arrive while the process runs.
function refreshed<R extends ProcessorRow | InternalRow>(current: () => Source<R>): Source<R> {
  return {
    get name() {
      return current().name;
    },
    watermarkMs: async (signal) => current().watermarkMs(signal),
    plan: async (request, signal) => current().plan(request, signal),
    read: (shard, cursor, signal) => current().read(shard, cursor, signal),
    probe: async (signal) => current().probe(signal),
  };
}
