// The canary: a card number and an e-mail address planted in the references of every source, beside the names, addresses and notes
// that processors send unasked, are found nowhere afterwards: database, reports, mails, logs, Temporal histories.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { readXlsx } from '../activities/report/xlsx/read-xlsx.ts';
import type { World } from '../sandbox/world/world.ts';
import { PRODUCTION_POLICY } from '../workflows/contracts.ts';
import type { reconcileAccountDay } from '../workflows/reconcile-account-day.ts';
import { type DemoHouse, openDemoHouse } from './demo-house.ts';

// On servers of its own: local/stack.ts.

const CARD = '4242 4242 4242 4242';
const EMAIL = 'jane.doe@canary.example';
const HOLDER = { card: CARD, email: EMAIL } as const;
/** Also what the emulators invent: payers, shoppers, notes. */
const PERSONAL = [
  /4242.?4242/,
  /jane\.doe/i,
  /canary\.example/,
  /customer\.\d+@/,
  /Jane Example/,
  /Main Street/,
  /Rosen|Tanaka/,
];

let folder: string;
let house: DemoHouse;
let ui: string[] = [];
let log = '';

/** Two orders of the last day whose numbers are not numbers, on both sides. */
function plant(world: World): void {
  const startMs = world.endMs - 20 * 3_600_000;
  const charges = world.entries.flatMap(({ source, createdS }) =>
    source?.object === 'charge' && createdS * 1000 > startMs && createdS * 1000 < world.endMs ? [source] : [],
  );
  const planted = new Set(world.truth.flatMap(({ externalId, partner }) => [externalId, partner?.externalId]));
  for (const value of Object.values(HOLDER)) {
    const index = charges.findIndex(
      ({ orderId, entryId, customerNumber }) =>
        // PayPal carries these orders in a free field, which is left out where it looks personal.
        customerNumber % 10 !== 0 &&
        !planted.has(entryId) &&
        world.records.some((record) => record.orderId === orderId),
    );
    const [charge] = charges.splice(index, 1);
    if (charge === undefined) throw new Error('no order to plant in');
    for (const record of world.records.filter(({ orderId }) => orderId === charge.orderId)) {
      Object.assign(record, { orderId: value, processorReference: null });
    }
    Object.assign(charge, { orderId: value });
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-canary-'));
  house = await openDemoHouse({
    folder,
    days: 1,
    transactionsPerDay: 300,
    keepDatabase: false,
    nowMs: Date.now,
    onWorld: plant,
    logger: pino({ level: 'trace' }, { write: (line) => (log += line) }),
    onProgress: (message) => ui.push(message),
    onPhase: () => undefined,
  });
  await Promise.all(
    house.branches.map(({ account, yesterday }) =>
      house.recon.temporal.workflow.execute<typeof reconcileAccountDay>('reconcileAccountDay', {
        args: [{ account, date: yesterday, trigger: 'manual', policy: PRODUCTION_POLICY }],
        taskQueue: 'recon',
        workflowId: `canary/${account}`,
      }),
    ),
  );
}, 240_000);

afterAll(async () => {
  await house?.stop();
  await rm(folder, { recursive: true, force: true });
  ui = [];
}, 60_000);

function leaks(name: string, text: string): string[] {
  return PERSONAL.flatMap((pattern) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`${name}: ${text.slice(Math.max(0, found.index - 60), found.index + 40)}`];
  });
}

async function query<T>(text: string): Promise<T[]> {
  const client = new Client({ connectionString: house.recon.stack.postgres.url });
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
}

test('no table of the database holds any of it', async () => {
  const tables = await query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const found: string[] = [];
  for (const { name } of tables) {
    for (const { text } of await query<{ text: string }>(`select t::text as text from public.${name} t`)) {
      found.push(...leaks(name, text));
    }
  }
  expect(found).toEqual([]);
});

/** A workbook is zipped: what it holds are its cells. */
async function textOf(file: string): Promise<string> {
  if (!file.endsWith('.xlsx')) return readFile(file, 'utf8');
  const cells: string[] = [];
  for await (const row of readXlsx(file)) cells.push(...row.cells);
  expect(cells.length).toBeGreaterThan(100);
  return cells.join('\n');
}

test('no report, mail, package of evidence or line of the log holds any of it', async () => {
  const found: string[] = [];
  for (const place of [house.reportFolder, house.mailFolder, house.evidenceFolder]) {
    const entries = await readdir(place, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) found.push(...leaks(file.name, await textOf(join(file.parentPath, file.name))));
  }
  expect(log.length).toBeGreaterThan(100);
  found.push(...leaks('progress', ui.join('\n')), ...leaks('log', log));
  expect(found).toEqual([]);
});

test('no Temporal history holds any of it', async () => {
  const found: string[] = [];
  for (const { account } of house.branches) {
    const history = await house.recon.temporal.workflow.getHandle(`canary/${account}`).fetchHistory();
    const text = JSON.stringify(history, (_key, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
    );
    expect(text.length).toBeGreaterThan(1_000);
    found.push(...leaks(account, text));
  }
  expect(found).toEqual([]);
});

test('the rows are there all the same: a token on both sides, matched, and an incident for each account', async () => {
  const tokens = await query<{ account: string; tokens: number; matched: number }>(
    `select a.account, count(*)::int as tokens,
            count(*) filter (where exists (select 1 from matches m where m.p_row_id = p.row_id and m.i_row_id is not null and m.released_seq is null))::int as matched
     from processor_transactions p join accounts a using (account_id)
     where p.merchant_reference ~ '^tok1_[0-9a-f]{40}$' and p.kind = 'payment' group by 1 order by 1`,
  );
  expect(tokens).toEqual(
    house.branches
      .map(({ account }) => ({ account, tokens: 2, matched: 2 }))
      .sort((a, b) => (a.account < b.account ? -1 : 1)),
  );
  const incidents = await query<{ account: string; detail: string }>(
    `select distinct r.account, c.detail from data_quality_checks c join reconciliation_runs r using (run_id)
     where c.name = 'personal data' and not c.passed`,
  );
  expect(new Set(incidents.map(({ account }) => account)).size).toBe(house.branches.length);
  for (const { detail } of incidents) expect(detail).toContain('turned into tokens');
});
