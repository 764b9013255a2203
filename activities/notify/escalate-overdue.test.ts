// From discrepancies that are past their due date to the outbox, one group after the other.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { freshDatabase, type TestDatabase } from '../../scripts/database-for-tests.ts';
import { createDatabase } from '../../sql/database.ts';
import { type Engine, startEngine } from '../engine-for-tests.ts';
import { escalateOverdue } from './escalate-overdue.ts';
import { noticeSchema } from './notice.ts';

const DAY = '2026-01-31';
const NOW_MS = Date.now();
const LEAD = { to: ['lead@example.com'] };
const HEAD = { webhook: { name: 'head' } };

let folder: string;
let testDatabase: TestDatabase;
let engine: Engine;
let database: DatabasePool;

// The shape that the deadlines of discrepancies have, for a schema that has none yet; overdue from the first moment on.
const STAND_IN = `
  alter table discrepancies add column if not exists escalation integer not null default 0;
  create function escalate_overdue(as_of timestamptz, count_max integer)
  returns table (discrepancy_id bigint, account text, severity severity, assignee text, due_at timestamptz, escalation integer)
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update discrepancies d set escalation = d.escalation + 1
    where d.discrepancy_id in (select x.discrepancy_id from discrepancies x where x.escalation < 3 order by 1 limit count_max)
    returning d.discrepancy_id, d.account, d.severity, null::text, as_of - interval '50 hours', d.escalation
  $$;
  grant execute on function escalate_overdue(timestamptz, integer) to recon_worker`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-overdue-test-'));
  testDatabase = await freshDatabase();
  engine = await startEngine({ databaseUrl: testDatabase.url, folder });
  const isThere = await engine.database.oneFirst(sql.type(z.object({ isThere: z.boolean() }))`
    select to_regproc('public.escalate_overdue') is not null as "isThere"`);
  for (const statement of isThere ? [] : STAND_IN.split(/;\n(?= {2}(?:create|grant))/)) {
    await engine.database.query({ ...sql.unsafe`select 1`, sql: statement });
  }
  database = await createDatabase({
    url: testDatabase.workerUrl,
    poolSizeMax: 2,
    applicationName: 'recon overdue test',
  });
  const row = (id: string, more: object) => ({
    ...{ id, kind: 'payment', currency: 'USD', occurredAt: `${DAY}T10:00:00Z` },
    ...more,
  });
  await engine.runDay({
    ...{ date: DAY, asOf: '2026-02-20T00:00:00Z' },
    processor: [row('ch_1', { gross: '2500.00' }), row('ch_2', { gross: '3.50' })],
    internal: [],
    complete: true,
  });
});
afterAll(async () => {
  await database?.end();
  await engine?.stop();
  await testDatabase?.drop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await engine.database.query(sql.unsafe`delete from notifications`);
  const hasDeadlines = await engine.database.oneFirst(sql.type(z.object({ has: z.boolean() }))`
    select exists (select 1 from information_schema.columns where table_name = 'discrepancies' and column_name = 'due_from') as has`);
  await engine.database.query(sql.unsafe`update discrepancies set escalation = 0`);
  // Longer ago than any deadline, three times over.
  if (hasDeadlines)
    await engine.database.query(sql.unsafe`update discrepancies set due_from = now() - interval '100 days'`);
});

const escalate = (escalation: Parameters<typeof escalateOverdue>[0]['escalation']) =>
  escalateOverdue({ database, clock: () => NOW_MS, escalation });

const row = z.object({ channel: z.string(), audience: z.string(), kind: z.string(), payload: z.string() });
const outbox = () =>
  database.any(sql.type(row)`select channel, audience, kind, payload from notifications order by notification_id`);

test('the first time the first group is told, the next time the next, and from then on the last', async () => {
  for (let time = 0; time < 3; time += 1) expect(await escalate([LEAD, HEAD])).toEqual({ escalated: 2 });
  expect((await outbox()).map(({ channel, audience, kind }) => `${kind}: ${channel} ${audience}`)).toEqual([
    'overdue: mail lead@example.com',
    'overdue: webhook head',
    'overdue: webhook head',
  ]);
});

test('the message counts and sums, the worst first, and names no row', async () => {
  await escalate([LEAD]);
  const [told] = await outbox();
  const notice = noticeSchema.parse(JSON.parse(told?.payload ?? ''));
  expect(notice.sentence).toMatch(
    /^2 differences past the due date, 2,503\.50 USD, worst high, the oldest by \d+ days?\.$/,
  );
  expect(notice.lines).toEqual([{ name: 'test/files', value: '2 differences, 2,503.50 USD, high' }]);
  expect(told?.payload).not.toMatch(/ch_1|ch_2/);
});

test('where nobody is named, nothing is marked, so that it is told once somebody is', async () => {
  expect(await escalate([])).toEqual({ escalated: 0 });
  expect(await escalate([LEAD])).toEqual({ escalated: 2 });
});

test('nothing is marked by a sweep that cannot put its message in', async () => {
  // The database takes no such character.
  const impossible = { to: ['\u0000@example.com'] };
  await expect(escalate([impossible])).rejects.toThrow();
  expect(await escalate([LEAD])).toEqual({ escalated: 2 });
});
