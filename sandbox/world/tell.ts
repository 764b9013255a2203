// Writes the truth of what was planted down, in words of the design and from what the planter knows: no row is compared here.
import type { BusinessDate } from '../../domain/business-date.ts';
import type { Kind, Side, Verdict } from '../../domain/vocabulary.ts';
import type { Books } from './books.ts';
import type { TradingDay } from './trading-day.ts';
import type { LedgerEntry, Money, ShopRecord, Situation, SituationRow } from './world.ts';

type Row = LedgerEntry | ShopRecord;

/** One row, or a row and its partner. */
export function tell(
  day: TradingDay,
  books: Books,
  kind: Kind,
  verdict: Verdict,
  anchor: Row,
  note: string,
  partner?: Row,
  settlesOn?: BusinessDate,
): void {
  books.truth.push({
    date: day.date,
    ...whereabouts(anchor),
    verdict,
    note,
    kind,
    money: moneyOf(anchor),
    atRisk: partner === undefined ? moneyOf(anchor) : atRiskOf(verdict, anchor, partner),
    partner:
      partner === undefined ? null : { date: settlesOn ?? day.date, ...whereabouts(partner), money: moneyOf(partner) },
    ...(settlesOn === undefined ? {} : { settlesOn }),
  });
}

type Told = Pick<Situation, 'verdict' | 'note'> & {
  readonly rows: readonly Row[];
  readonly by?: Situation['by'];
  readonly beside?: readonly Row[];
  readonly atRisk?: Money;
  readonly knownOn?: BusinessDate;
  readonly before?: Situation['before'];
};

/** Several rows, of which one thing is true. */
export function tellSituation(day: TradingDay, books: Books, told: Told): void {
  books.situations.push({
    date: day.date,
    knownOn: told.knownOn ?? day.date,
    verdict: told.verdict,
    by: told.by ?? null,
    note: told.note,
    level: 'activity',
    rows: told.rows.map(situationRow),
    beside: (told.beside ?? []).map(situationRow),
    atRisk: told.atRisk ?? null,
    before: told.before ?? null,
  });
}

/** What a row moved, without its sign. */
export function moneyOf(row: Row): Money {
  return absolute('occurredAtMs' in row ? row.amountMinor : row.grossMinor, row.currency);
}

function situationRow(row: Row): SituationRow {
  const { side, externalId } = whereabouts(row);
  return { side, externalId, money: moneyOf(row) };
}

/** Of a wrong amount or fee the difference counts, else all of what moved (design section 6). */
function atRiskOf(verdict: Verdict, anchor: Row, partner: Row): Money {
  const [entry, record] = 'occurredAtMs' in anchor ? [partner, anchor] : [anchor, partner];
  if ('occurredAtMs' in entry || !('occurredAtMs' in record)) return moneyOf(anchor);
  if (verdict === 'fee_mismatch') return absolute(entry.feeMinor - (record.feeMinor ?? 0n), entry.currency);
  if (verdict !== 'amount_mismatch') return moneyOf(anchor);
  // A record in the customer's currency is held against what the customer paid.
  const { source } = entry;
  const isPresented = record.currency !== entry.currency && source?.object === 'charge';
  return absolute((isPresented ? source.amountMinor : entry.grossMinor) - record.amountMinor, record.currency);
}

function absolute(minor: bigint, currency: string): Money {
  return { minor: minor < 0n ? -minor : minor, currency };
}

function whereabouts(row: Row): { side: Side; externalId: string; occurredAtMs: number } {
  if ('occurredAtMs' in row) return { side: 'internal', externalId: row.id, occurredAtMs: row.occurredAtMs };
  return { side: 'processor', externalId: row.id, occurredAtMs: row.createdS * 1000 };
}
