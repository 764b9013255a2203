import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SITUATION_NAMES } from './situations.ts';
import { type WorldOptions, writeWorld } from './write-world.ts';

const ROWS = 4_000;
let root = '';
let worlds = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'recon-world-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('the same seed is the same world, another one is not', async () => {
  const [one, again, other] = [await world(), await world(), await world({ seed: 'other' })].map(
    ({ folder: _folder, ...rest }) => rest,
  );
  expect(again).toEqual(one);
  expect(other?.truth).not.toEqual(one?.truth);
});

test('every row of both sides has its truth, once', async () => {
  const { processor, internal, truth } = await world({ residue: 0.5 });
  const rows = [...processor.map((row) => `processor ${row.id}`), ...internal.map((row) => `internal ${row.id}`)];
  expect(truth.map(({ side, id }) => `${side} ${id}`).sort()).toEqual(rows.sort());
  expect(new Set(rows).size).toBe(rows.length);
});

test('the residue is as large as asked for, and has every situation', async () => {
  for (const residue of [0.1, 0.5]) {
    const { truth } = await world({ residue });
    const own = truth.filter(({ side }) => side === 'processor');
    const share = own.filter(({ situation }) => situation !== 'plain').length / own.length;
    expect(Math.abs(share - residue)).toBeLessThan(0.01);
    expect(new Set(truth.map(({ situation }) => situation))).toEqual(new Set(['plain', ...SITUATION_NAMES]));
  }
});

test('what is matched adds up: processor and internal rows of a group have the same sum', async () => {
  const { processor, internal, truth } = await world({ residue: 0.5 });
  const amounts = new Map<string, number>([
    ...processor.map((row) => [`processor ${row.id}`, cents(row.presentment?.amount ?? row.gross)] as const),
    ...internal.map((row) => [`internal ${row.id}`, cents(row.status === 'void' ? '0.00' : row.amount)] as const),
  ]);
  const sums = new Map<string, number>();
  for (const { side, id, verdict, group } of truth) {
    if (verdict !== 'matched' || group === '') continue;
    const amount = amounts.get(`${side} ${id}`) ?? Number.NaN;
    sums.set(group, (sums.get(group) ?? 0) + (side === 'processor' ? amount : -amount));
  }
  expect([...sums].filter(([, sum]) => sum !== 0)).toEqual([]);
});

test('an amount that is the only key stands on no other row with a key', async () => {
  const { processor, internal } = await world({ residue: 0.5 });
  const keyless = [
    ...processor.filter((row) => row.merchantReference === undefined && row.references === undefined),
    ...internal.filter((row) => row.merchantReference === undefined && row.processorReference === undefined),
  ];
  const only = new Set(keyless.map((row) => row.gross ?? row.amount));
  const others = [...processor, ...internal].filter(
    (row) => row.merchantReference !== undefined && row.kind === 'payment',
  );
  expect(keyless.length).toBeGreaterThan(0);
  expect(others.filter((row) => only.has(row.gross ?? row.amount) && row.processorReference === undefined)).toEqual([]);
});

test('CSV says what NDJSON says', async () => {
  const { folder, internal } = await world({ residue: 0.5 });
  const [header = '', ...lines] = (await readFile(join(folder, 'internal.csv'), 'utf8')).trimEnd().split('\n');
  const columns = header.split(',');
  const rows = lines.map((line) => {
    const cells = line.split(',').map((cell, at) => [columns[at], cell === 'true' ? true : cell]);
    return Object.fromEntries(cells.filter(([, cell]) => cell !== ''));
  });
  expect(rows).toEqual(internal);
});

interface Line {
  readonly id: string;
  readonly kind: string;
  readonly gross: string;
  readonly amount: string;
  readonly status?: string;
  readonly merchantReference?: string;
  readonly processorReference?: string;
  readonly references?: unknown;
  readonly presentment?: { readonly amount: string };
}

async function world(given: Partial<WorldOptions> = {}) {
  worlds += 1;
  const folder = join(root, String(worlds));
  await writeWorld({ folder, rows: ROWS, seed: 'test', residue: 0.1, formats: ['ndjson', 'csv'], ...given });
  const lines = async (name: string) => (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');
  const rows = async (side: string): Promise<Line[]> => (await lines(`${side}.ndjson`)).map((line) => JSON.parse(line));
  const truth = (await lines('truth.csv')).slice(1).map((line) => {
    const [side = '', id = '', verdict = '', group = '', situation = ''] = line.split(',');
    return { side, id, verdict, group, situation };
  });
  return { folder, processor: await rows('processor'), internal: await rows('internal'), truth };
}

function cents(amount: string): number {
  return Number(amount.replace('.', ''));
}
