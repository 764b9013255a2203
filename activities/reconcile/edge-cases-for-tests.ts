// Reads situations written as text (edge-cases.txt) and runs them: day by day, each in an account of its own. Decides
// nothing about verdicts; a word that it does not know is an error, so that no line is skipped by a typing mistake.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { formatMinor } from '../../domain/money.ts';
import type { RuleSet } from '../../domain/rule-set.ts';
import type { AccountSetup } from '../accounts.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import {
  DAY,
  internal,
  LONG_AFTER,
  processor,
  recordsOf,
  rules,
  type SituationRow,
  type situationsForTests,
} from './situations-for-tests.ts';
import { type RowStanding, readStandings } from './standings-for-tests.ts';

interface DayScript {
  readonly account: string;
  readonly date: string;
  readonly asOf: string;
  /** Where a side reaches, if not as far as the day is seen. */
  readonly reach: { processorAsOf?: string; internalAsOf?: string };
  rules: RuleSet | undefined;
  readonly rows: SituationRow[];
  /** Lines that are no rows, given to the source as they stand. */
  readonly lines: string[];
  readonly expected: Array<readonly [key: string, verdict: string]>;
  /** Each a word and what must follow: outcome, open, closed, quarantined. */
  readonly said: Array<readonly [about: string, text: string]>;
}

interface Script {
  readonly title: string;
  setup: Partial<AccountSetup>;
  readonly days: DayScript[];
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const OURS = 'test';

type Situations = ReturnType<typeof situationsForTests>;

/** One test for each situation, under its title. */
export function testSituations(situations: Situations, scripts: readonly Script[]): void {
  test.each(scripts.map((script) => [script.title, script] as const))('%s', (_title, script) =>
    play(situations, script),
  );
}

let played = 0;

async function play(situations: Situations, script: Script): Promise<void> {
  played += 1;
  const accounts = new Map<string, EngineAccount>();
  for (const day of script.days) {
    const name = `${day.account}/case-${played}`;
    const account = accounts.get(name) ?? situations.newAccount({ account: name, ...script.setup });
    accounts.set(name, account);
    const { outcome } = await account.runDay({
      date: day.date,
      asOf: day.asOf,
      ...day.reach,
      ...(day.rules === undefined ? {} : { rules: day.rules }),
      processor: [...recordsOf('processor', day.rows), ...day.lines],
      internal: recordsOf('internal', day.rows),
    });
    const found = await readStandings(situations.started().engine.database, name);
    expect({
      date: day.date,
      rows: day.expected.map(([key, said]) => `${key} | ${asSaid(found.get(key), said)}`),
    }).toEqual({ date: day.date, rows: day.expected.map(([key, said]) => `${key} | ${said}`) });
    await expectSaid(situations, name, day, outcome);
  }
}

/** What a row came to, with as much detail as was asked for: levels apart, `by` its rule, `with` the others. */
function asSaid(levels: ReadonlyMap<string, RowStanding> | undefined, said: string): string {
  const parts = said.split('; ').map((part) => {
    const words = /^(?:(settlement|bank) )?\w+( by [^;]+?)?( with .+)?$/.exec(part);
    const level = words?.[1] ?? 'activity';
    const standing = levels?.get(level);
    const prefix = words?.[1] === undefined ? '' : `${level} `;
    if (standing === undefined) return `${prefix}nothing`;
    const rule = words?.[2] === undefined ? '' : ` by ${standing.rule}`;
    const partners = words?.[3] === undefined ? '' : ` with ${standing.partners.join(', ')}`;
    return `${prefix}${standing.verdict}${rule}${partners}`;
  });
  return parts.join('; ');
}

async function expectSaid({ started }: Situations, account: string, day: DayScript, outcome: string): Promise<void> {
  const { database } = started().engine;
  for (const about of new Set(day.said.map(([word]) => word))) {
    const expected = day.said.filter(([word, text]) => word === about && text !== 'nothing').map(([, text]) => text);
    if (about === 'outcome') expect([outcome]).toEqual(expected);
    if (about === 'quarantined') expect(await readQuarantined(account)).toEqual(expected);
    if (about === 'open' || about === 'closed')
      expect((await readDiscrepancies(account, about)).sort()).toEqual(expected.sort());
  }

  function readQuarantined(of: string) {
    return database.anyFirst(sql.type(z.object({ said: z.string() }))`
      select 'line ' || q.position || ' ' || split_part(q.reason, ':', 1) as said
      from quarantined_rows q join accounts using (account_id) where account = ${of} order by q.position::int`);
  }

  /** Each as its line says it: anchor, verdict, money at risk; how bad and how many rows, where the line says so. */
  async function readDiscrepancies(of: string, about: 'open' | 'closed'): Promise<string[]> {
    const found = await database.any(sql.type(discrepancyRow)`
      select anchor_external_id as id, verdict, amount, currency, severity, members, surplus, balanced, closed_by
      from discrepancies where account = ${of} and (state = 'closed') = ${about === 'closed'} order by anchor_external_id`);
    return found.map((one) => {
      if (about === 'closed') return `${one.id} ${one.closed_by}`;
      const text = `${one.id} ${one.verdict} ${formatMinor(one.amount, one.currency)} ${one.currency}`;
      const asked = day.said.find(([word, said]) => word === 'open' && said.startsWith(text))?.[1] ?? '';
      const details = [
        one.severity,
        `${one.members} rows`,
        `surplus ${one.surplus}`,
        one.balanced === true ? 'balanced' : 'not balanced',
      ];
      return [text, ...details.filter((detail) => asked.split(', ').includes(detail))].join(', ');
    });
  }
}

const discrepancyRow = z.object({
  id: z.string(),
  verdict: z.string(),
  amount: z.bigint(),
  currency: z.string(),
  severity: z.string(),
  members: z.number().nullable(),
  surplus: z.number().nullable(),
  balanced: z.boolean().nullable(),
  closed_by: z.string().nullable(),
});

/** A part is `== so ==`; a title stands at the margin, everything about it is indented. `#` is for readers. */
export function parseParts(text: string): Array<{ readonly title: string; readonly scripts: Script[] }> {
  const parts: Array<{ readonly title: string; readonly scripts: Script[] }> = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
    const part = /^== (.+) ==$/.exec(line)?.[1];
    const scripts = parts.at(-1)?.scripts;
    const script = scripts?.at(-1);
    if (part !== undefined) parts.push({ title: part, scripts: [] });
    else if (scripts === undefined) throw new SyntaxError(`a line before the first part: ${line}`);
    else if (!line.startsWith(' ')) scripts.push({ title: line, setup: { payoutsItemised: true }, days: [] });
    else if (script === undefined) throw new SyntaxError(`a line before the first title: ${line}`);
    else for (const one of repeated(line.trim())) readLine(script, one);
  }
  return parts;
}

/** `3 times processor ch_{n}  …` */
function repeated(line: string): string[] {
  const [, times, given = ''] = /^(\d+) times (.+)$/.exec(line) ?? [];
  if (times === undefined) return [line];
  return Array.from({ length: Number(times) }, (_, at) => given.replaceAll('{n}', String(at + 1)));
}

function readLine(script: Script, line: string): void {
  const [, word = '', rest = ''] = /^(\w+):? *(.*)$/.exec(line) ?? [];
  if (word === 'zone') script.setup = { ...script.setup, zone: rest };
  else if (line === 'payouts are not itemised') script.setup = { ...script.setup, payoutsItemised: false };
  else if (word === 'day') script.days.push(dayOf(rest, script.days.at(-1)));
  else {
    const day = script.days.at(-1) ?? dayOf('31 Jan', undefined);
    if (script.days.length === 0) script.days.push(day);
    readInDay(day, word, rest, line);
  }
}

function readInDay(day: DayScript, word: string, rest: string, line: string): void {
  if (word === 'rules') day.rules = rules(parseYaml(rest));
  else if (line.startsWith('processor reaches ')) day.reach.processorAsOf = instantOf(rest.replace('reaches ', ''));
  else if (line.startsWith('records reach ')) day.reach.internalAsOf = instantOf(rest.replace('reach ', ''));
  else if (word === 'line') day.lines.push(rest);
  else if (word === 'processor' || word === 'records') readRow(day, word, rest);
  else if (['outcome', 'open', 'closed', 'quarantined'].includes(word)) day.said.push([word, rest]);
  else throw new SyntaxError(`"${line}" is no line of a situation`);
}

/** `1 Feb, seen 2 Feb 06:00, account square`; what is decided is decided long after the day, unless it says when. */
function dayOf(text: string, before: DayScript | undefined): DayScript {
  const [day = '', ...details] = text.split(', ');
  const seen = details.find((detail) => detail.startsWith('seen '))?.slice('seen '.length);
  const account = details.find((detail) => detail.startsWith('account '))?.slice('account '.length);
  return {
    account: account ?? before?.account ?? OURS,
    date: dateOf(day),
    asOf: seen === undefined ? LONG_AFTER : instantOf(seen),
    reach: {},
    rules: before?.rules,
    ...{ rows: [], lines: [], expected: [], said: [] },
  };
}

/** `ch_1  payment 100.00 USD  order A | matched`; without what it is, it is a row of before. */
function readRow(day: DayScript, side: 'processor' | 'records', text: string): void {
  const [given = '', verdict] = text.split('|').map((part) => part.trim());
  const [id = '', what, ...details] = given.split(/ {2,}/);
  const key = side === 'processor' ? `processor ${id}` : `internal ${id}`;
  if (what !== undefined) {
    const read = Object.assign({ at: `${day.date}T12:00:00Z` }, ...details.map(detailOf));
    day.rows.push(side === 'processor' ? processor(id, what, read) : internal(id, what, read));
  }
  if (verdict !== undefined) day.expected.push([key, verdict]);
}

function detailOf(text: string): object {
  const [word = '', ...rest] = text.split(' ');
  const value = rest.join(' ');
  switch (word) {
    case 'fee':
    case 'order':
    case 'names':
    case 'parent':
    case 'presented':
    case 'payout':
      return { [word]: value };
    case 'also':
      return { alsoKnownAs: rest };
    case 'at':
      return { at: instantOf(value) };
    case 'pending':
    case 'void':
      return { status: word };
    case 'reverses':
      return { reverses: true };
  }
  if (text === 'moves nothing') return { movesBalance: false };
  if (text === 'test mode') return { testMode: true };
  if (text === 'settlement level') return { level: 'settlement' };
  throw new SyntaxError(`"${text}" is no detail of a row`);
}

/** `1 Feb` of the year of the situations. */
function dateOf(text: string): string {
  const [, day = '', month = ''] = /^(\d+) (\w+)$/.exec(text) ?? [];
  const at = MONTHS.indexOf(month) + 1;
  if (at === 0) throw new SyntaxError(`"${text}" is no day`);
  return `${DAY.slice(0, 4)}-${String(at).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** `1 Feb 06:00`, in UTC. */
function instantOf(text: string): string {
  const [, day = '', time = ''] = /^(\d+ \w+) (\d\d:\d\d(?::\d\d)?)$/.exec(text) ?? [];
  return `${dateOf(day)}T${time.length === 5 ? `${time}:00` : time}Z`;
}
