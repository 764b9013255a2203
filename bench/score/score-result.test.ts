import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Score, scoreResult } from './score-result.ts';

const TRUTH = `side,id,verdict,group,situation
processor,p1,matched,1a,plain
internal,i1,matched,1a,plain
processor,p2,missing_internal,,lost
processor,p3,matched|status_mismatch,,reversed
internal,i3,ambiguous,,twins
`;
let folder = '';
let truthFile = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-score-'));
  truthFile = await file('truth.csv', TRUTH);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('what says the truth is right in every row, by whatever names its groups go', async () => {
  const score = await scored(
    [
      { side: 'processor', id: 'p1', verdict: 'matched', group: 'x' },
      { side: 'internal', id: 'i1', verdict: 'matched_late', group: 'x' },
      { side: 'processor', id: 'p2', verdict: 'missing_internal' },
      { side: 'processor', id: 'p3', verdict: 'status_mismatch' },
      { side: 'internal', id: 'i3', verdict: 'ambiguous' },
    ].map((row) => JSON.stringify(row)),
  );
  expect(score).toMatchObject({ rows: 5, right: 5, missed: 0, false: 0, misnamed: 0, misgrouped: 0, invented: 0 });
});

test('a difference that was called settled, or that nobody named, is missed; a settled row in the list is false', async () => {
  const score = await scored([
    '{"side":"processor","id":"p1","verdict":"amount_mismatch"}',
    '{"side":"processor","id":"p2","verdict":"matched"}',
    '{"side":"processor","id":"p3","verdict":"ignored"}',
  ]);
  expect(score).toMatchObject({ right: 0, missed: 2, false: 1, misnamed: 1, unsaid: 1 });
});

test('another word for what is wrong is misnamed', async () => {
  expect(await scored(['{"side":"internal","id":"i3","verdict":"missing_processor"}'])).toMatchObject({ misnamed: 1 });
});

test('a right verdict beside the wrong row is misgrouped, where groups were given', async () => {
  const apart = ['p1', 'i1'].map(
    (id, at) => `{"side":"${at === 0 ? 'processor' : 'internal'}","id":"${id}","verdict":"matched"`,
  );
  expect(await scored(apart.map((row, at) => `${row},"group":"${at}"}`))).toMatchObject({ right: 2, misgrouped: 2 });
  expect(await scored(apart.map((row) => `${row}}`))).toMatchObject({ right: 2, misgrouped: 0 });
});

test('the order in which members are named says nothing', async () => {
  const ids = Array.from({ length: 60 }, (_, at) => `p${at}`);
  const line = (id: string, at: number) => `processor,${id},matched,${at % 20}`;
  const truth = await file(
    'many.csv',
    `side,id,verdict,group,situation\n${ids.map((id, at) => `${line(id, at)},many\n`).join('')}`,
  );
  const lines = ids.map(line).reverse();
  const result = await file('reversed.csv', `side,id,verdict,group\n${lines.join('\n')}\n`);
  expect(await scoreResult(truth, result)).toMatchObject({ right: 60, misgrouped: 0 });
});

test('a row that is not in the world, or said twice, is invented; what other levels say is not read', async () => {
  const score = await scored([
    '{"side":"processor","id":"p1","verdict":"matched"}',
    '{"side":"processor","id":"p1","verdict":"matched"}',
    '{"side":"processor","id":"p9","verdict":"matched"}',
    '{"side":"processor","id":"p2","level":"settlement","verdict":"matched"}',
  ]);
  expect(score).toMatchObject({ right: 1, invented: 2 });
});

test('an array in one line, CSV, and what recon try prints are read alike', async () => {
  const row = '{"side":"processor","id":"p1","verdict":"matched"}';
  for (const [name, text] of [
    ['one-line.json', `[${row}]`],
    ['try.json', `{"runs":[{"date":"2026-01-10"}],"rows":[\n${row}\n],"discrepancies":[]}\n`],
    ['lines.json', `[\n  ${row}\n]\n`],
    ['rows.csv', 'id,side,verdict\np1,processor,matched\n'],
  ] as const) {
    expect(await scoreResult(truthFile, await file(name, text))).toMatchObject({ right: 1, invented: 0 });
  }
});

test('a line that is no row is named', async () => {
  await expect(scored(['{"side":"processor","id":"p1"}'])).rejects.toThrow('needs side, id and verdict');
  await expect(scored(['{"side":'])).rejects.toThrow('write one row a line');
});

async function scored(lines: readonly string[]): Promise<Score> {
  return scoreResult(truthFile, await file('result.ndjson', lines.map((line) => `${line}\n`).join('')));
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
