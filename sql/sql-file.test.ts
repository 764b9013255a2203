import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { type Literals, readSql, readSteps } from './sql-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'recon-sql-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
/** A file of its own, as the functions name files: resolved against this folder. */
function file(text: string): string {
  files += 1;
  const path = join(folder, `${files}.sql`);
  writeFileSync(path, text);
  return pathToFileURL(path).href;
}

test('a literal stands where its name stood, as often as it stands there', () => {
  const name = file(`select * from :side_rows where account_id = :account_id and side = ':side' and :account_id > 0`);
  expect(readSql(name, { side_rows: 'processor_transactions', account_id: 7, side: 'processor' })).toBe(
    `select * from processor_transactions where account_id = 7 and side = 'processor' and 7 > 0`,
  );
});

test.each([
  [true, 'true'],
  [false, 'false'],
  [-3, '-3'],
  [10n ** 20n, '100000000000000000000'],
  ['2026-01-31T05:00:00.000Z', '2026-01-31T05:00:00.000Z'],
  ['stripe/us', 'stripe/us'],
  ['{settled,void}', '{settled,void}'],
  ['', ''],
])('%p is written %s', (value, written) => {
  expect(readSql(file(`select ':x'`), { x: value })).toBe(`select '${written}'`);
});

test.each([
  `'; drop table matches; --`,
  'a b',
  'a;b',
  '"quoted"',
  'a\nb',
  'back\\slash',
  '$1',
  '$$',
  '(select 1)',
  '*',
  '=',
  'é',
  '\u0000',
  'NaN!',
])('%j is not a plain literal and never reaches the text', (value) => {
  const name = file('select :x');
  expect(() => readSql(name, { x: value })).toThrow(TypeError);
  expect(() => readSql(name, { x: value })).toThrow(`:x in sql/${name} is not a plain literal`);
});

test('a name without a literal is refused, and so are names that every object has', () => {
  expect(() => readSql(file('select :seq, :run_id'), { seq: 1 })).toThrow('needs :run_id');
  expect(() => readSql(file('select :seq'))).toThrow(ReferenceError);
  expect(() => readSql(file('select :constructor'), {})).toThrow(':constructor');
});

test('casts, times and bound values are not placeholders', () => {
  const text = `select $1::text, '12:30:00'::time, a::kind, x[1:2], x[lo:hi], 'level:activity' from t`;
  expect(readSql(file(text))).toBe(text);
});

test('comments on lines of their own are left out, with whatever they mention', () => {
  expect(readSql(file('-- needs :nothing\nselect 1\n  -- and :this\nfrom t -- :seq\n'), { seq: 4 })).toBe(
    'select 1\n\nfrom t -- 4',
  );
});

const STEPS = `-- A pass.
-- step: first
select :seq
-- step: second hashed
-- Why.
select 2
-- step: only_groups if groups
select 3
-- step: no_groups unless groups
select 4
-- step: hashed_groups hashed if groups
select 5
`;

test('a file is its steps in order, with those that join the whole pool marked', () => {
  expect(readSteps(file(STEPS), { seq: 9, groups: false })).toEqual([
    { name: 'first', text: 'select 9', hashed: false },
    { name: 'second', text: 'select 2', hashed: true },
    { name: 'no_groups', text: 'select 4', hashed: false },
  ]);
});

test('a step is taken if its literal is true, and its opposite if it is false', () => {
  const namesWith = (literals: Literals) => readSteps(file(STEPS), { seq: 9, ...literals }).map(({ name }) => name);
  expect(namesWith({ groups: true })).toEqual(['first', 'second', 'only_groups', 'hashed_groups']);
  expect(namesWith({ groups: false })).toEqual(['first', 'second', 'no_groups']);
  // A flag that nobody set, or misspelt, must not leave a step out in silence.
  for (const literals of [{}, { groups: 'true' }, { groups: 1 }, { group: true }]) {
    expect(() => namesWith(literals)).toThrow('needs groups as true or false');
  }
});

test('the literals of a step that is left out are not needed', () => {
  const name = file('-- step: a if wanted\nselect :only_here\n-- step: b\nselect 1\n');
  expect(readSteps(name, { wanted: false })).toEqual([{ name: 'b', text: 'select 1', hashed: false }]);
  expect(() => readSteps(name, { wanted: true })).toThrow('needs :only_here');
});

test('a statement that belongs to no step is refused, not left out', () => {
  expect(() => readSteps(file('select 1\n-- step: a\nselect 2\n'), {})).toThrow('stands before the first step');
});

const MISSPELT = ['two words', 'a if', 'a hashed hashed', 'a when b', '', 'a-b'].map((rest) => `-- step: ${rest}`);
test.each([...MISSPELT, '-- step a', '--step: a', '-- Step: a'])('a step line written %j is refused', (line) => {
  expect(() => readSteps(file(`${line}\nselect 1\n`), { b: true })).toThrow(SyntaxError);
});

test('a file that is not there is refused by its name', () => {
  expect(() => readSql('matching/99_none.sql')).toThrow('99_none.sql');
});

test('every step of the matching passes has a name of its own in its file, and can be read', async () => {
  const passes = readdirSync(new URL('./matching/', import.meta.url)).filter((name) => name.endsWith('.sql'));
  expect(passes.length).toBeGreaterThan(0);
  for (const pass of passes) {
    const text = await readFile(new URL(`./matching/${pass}`, import.meta.url), 'utf8');
    const lines = text.match(/^-- step:.*$/gm) ?? [];
    expect([pass, lines.length > 0]).toEqual([pass, true]);
    // Every name that occurs, as true and as false, so that each condition is met once.
    const names = [...text.matchAll(/(?<![:\w]):([a-z_]+)\b|(?:if|unless) (\w+)$/gm)].map(
      ([, used, flag]) => used ?? flag,
    );
    const read = [true, false].flatMap((value) =>
      readSteps(`matching/${pass}`, Object.fromEntries(names.map((name) => [name, value]))),
    );
    const steps = new Set(read.map(({ name }) => name));
    expect([pass, [...steps].sort()]).toEqual([pass, lines.map((line) => line.split(' ')[2]).sort()]);
    expect(read.filter(({ text: statement }) => statement === '')).toEqual([]);
  }
});
