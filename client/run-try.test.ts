// `recon try` as a person runs it, several times over one store: each call is a process with servers of its own.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { DIFFERENCE_FIELDS, DISCREPANCY_STATES, KINDS, LEVELS, SIDES, VERDICTS } from '../domain/vocabulary.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { recon } from './cli-processes-for-tests.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-try-'));
  // Whatever it has to build first is built before a call's time begins.
  await (await startTemporalServer({ ui: false })).stop();
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

// The one object of --json, and nothing beside (design section 10).
const amount = z.string().regex(/^-?\d+(\.\d+)?$/);
const name = z.strictObject({ side: z.enum(SIDES), id: z.string() });
const resultSchema = z.strictObject({
  runs: z.array(
    z.strictObject({
      date: z.iso.date(),
      runNumber: z.int(),
      decisionSeq: z.int(),
      outcome: z.enum(['clean', 'differences', 'inconclusive']),
      totals: z.array(
        z.strictObject({
          side: z.enum(SIDES),
          level: z.enum(LEVELS),
          kind: z.enum(KINDS),
          currency: z.string().length(3),
          count: z.int(),
          debits: amount,
          credits: amount,
        }),
      ),
      resultDigest: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  rows: z.array(
    name.extend({
      level: z.enum(LEVELS),
      verdict: z.enum(VERDICTS),
      rule: z.string().nullable(),
      group: z.string().nullable(),
      partners: z.array(name),
      differences: z.array(
        z.strictObject({ field: z.enum(DIFFERENCE_FIELDS), processor: z.string(), internal: z.string() }),
      ),
      delta: amount.nullable(),
    }),
  ),
  discrepancies: z.array(
    z.strictObject({
      anchor: name,
      level: z.enum(LEVELS),
      verdict: z.enum(VERDICTS),
      state: z.enum(DISCREPANCY_STATES),
      amount,
      currency: z.string().length(3),
    }),
  ),
  quarantined: z.array(z.strictObject({ file: z.string(), line: z.int(), reason: z.string() })),
});

const at = '2026-01-31T12:00:00Z';
const paid = { kind: 'payment', currency: 'USD', occurredAt: at };
const back = { kind: 'refund', currency: 'USD', occurredAt: at };
const out = { kind: 'payout', currency: 'USD', occurredAt: at, fee: '0.00' };
const PROCESSOR = [
  { ...paid, id: 'ch_1', gross: '100.00', fee: '3.00', payoutId: 'po_1' },
  { ...out, id: 'po_1', gross: '-96.95' },
  { ...out, id: 'po_2', gross: '-500.00' },
  { ...back, id: 're_1', gross: '-30.00', merchantReference: 'A' },
  { ...back, id: 're_2', gross: '-20.00', merchantReference: 'A' },
  { ...paid, id: 'ch_2', gross: '15.00' },
  { ...paid, id: 'ch_3', gross: '15.00' },
  { ...paid, id: 'ch_4', gross: '19.99' },
  { ...paid, id: 'ch_5', gross: '42.00' },
  { ...paid, id: 'ch_6', gross: '7.00' },
  { ...paid, id: 'ch_7', gross: '1.234,50' },
];
const INTERNAL = [
  { ...paid, id: 'o_1', amount: '100.00', processorReference: 'ch_1' },
  { ...back, id: 'r_1', amount: '-50.00', merchantReference: 'A' },
  { ...paid, id: 'o_2', amount: '15.00' },
  { ...paid, id: 'o_3', amount: '15.00' },
  { ...paid, id: 'o_4', amount: '20.00', processorReference: 'ch_4' },
];
const later = '2026-02-01T09:00:00Z';

async function call(rows: { processor: readonly object[]; internal: readonly object[] }, ...words: string[]) {
  const [processor, internal] = await Promise.all(
    (['processor', 'internal'] as const).map(async (side) => {
      const file = join(folder, `${side}.ndjson`);
      await writeFile(file, rows[side].map((row) => `${JSON.stringify(row)}\n`).join(''));
      return file;
    }),
  );
  const store = ['--store', join(folder, 'store'), '--out', join(folder, 'out')];
  return recon(['try', '--processor', processor ?? '', '--internal', internal ?? '', ...store, ...words]);
}

async function answer(rows: Parameters<typeof call>[0], ...words: string[]) {
  const { code, stdout } = await call(rows, ...words, '--json');
  const result = resultSchema.parse(JSON.parse(stdout));
  const rowsById = new Map(result.rows.map((row) => [row.id, row]));
  expect(rowsById.size).toBe(result.rows.length);
  return { code, ...result, row: (id: string) => rowsById.get(id) };
}

const open = ({ discrepancies }: Awaited<ReturnType<typeof answer>>) =>
  discrepancies
    .filter(({ state }) => state === 'open')
    .map(({ anchor, level, verdict, amount: atRisk }) => `${anchor.id} ${level} ${verdict} ${atRisk}`);

test('each call over one store is the next arrival: nothing that is open is forgotten, and what comes late closes it', async () => {
  const first = await answer({ processor: PROCESSOR, internal: INTERNAL });
  expect([first.code, first.runs.map(({ date, runNumber }) => `${date}#${runNumber}`)]).toEqual([1, ['2026-01-31#1']]);
  expect(first.runs[0]?.totals).toContainEqual({
    ...{ side: 'processor', level: 'activity', kind: 'refund', currency: 'USD' },
    ...{ count: 2, debits: '50.00', credits: '0.00' },
  });
  expect(first.row('re_1')).toMatchObject({
    ...{ level: 'activity', verdict: 'matched', rule: 'sum', delta: '0.00', differences: [] },
    partners: [
      { side: 'processor', id: 're_2' },
      { side: 'internal', id: 'r_1' },
    ],
  });
  expect(first.row('re_1')?.group).toBe(first.row('r_1')?.group);
  expect(first.row('ch_2')).toMatchObject({ verdict: 'ambiguous', group: null, delta: null });
  expect(first.row('ch_2')?.partners.map(({ id }) => id)).toEqual(['ch_3', 'o_2', 'o_3']);
  expect(first.row('ch_4')).toMatchObject({
    ...{ verdict: 'amount_mismatch', delta: '-0.01' },
    differences: [{ field: 'amount', processor: '19.99', internal: '20.00' }],
  });
  expect(first.row('po_1')).toMatchObject({ level: 'settlement', verdict: 'unexplained_remainder', delta: '0.05' });
  expect(first.row('ch_1')).toMatchObject({ level: 'activity', verdict: 'matched', delta: '0.00' });
  expect(open(first)).toEqual([
    'ch_2 activity ambiguous 30.00',
    'ch_4 activity amount_mismatch 0.01',
    'ch_5 activity missing_internal 42.00',
    'ch_6 activity missing_internal 7.00',
    'po_1 settlement unexplained_remainder 0.05',
    'po_2 settlement ambiguous 500.00',
  ]);
  expect(first.quarantined).toEqual([
    { file: 'processor.ndjson', line: 11, reason: 'gross: "1.234,50" is not a plain decimal such as 12.30' },
  ]);

  const arrival = {
    processor: [{ ...paid, id: 'ch_8', gross: '8.00', occurredAt: later }],
    internal: [
      { ...paid, id: 'o_8', amount: '8.00', processorReference: 'ch_8', occurredAt: later },
      { ...paid, id: 'o_5', amount: '42.00', processorReference: 'ch_5', occurredAt: later },
    ],
  };
  const second = await answer(arrival);
  expect(second.runs.map(({ date, runNumber, decisionSeq }) => [date, runNumber, decisionSeq])).toEqual([
    ['2026-02-01', 1, 2],
  ]);
  expect(second.row('ch_5')).toMatchObject({ verdict: 'matched_late', partners: [{ side: 'internal', id: 'o_5' }] });
  expect(second.discrepancies.find(({ anchor }) => anchor.id === 'ch_5')).toMatchObject({ state: 'closed' });
  expect(open(second)).toEqual(open(first).filter((line) => !line.startsWith('ch_5 ')));
  expect(second.quarantined).toEqual(first.quarantined);

  const third = await call(arrival, '--date', '2026-01-31');
  expect(third.code).toBe(1);
  expect(third.stdout).toMatch(/2026-01-31 │ #2 /);
  expect(third.stdout).toMatch(/Payout without a list of entries +│ +1 │ 500\.00 USD/);
  expect(third.stdout).toContain('1 row could not be read');
  expect(await htmlOf('2026-01-31', 2)).toContain('no entries listed');
}, 180_000);

async function htmlOf(date: string, runNumber: number): Promise<string> {
  const reports = join(folder, 'out/reports/test/files', date);
  const run = (await readdir(reports)).find((each) => each.startsWith(`run-${runNumber}-`)) ?? '';
  return readFile(join(reports, run, 'report.html'), 'utf8');
}

test('rules that contradict themselves are refused before anything starts', async () => {
  const rules = join(folder, 'rules.yaml');
  await writeFile(rules, 'tolerance: { usd: { absolute: "0.01" } }\nseverity: [low, high]\n');
  const { code, stderr } = await call({ processor: [], internal: [] }, '--rules', rules);
  expect(code).toBe(2);
  expect(stderr).toContain('tolerance.usd: is not an ISO 4217 currency: write USD');
  expect(stderr).toContain('severity.0: always holds: no line below it is ever read');
});
