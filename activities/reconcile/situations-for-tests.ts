// Situations of the finance team as tests: rows of both sides in, verdicts out. Each situation is an account of its own in
// the file's database, so that none can see another's rows.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { type RuleSet, ruleSetSchema } from '../../domain/rule-set.ts';
import { freshDatabase, type TestDatabase } from '../../scripts/database-for-tests.ts';
import type { AccountSetup } from '../accounts.ts';
import { type Engine, type EngineAccount, type EngineDay, startEngine } from '../engine-for-tests.ts';

/** The day of a situation that does not say another one. */
export const DAY = '2026-01-31';
/** Long enough after it that only reserves may still be on their way. */
export const LONG_AFTER = '2026-03-31T00:00:00Z';

export interface SituationRow {
  readonly key: string;
  readonly side: 'processor' | 'internal';
  readonly record: object;
}

interface Details {
  readonly at?: string;
  readonly status?: 'pending' | 'settled' | 'void';
  readonly fee?: string;
  /** The order number: the merchant reference of either side. */
  readonly order?: string;
  readonly parent?: string;
  readonly reverses?: true;
  readonly movesBalance?: false;
}

interface ProcessorDetails extends Details {
  /** Further ids of the same movement, such as the charge of a balance transaction. */
  readonly alsoKnownAs?: readonly string[];
  /** What the customer saw: `100.00 EUR`. */
  readonly presented?: string;
  readonly payout?: string;
  readonly level?: string;
  readonly testMode?: true;
}

interface InternalDetails extends Details {
  /** The processor's id that our record names. */
  readonly names?: string;
}

/** `what`: kind, amount and currency, such as `payment 100.00 USD`. */
export function processor(id: string, what: string, details: ProcessorDetails = {}): SituationRow {
  const [kind, gross, currency] = what.split(' ');
  const { alsoKnownAs, presented, payout, level, testMode, ...shared } = details;
  const [amount, presentedCurrency] = presented?.split(' ') ?? [];
  const record = {
    ...recordOf(id, shared),
    kind,
    gross,
    currency,
    level,
    testMode,
    payoutId: payout,
    references: alsoKnownAs?.map((value) => ({ type: 'processor_id', value })),
    presentment: presented === undefined ? undefined : { amount, currency: presentedCurrency },
  };
  return { key: `processor ${id}`, side: 'processor', record };
}

export function internal(id: string, what: string, details: InternalDetails = {}): SituationRow {
  const [kind, amount, currency] = what.split(' ');
  const { names, ...shared } = details;
  const record = { ...recordOf(id, shared), kind, amount, currency, processorReference: names };
  return { key: `internal ${id}`, side: 'internal', record };
}

function recordOf(id: string, { at, order, parent, ...same }: Details) {
  return { id, occurredAt: at ?? `${DAY}T12:00:00Z`, merchantReference: order, parentId: parent, ...same };
}

export function recordsOf(side: SituationRow['side'], rows: readonly SituationRow[]): object[] {
  return rows.filter((row) => row.side === side).map((row) => row.record);
}

export function rules(given: object): RuleSet {
  return ruleSetSchema.parse(given);
}

/** What a row came to: its verdict with the rule or reason, and the row that it stands with. */
export interface Standing {
  readonly verdict: string;
  readonly rule: string | null;
  readonly partner: string | null;
}

const standingRow = z.object({
  side: z.string(),
  id: z.string(),
  verdict: z.string().nullable(),
  rule: z.string().nullable(),
  row_id: z.bigint(),
  partner_row_id: z.bigint().nullable(),
});

export async function standings(engine: Engine, account: string): Promise<Map<string, Standing>> {
  const rows = await engine.database.any(sql.type(standingRow)`
    select side, external_id as id, verdict, rule, row_id, partner_row_id from row_verdicts_now
    where account = ${account} order by side, external_id`);
  const idOf = new Map(rows.map((row) => [row.row_id, row.id]));
  const partnerOf = (rowId: bigint | null) => (rowId === null ? null : (idOf.get(rowId) ?? 'a row that is not there'));
  return new Map(
    rows.map(({ side, id, verdict, rule, partner_row_id: partner }) => [
      `${side} ${id}`,
      { verdict: verdict ?? 'none', rule, partner: partnerOf(partner) },
    ]),
  );
}

export type Situation = readonly (readonly [SituationRow, string])[];

type Options = Omit<EngineDay, 'date' | 'processor' | 'internal'> & { readonly date?: string };

/** For the top of a test file: a database and an engine that live as long as its tests. */
export function situationsForTests() {
  let database: TestDatabase | undefined;
  let engine: Engine | undefined;
  let folder = '';
  let accounts = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recon-situations-'));
    database = await freshDatabase();
    engine = await startEngine({ databaseUrl: database.workerUrl, folder });
  });
  afterAll(async () => {
    await engine?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });
  const started = () => {
    if (engine === undefined || database === undefined) throw new ReferenceError('asked for before the tests began');
    return { engine, database, folder };
  };
  const newAccount = (setup: Partial<AccountSetup> = {}): EngineAccount => {
    accounts += 1;
    return started().engine.accountOf(setup.account ?? `test/situation-${accounts}`, setup);
  };
  return {
    started,
    newAccount,
    standings: (account: EngineAccount) => standings(started().engine, account.account),
    /** One day, decided once; then each row must stand as it says. */
    async expectVerdicts(rows: Situation, options: Options = {}): Promise<void> {
      const account = newAccount();
      await runOf(
        account,
        rows.map(([row]) => row),
        { asOf: LONG_AFTER, ...options },
      );
      await expectStanding(account, rows);
    },
    expectStanding,
    /** A test for each situation. Their keys are told apart, so that one run decides all of them. */
    decidedTogether(situations: Readonly<Record<string, Situation>>): void {
      let ours: EngineAccount | undefined;
      const account = () => {
        ours ??= newAccount();
        return ours;
      };
      const names = Object.keys(situations);
      const told = (name: string) =>
        (situations[name] ?? []).map(([row, verdict]) => [apart(row, names.indexOf(name)), verdict] as const);
      beforeAll(async () => {
        await runOf(
          account(),
          names.flatMap((name) => told(name).map(([row]) => row)),
          { asOf: LONG_AFTER },
        );
      });
      test.each(names)('%s', (name) => expectStanding(account(), told(name)));
    },
  };

  async function expectStanding(
    account: EngineAccount,
    rows: readonly (readonly [SituationRow | string, string])[],
  ): Promise<void> {
    const found = await standings(started().engine, account.account);
    const expected = rows.map(([row, verdict]) => [typeof row === 'string' ? row : row.key, verdict]);
    const actual = rows.map(([row]) => {
      const key = typeof row === 'string' ? row : row.key;
      const standing = found.get(key);
      return [key, standing === undefined ? 'not introduced' : standing.verdict];
    });
    expect(actual).toEqual(expected);
  }
}

/** The row with every key in a space of its own. */
function apart(row: SituationRow, space: number): SituationRow {
  const record = Object.entries(row.record).map(([field, value]) => [
    field,
    KEYS.has(field) ? keyApart(value, space) : value,
  ]);
  const [side, id] = row.key.split(' ');
  return { ...row, key: `${side} ${keyApart(id, space)}`, record: Object.fromEntries(record) };
}

const KEYS: ReadonlySet<string> = new Set([
  'id',
  'merchantReference',
  'parentId',
  'payoutId',
  'processorReference',
  'references',
]);

function keyApart(value: unknown, space: number): unknown {
  if (Array.isArray(value)) return value.map((item) => ({ ...item, value: keyApart(item.value, space) }));
  return value === undefined ? undefined : `${space}:${value}`;
}

/** A run of the day over these rows. */
export function runOf(account: EngineAccount, rows: readonly SituationRow[], options: Options = {}) {
  return account.runDay(dayOf(rows, options));
}

export function dayOf(rows: readonly SituationRow[], options: Options = {}): EngineDay {
  return { date: DAY, ...options, processor: recordsOf('processor', rows), internal: recordsOf('internal', rows) };
}
