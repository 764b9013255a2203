// The sweep on a run that was decided while its store was not to be used.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { type Mailbox, startMailbox } from '../../local/mailbox.ts';
import { freshDatabase, type TestDatabase } from '../../scripts/database-for-tests.ts';
import { createDatabase } from '../../sql/database.ts';
import { type Engine, startEngine } from '../engine-for-tests.ts';
import { createFolderStore } from '../report/folder-store.ts';
import { publishReport } from '../report/publish-report.ts';
import { enqueueNotifications } from './enqueue-notifications.ts';
import { createSmtpTransport } from './smtp-transport.ts';
import { type SweepDeps, sweepOutbox } from './sweep-outbox.ts';

const HOUR_MS = 3_600_000;
let folder: string;
let testDatabase: TestDatabase;
let engine: Engine;
let database: DatabasePool;
let mailbox: Mailbox;
let deps: SweepDeps;
let nowMs = Date.now();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-sweep-test-'));
  testDatabase = await freshDatabase();
  engine = await startEngine({ databaseUrl: testDatabase.url, folder: join(folder, 'files') });
  database = await createDatabase({ url: testDatabase.workerUrl, poolSizeMax: 3, applicationName: 'recon sweep test' });
  mailbox = await startMailbox({ dir: join(folder, 'mails') });
  const store = createFolderStore(join(folder, 'reports'));
  const transport = createSmtpTransport({ url: mailbox.url });
  deps = {
    ...{ database, store, transport, clock: () => nowMs, from: 'recon@example.com' },
    publish: (runId) => publishReport({ database, store }, { runId }),
  };
  const row = { kind: 'payment', currency: 'USD', occurredAt: '2026-01-31T10:00:00Z' };
  const { runId } = await engine.runDay({
    date: '2026-01-31',
    processor: [{ ...row, id: 'ch_1', gross: '5.00' }],
    internal: [{ ...row, id: 'ord_1', amount: '5.00', processorReference: 'ch_1' }],
  });
  await engine.database.query(
    sql.unsafe`update reconciliation_runs set finished_at = ${new Date(nowMs).toISOString()}::timestamptz`,
  );
  await database.transaction((transaction) =>
    enqueueNotifications(transaction, { kind: 'run_completed', runId: BigInt(runId) }, [
      { to: ['ops@example.com'], from: 'low' },
    ]),
  );
});
afterAll(async () => {
  await deps?.transport.close();
  await mailbox?.stop();
  await database?.end();
  await engine?.stop();
  await testDatabase?.drop();
  await rm(folder, { recursive: true, force: true });
});

test('a report that its own workflow may still be at is left alone; one that was left behind is published, once', async () => {
  const failing = { ...deps, publish: () => Promise.reject(new Error('the store is down')) };
  nowMs += HOUR_MS - 60_000;
  expect(await sweepOutbox(failing)).toMatchObject({ published: 0, unpublished: 0, delivered: 1 });
  nowMs += 120_000;
  const told: string[] = [];
  const onUnpublished = (_: bigint, error: unknown) => void told.push(String(error));
  expect(await sweepOutbox({ ...failing, onUnpublished })).toMatchObject({
    published: 0,
    unpublished: 1,
    delivered: 0,
  });
  expect(told).toEqual(['Error: the store is down']);
  expect(await sweepOutbox(deps)).toMatchObject({ published: 1, unpublished: 0 });
  expect(await sweepOutbox(deps)).toMatchObject({ published: 0, unpublished: 0 });
  expect(await mailbox.mails()).toHaveLength(1);
  const status = await database.oneFirst(sql.type(z.object({ status: z.string() }))`
    select publish_status as status from reconciliation_runs`);
  expect(status).toBe('done');
});
