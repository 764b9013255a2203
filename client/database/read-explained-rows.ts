// Reads rows with their keys, for explanations: a row as its account's runs know it, and other rows that share a key with it
// or, where it has none in common with anybody, its amount, currency and kind. Always bounded.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { KINDS, LEVELS, SIDES, STATUSES } from '../../domain/vocabulary.ts';

export const KEY_TYPES = ['processor_id', 'merchant_reference'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export interface RowKey {
  readonly type: KeyType;
  readonly value: string;
}

const explainedRow = z.object({
  side: z.enum(SIDES),
  id: z.string(),
  rowId: z.bigint(),
  homeDate: z.string(),
  version: z.number(),
  level: z.enum(LEVELS),
  kind: z.enum(KINDS),
  status: z.enum(STATUSES),
  currency: z.string(),
  amountMinor: z.bigint(),
  presentmentMinor: z.bigint().nullable(),
  presentmentCurrency: z.string().nullable(),
  reverses: z.boolean(),
  movesBalance: z.boolean(),
  withdrawn: z.boolean(),
  unknownCode: z.string().nullable(),
  occurredAtMs: z.number(),
  processorReference: z.string().nullable(),
  merchantReference: z.string().nullable(),
  parentId: z.string().nullable(),
  payoutId: z.string().nullable(),
  alsoKnownAs: z.array(z.string()),
  /** The decision that took the row up; null where none has. */
  introducedSeq: z.bigint().nullable(),
});
export type ExplainedRow = z.infer<typeof explainedRow>;

export interface RowPin {
  readonly rowId: bigint;
  readonly homeDate: string;
}

/** The newest version that a run has introduced, or the newest there is where none has. */
export function readExplainedRows(database: DatabasePool, pins: readonly RowPin[]): Promise<readonly ExplainedRow[]> {
  const wanted = sql.unnest(
    pins.map(({ rowId, homeDate }) => [rowId.toString(), homeDate]),
    ['int8', 'date'],
  );
  const introduced = (side: string) => sql.fragment`
    (select max(b.introduced_seq) from batch_totals b
     where b.batch_id = t.batch_id and b.home_date = t.home_date and b.side = ${side} and b.disposition <> 'repeat')`;
  return database.any(sql.type(explainedRow)`
    with wanted as (select * from ${wanted} as w (row_id, home_date))
    select 'processor' as side, p.external_id as id, p.row_id as "rowId", p.home_date as "homeDate", p.version, p.level, p.kind,
           p.status, p.currency, p.gross as "amountMinor", p.presentment_amount as "presentmentMinor",
           p.presentment_currency as "presentmentCurrency", p.reverses, p.moves_balance as "movesBalance", p.withdrawn,
           p.unknown_code as "unknownCode", p.occurred_at as "occurredAtMs", null as "processorReference",
           p.merchant_reference as "merchantReference", p.parent_id as "parentId",
           coalesce((select e.payout_id from payout_entries e where e.external_id = p.external_id and e.account_id = p.account_id
                     order by e.version desc limit 1), p.payout_id) as "payoutId",
           array(select f.value from row_references f where f.row_id = p.row_id and f.version = p.version
                 and f.type = 'processor_id' order by f.value) as "alsoKnownAs",
           p.introduced_seq as "introducedSeq"
    from wanted w cross join lateral (
      select t.*, s.introduced_seq from processor_transactions t cross join lateral (select ${introduced('processor')} as introduced_seq) s
      where t.row_id = w.row_id and t.home_date = w.home_date
      order by s.introduced_seq is null, t.version desc limit 1) p
    union all
    select 'internal', i.external_id, i.row_id, i.home_date, i.version, 'activity', i.kind, i.status, i.currency, i.amount, null,
           null, i.reverses, i.moves_balance, i.withdrawn, i.unknown_code, i.occurred_at, i.processor_reference,
           i.merchant_reference, i.parent_id, null, '{}', i.introduced_seq
    from wanted w cross join lateral (
      select t.*, s.introduced_seq from internal_transactions t cross join lateral (select ${introduced('internal')} as introduced_seq) s
      where t.row_id = w.row_id and t.home_date = w.home_date
      order by s.introduced_seq is null, t.version desc limit 1) i`);
}

/** What a row can be found by, strongest first. */
export function keysOf(row: ExplainedRow): readonly RowKey[] {
  const ids = row.side === 'processor' ? [row.id, ...row.alsoKnownAs] : [row.processorReference];
  const keys = [
    ...ids.map((value) => ({ type: 'processor_id' as const, value })),
    { type: 'merchant_reference' as const, value: row.merchantReference },
  ];
  return keys.flatMap(({ type, value }) => (value === null ? [] : [{ type, value }]));
}

const pinRow = z.object({ rowId: z.bigint(), homeDate: z.string() });

/** Rows around the day of this one that carry one of its keys, of either side, it too; by id whatever their age. */
export function readRowsByKey(
  database: DatabasePool,
  accountId: number,
  row: ExplainedRow,
  { days, countMax }: { readonly days: number; readonly countMax: number },
): Promise<readonly RowPin[]> {
  const values = (type: KeyType) =>
    sql.array(
      keysOf(row).flatMap((key) => (key.type === type ? [key.value] : [])),
      'text',
    );
  const [ids, references] = [values('processor_id'), values('merchant_reference')];
  const near = sql.fragment`account_id = ${accountId}
    and home_date between ${row.homeDate}::date - ${days}::int and ${row.homeDate}::date + ${days}::int`;
  return database.any(sql.type(pinRow)`
    select distinct row_id as "rowId", home_date as "homeDate" from (
      (select row_id, home_date from transaction_ids
       where external_id = any(${ids}) and account_id = ${accountId} and side = 'processor')
      union all
      (select row_id, home_date from row_references
       where value = any(${ids}) and account_id = ${accountId} and type = 'processor_id' limit ${countMax})
      union all
      (select row_id, home_date from processor_transactions where ${near} and merchant_reference = any(${references}) limit ${countMax})
      union all
      (select row_id, home_date from internal_transactions
       where ${near} and (merchant_reference = any(${references}) or processor_reference = any(${ids})) limit ${countMax})
    ) k order by 2, 1 limit ${countMax}`);
}

/** Rows of the other side with the same amount, currency and kind, the nearest in time first. */
export function readRowsByAmount(
  database: DatabasePool,
  accountId: number,
  row: ExplainedRow,
  { days, countMax }: { readonly days: number; readonly countMax: number },
): Promise<readonly RowPin[]> {
  const near = sql.fragment`account_id = ${accountId} and kind = ${row.kind}
    and home_date between ${row.homeDate}::date - ${days}::int and ${row.homeDate}::date + ${days}::int`;
  const nearest = sql.fragment`
    order by abs(extract(epoch from occurred_at) - ${row.occurredAtMs / 1_000}), row_id limit ${countMax}`;
  if (row.side === 'internal') {
    return database.any(sql.type(pinRow)`
      select row_id as "rowId", home_date as "homeDate" from processor_transactions
      where ${near} and level = 'activity' and ((currency = ${row.currency} and gross = ${row.amountMinor})
        or (presentment_currency = ${row.currency} and presentment_amount = ${row.amountMinor})) ${nearest}`);
  }
  return database.any(sql.type(pinRow)`
    select row_id as "rowId", home_date as "homeDate" from internal_transactions
    where ${near} and ((currency = ${row.currency} and amount = ${row.amountMinor})
      or (currency = ${row.presentmentCurrency} and amount = ${row.presentmentMinor})) ${nearest}`);
}
