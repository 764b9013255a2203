// A company upgrades with its data: what a real run left, in the tables of an older version, is migrated to the newest; then the
// next day decides just what it decides where nobody ever upgraded, and the days before can still be replayed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type Engine, startEngine } from '../activities/engine-for-tests.ts';
import { replayRun } from '../activities/reconcile/replay-run.ts';
import {
  internal,
  LONG_AFTER,
  processor,
  recordsOf,
  type SituationRow,
  standings,
} from '../activities/reconcile/situations-for-tests.ts';
import { emptyDatabase, freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { migrate } from './migrate.ts';

const ACCOUNT = 'test/upgrade';
const MONTHS = `select ensure_partitions('2026-01-01', '2026-02-28')`;

let folder = '';
let stops: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-upgrade-'));
  stops = [() => rm(folder, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
});

async function kept(database: TestDatabase): Promise<TestDatabase> {
  stops.push(() => database.drop());
  return database;
}

async function clientOf({ url }: TestDatabase): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  stops.push(() => client.end());
  return client;
}

async function engineOn({ url }: TestDatabase): Promise<Engine> {
  const engine = await startEngine({ databaseUrl: url, folder });
  stops.push(() => engine.stop());
  return engine;
}

const PLAIN: readonly SituationRow[] = [
  processor('ch_1', 'payment 10.00 USD', { fee: '0.30' }),
  internal('o_1', 'payment 10.00 USD', { names: 'ch_1', fee: '0.30' }),
  processor('ch_2', 'payment 20.00 USD', { order: 'B' }),
  internal('o_2', 'payment 20.50 USD', { order: 'B' }),
  processor('ch_3', 'payment 30.00 USD'),
  internal('o_4', 'payment 40.00 USD'),
  processor('re_1', 'refund -5.00 USD', { parent: 'ch_1' }),
];
// What 0007 and 0008 brought: groups, and what payouts paid out.
const GROUPED: readonly SituationRow[] = [
  ...PLAIN,
  processor('ch_5', 'payment 50.00 USD', { order: 'E', fee: '0.00', payout: 'po_1' }),
  internal('o_5', 'payment 20.00 USD', { order: 'E' }),
  internal('o_6', 'payment 30.00 USD', { order: 'E' }),
  processor('po_1', 'payout -50.00 USD', { fee: '0.00' }),
];
const LATER: readonly SituationRow[] = [
  internal('o_3', 'payment 30.00 USD', { names: 'ch_3', at: '2026-02-01T01:00:00Z' }),
  processor('ch_2', 'payment 20.50 USD', { order: 'B' }),
  processor('ch_7', 'payment 70.00 USD', { at: '2026-02-01T09:00:00Z' }),
];

function dayOf(engine: Engine, date: string, rows: readonly SituationRow[], payoutsItemised: boolean) {
  const account = engine.accountOf(ACCOUNT, { payoutsItemised });
  const sides = { processor: recordsOf('processor', rows), internal: recordsOf('internal', rows) };
  return account.runDay({ date, asOf: LONG_AFTER, ...sides });
}

/** What the migrations put in themselves stands in both. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  audit_heads: `chain = 'system'`,
  audit_log: `chain = 'system'`,
  decision_reasons: 'true',
  severity_deadlines: 'true',
};

/** Every row of the tables that both have, in the columns that both have. */
async function copyData(from: Client, to: Client): Promise<void> {
  const columns = `
    select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attname) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'schema_migrations'
    group by 1 order by 1`;
  const { rows } = await to.query<{ name: string; columns: string }>(columns);
  // Foreign keys and triggers are for those who decide; this is what they decided.
  await to.query('set session_replication_role = replica');
  for (const { name, columns: list } of rows) {
    const reader = from.query(
      copyTo(`copy (select ${list} from ${name} where not (${LEFT_OUT[name] ?? 'false'})) to stdout`),
    );
    await pipeline(reader, to.query(copyFrom(`copy ${name} (${list}) from stdin`)));
  }
  await to.query('reset session_replication_role');
  await moveOnSequences(from, to);
}

async function moveOnSequences(from: Client, to: Client): Promise<void> {
  const { rows } = await to.query<{ name: string }>(
    `select sequencename as name from pg_sequences where schemaname = 'public'`,
  );
  for (const { name } of rows) {
    await to.query(`select setval('${name}', $1)`, [
      (await from.query(`select last_value + 5000 as next from ${name}`)).rows[0].next,
    ]);
  }
}

test.each([
  ['0006', PLAIN, false],
  ['0009', GROUPED, true],
  ['0016', GROUPED, true],
])(
  'a database of version %s with its days goes on as if it had always been of the newest',
  async (version, rows, itemised) => {
    const newest = await kept(await freshDatabase());
    const source = await engineOn(newest);
    const first = await dayOf(source, '2026-01-31', rows, itemised);

    const old = await kept(await emptyDatabase());
    const before = await migrate(old.url, { upTo: version });
    expect(before.at(-1)?.slice(0, 4)).toBe(version);
    const target = await clientOf(old);
    await target.query(MONTHS);
    await copyData(await clientOf(newest), target);

    const applied = await migrate(old.url);
    expect(applied[0]?.slice(0, 4)).toBe(String(Number(version) + 1).padStart(4, '0'));
    const upgraded = await engineOn(old);
    expect(await standings(upgraded, ACCOUNT)).toEqual(await standings(source, ACCOUNT));
    expect(await replayRun(upgraded.database, BigInt(first.runId))).toMatchObject({ verdict: 'intact' });

    const [always, now] = [
      await dayOf(source, '2026-02-01', LATER, itemised),
      await dayOf(upgraded, '2026-02-01', LATER, itemised),
    ];
    expect(now).toMatchObject({
      resultDigest: always.resultDigest,
      outcome: always.outcome,
      discrepancies: always.discrepancies,
    });
    expect(await standings(upgraded, ACCOUNT)).toEqual(await standings(source, ACCOUNT));
    expect((await standings(upgraded, ACCOUNT)).get('processor ch_3')).toMatchObject({ verdict: 'matched_late' });
    const { rows: told } = await target.query(
      `select event_key from audit_log where chain = 'system' and event = 'migration_applied'`,
    );
    expect(told).toHaveLength(before.length + applied.length);
  },
);
