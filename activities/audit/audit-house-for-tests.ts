// A database in which runs really happen, with the logins of worker and auditor, a folder of anchors, and a superuser who tampers.
// Never imported by the product.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DatabasePool } from 'slonik';
import type { AuditAnchor } from '../../domain/audit-anchor.ts';
import { freshDatabase } from '../../scripts/database-for-tests.ts';
import { createDatabase } from '../../sql/database.ts';
import { type Engine, type EngineAccount, startEngine } from '../engine-for-tests.ts';
import { anchorChain } from './anchor-chain.ts';
import type { AnchorStore } from './anchor-store.ts';
import { createFolderAnchorStore } from './folder-anchor-store.ts';
import { type AuditFinding, verifyAudit } from './verify-audit.ts';

export interface AuditHouse {
  readonly url: string;
  readonly folder: string;
  readonly engine: Engine;
  readonly worker: DatabasePool;
  readonly auditor: DatabasePool;
  readonly store: AnchorStore;
  /** An account with so many runs that were opened, one event each. */
  accountWithOpened(count: number): Promise<EngineAccount>;
  append(chain: string, ...keys: readonly string[]): Promise<void>;
  anchor(chain: string): Promise<AuditAnchor | null>;
  verify(chain: string | null, store?: AnchorStore | null): Promise<AuditFinding>;
  /** As a superuser who knows the triggers. */
  tamper(statement: string, values?: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
}

const FIRST_DAY = Date.parse('2026-01-01');
const DAY_MS = 86_400_000;

export async function openAuditHouse(): Promise<AuditHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-audit-test-'));
  const fresh = await freshDatabase();
  const options = { poolSizeMax: 3, applicationName: 'recon audit test' };
  const worker = await createDatabase({ url: fresh.workerUrl, ...options });
  const auditor = await createDatabase({ url: fresh.auditorUrl, ...options });
  const engine = await startEngine({ databaseUrl: fresh.url, folder: join(folder, 'files') });
  const store = createFolderAnchorStore(join(folder, 'evidence'));
  let accounts = 0;
  return {
    url: fresh.url,
    folder,
    engine,
    worker,
    auditor,
    store,
    accountWithOpened: async (count) => {
      accounts += 1;
      const account = engine.accountOf(`test/a${accounts}`);
      for (let day = 0; day < count; day += 1) await account.openDay(emptyDay(day));
      return account;
    },
    append: (chain, ...keys) => appendAll(fresh.workerUrl, chain, keys),
    anchor: (chain) => anchorChain({ database: worker, store, nowMs: Date.now }, chain),
    verify: (chain, given = store) => verifyAudit({ database: auditor, store: given, nowMs: Date.now() }, chain),
    tamper: (statement, values = []) => tamper(fresh.url, statement, values),
    close: async () => {
      await engine.stop();
      await worker.end();
      await auditor.end();
      await fresh.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Both sides say that nothing happened. */
export function emptyDay(day: number) {
  const date = new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10);
  return { date, processor: [], internal: [] };
}

// On a connection of its own: it may be asked for in the middle of somebody's transaction.
async function appendAll(url: string, chain: string, keys: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const key of keys) {
      await client.query('select audit_append($1, $2, $3)', [chain, key, JSON.stringify({ event: 'tried', key })]);
    }
  } finally {
    await client.end();
  }
}

async function tamper(url: string, statement: string, values: readonly unknown[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('alter table audit_log disable trigger user');
    await client.query('alter table audit_heads disable trigger user');
    await client.query(statement, [...values]);
    await client.query('alter table audit_log enable always trigger audit_log_stays');
    await client.query('alter table audit_heads enable always trigger audit_heads_stay');
    await client.query('alter table audit_heads enable always trigger audit_heads_step');
    await client.query('commit');
  } finally {
    await client.end();
  }
}
