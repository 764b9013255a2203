// What a source must have said before a day is believed: files that end early, that are not there yet, that are empty, cut
// off or of somebody else never make a day clean.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { parseBusinessDate } from '../../domain/business-date.ts';
import type { ProcessorRow } from '../../domain/transaction.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import { fileSource } from '../fetch/file/file.ts';
import { planDue } from '../run/plan-days.ts';
import { processorRows, scriptedSource } from '../stage/scripted-source-for-tests.ts';
import {
  internal,
  LONG_AFTER,
  processor,
  runOf,
  type SituationRow,
  situationsForTests,
} from './situations-for-tests.ts';

const { newAccount, started, expectStanding } = situationsForTests();

/** A folder of a file a day, of which nobody says how far it reaches. */
function folder(
  files: Readonly<Record<string, readonly SituationRow[]>>,
  zone = 'UTC',
  watermarkMs: number | null = null,
) {
  return scriptedSource<ProcessorRow>({
    shards: Object.fromEntries(
      Object.entries(files).map(([name, rows]) => [name, [processorRows(rows, 'test/scripted', zone)]]),
    ),
    contentKeys: Object.fromEntries(Object.keys(files).map((name) => [name, name])),
    sourceKey: Object.keys(files).join(' '),
    reachesLastRow: true,
    statesCompleteness: false,
    watermarkMs,
  });
}

const at = (day: string, hour = '10') => ({ at: `2026-01-${day}T${hour}:00:00Z` });
const YESTERDAY = [processor('ch_1', 'payment 1.00 USD', at('30'))];
const TODAY = [processor('ch_2', 'payment 2.00 USD', at('31'))];
const RECORDS = [
  internal('o_1', 'payment 1.00 USD', { names: 'ch_1', ...at('30') }),
  internal('o_2', 'payment 2.00 USD', { names: 'ch_2', ...at('31') }),
];

async function dueDays(account: EngineAccount, nominal: string): Promise<string[]> {
  const setup = await account.setupOf({ date: '2026-01-31', processor: [], internal: [] });
  const days = await planDue(started().engine.database, [setup], Date.parse(nominal));
  return days.map((day) => day.date);
}

function discrepancies(account: EngineAccount) {
  return started().engine.database.anyFirst(sql.type(z.object({ said: z.string() }))`
    select anchor_external_id || ' ' || verdict || ' ' || state || coalesce(' by ' || closed_by, '') as said
    from discrepancies where account = ${account.account} order by anchor_external_id`);
}

test('while the file of today is not there nothing is missing; the day is due again, and settled when it lands', async () => {
  const account = newAccount({ startDate: parseBusinessDate('2026-01-30') });
  const early = { setup: { source: folder({ yesterday: YESTERDAY }) }, asOf: '2026-02-01T04:00:00Z' };
  expect((await runOf(account, RECORDS, { ...early, date: '2026-01-30' })).outcome).toBe('clean');
  const waiting = await runOf(account, RECORDS, early);
  expect([waiting.outcome, waiting.discrepancies]).toEqual(['inconclusive', 0]);
  await expectStanding(account, [['internal o_2', 'pending_source']]);
  expect(await discrepancies(account)).toEqual(['o_2 pending_source open']);
  expect(await dueDays(account, '2026-02-01T04:00:00Z')).toEqual(['2026-01-31']);
  expect(await dueDays(account, '2026-02-02T04:00:00Z')).toEqual(['2026-01-31', '2026-02-01']);
  const source = folder({ yesterday: YESTERDAY, today: TODAY });
  const landed = await runOf(account, RECORDS, { setup: { source }, asOf: '2026-02-02T04:00:00Z' });
  expect([landed.runNumber, landed.outcome]).toEqual([2, 'clean']);
  expect(source.reads).toEqual(['today from the start']);
  await expectStanding(account, [['internal o_2', 'matched_late']]);
  expect(await discrepancies(account)).toEqual(['o_2 matched_late closed by matched_late']);
  expect(await dueDays(account, '2026-02-01T04:00:00Z')).toEqual([]);
});

test("the last row's day is the account's, and no file reaches beyond the moment at which it was written", async () => {
  const zone = 'America/New_York';
  // 22:00 in New York.
  const evening = processor('ch_1', 'payment 1.00 USD', { at: '2026-02-01T03:00:00Z' });
  const record = internal('o_1', 'payment 1.00 USD', { names: 'ch_1', at: '2026-02-01T03:00:00Z' });
  const whole = await runOf(newAccount({ zone }), [record], { setup: { source: folder({ a: [evening] }, zone) } });
  expect(whole.outcome).toBe('clean');
  const written = Date.parse('2026-02-01T04:59:59Z');
  const cut = await runOf(newAccount({ zone }), [record], {
    setup: { source: folder({ a: [evening] }, zone, written) },
  });
  expect(cut.outcome).toBe('inconclusive');
});

test.each([
  ['no row', []],
  ['rows of the day before only', YESTERDAY],
])('a read with %s does not make a day without records clean', async (_what, rows) => {
  const run = await runOf(newAccount(), [], { setup: { source: folder({ a: rows }) } });
  expect(run.outcome).toBe('inconclusive');
});

const HEADER = 'id,kind,gross,currency,occurredAt,account';
const LINE = 'ch_1,payment,1.00,USD,2026-01-31T10:00:00Z';
const NDJSON = JSON.stringify(processor('ch_1', 'payment 1.00 USD').record);
const RECORD = [internal('o_1', 'payment 1.00 USD', { names: 'ch_1' })];

async function runFile(name: string, text: string, records: readonly SituationRow[], complete = false) {
  const account = newAccount();
  const place = join(started().folder, hash('sha256', account.account, 'hex').slice(0, 12));
  await mkdir(place, { recursive: true });
  const path = join(place, name);
  await writeFile(path, text);
  const file = {
    side: 'processor' as const,
    account: account.account,
    zone: 'UTC',
    paths: [path],
    watermarkMs: null,
    complete,
  };
  return { account, run: await runOf(account, records, { asOf: LONG_AFTER, setup: { source: fileSource(file) } }) };
}

test.each([
  ['a header and no row', 'rows.csv', `${HEADER}\n`],
  ['nothing at all', 'rows.ndjson', ''],
  ['rows of another account only', 'rows.csv', `${HEADER}\n${LINE},stripe/other\n`],
  ['one row that is cut off', 'rows.ndjson', NDJSON.slice(0, -20)],
])('a file with %s never says that there are no differences', async (_what, name, text) => {
  // With records of ours: they are not called missing. Without any: nothing is called clean.
  const { account, run } = await runFile(name, text, RECORD);
  expect([run.outcome, run.discrepancies]).toEqual(['inconclusive', 0]);
  await expectStanding(account, [['internal o_1', 'pending_source']]);
  expect((await runFile(name, text, [])).run.outcome).toBe('inconclusive');
});

test.each([
  ['rows of another account only', 'rows.csv', `${HEADER}\n${LINE},stripe/other\n`],
  ['a last row that is cut off', 'rows.ndjson', `${NDJSON}\n${NDJSON.replace('ch_1', 'ch_2').slice(0, -20)}`],
  ['a last row that lacks its columns', 'rows.csv', `${HEADER}\n${LINE},\nch_2,payment,2.0`],
])('a file with %s that says it is complete shows what could not be read', async (_what, name, text) => {
  for (const records of [RECORD, []])
    expect((await runFile(name, text, records, true)).run.outcome).toBe('differences');
});
