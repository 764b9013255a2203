// Holds the rows against the processor's own balances: what two readings differ by must be the sum of what happened between
// them. A difference cuts the side's coverage where its interval begins, so that the run is inconclusive. It must not fail
// the run: a movement that is listed late is on one side of a reading and not yet on the other, and that would be a false
// alarm; but while the sum does not fit, nothing may be called clean.
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { addDays, type BusinessDate, datesBetween } from '../../domain/business-date.ts';
import { formatMinor } from '../../domain/money.ts';
import type { RunRow } from './run-context.ts';

const CHECK = 'processor balance';
// Readings that a wider interval may reach over, each way. What a reading at the edge has too much, the next has too little.
const READING_DAYS_MAX = 7;
// A correction may move the instant of a row away from its home date.
const HOME_DATE_SLACK_DAYS = 7;

const readingRow = z.object({ currency: z.string(), as_of: z.number(), total: z.bigint(), day: z.string() });
type Reading = z.infer<typeof readingRow>;

const sumRow = z.object({ net: z.bigint(), rows: z.bigint(), unknown: z.bigint() });

interface Interval {
  readonly since: Reading;
  readonly until: Reading;
}

interface Compared extends Interval {
  readonly movedMinor: bigint;
  readonly netMinor: bigint;
  readonly rows: bigint;
}

/** The coverage of the processor side, cut where a balance does not fit. Each interval is checked by the run of its end. */
export async function checkBalances(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  zone: string,
  coverageMs: number | null,
): Promise<number | null> {
  if (coverageMs === null) return null;
  const readings = await readReadings(connection, run, zone);
  if (readings.length === 0) return coverageMs;
  const introduced = await introducedDays(connection, run);
  let cutMs = coverageMs;
  for (const ofCurrency of Map.groupBy(readings, (reading) => reading.currency).values()) {
    const candidates = intervalsOf(ofCurrency, run.run_date, introduced);
    const [own] = candidates;
    if (own === undefined || own.until.as_of > coverageMs) continue;
    const compared = await firstThatFits(connection, run, candidates);
    if (compared === null) continue;
    const passed = fits(compared);
    await connection.query(sql.unsafe`
      insert into data_quality_checks (run_id, name, passed, detail)
      values (${run.run_id}, ${CHECK}, ${passed}, ${wordsOf(compared)})`);
    if (!passed) cutMs = Math.min(cutMs, own.since.as_of);
  }
  return cutMs;
}

/** One a business day, the last: readings that lie seconds apart have more edge than interval. */
function readReadings(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  zone: string,
): Promise<readonly Reading[]> {
  return connection.any(sql.type(readingRow)`
    select distinct on (r.currency, r.day) r.currency, r.as_of, r.total, r.day
    from (
      select currency, as_of, total, (as_of at time zone ${zone})::date as day from balance_readings
      where account_id = ${run.account_id}
        and as_of >= ${new Date(run.window_start).toISOString()}::timestamptz - make_interval(days => ${READING_DAYS_MAX})
        and as_of < ${new Date(run.window_end).toISOString()}::timestamptz + make_interval(days => ${READING_DAYS_MAX})
    ) r
    order by r.currency, r.day, r.as_of desc`);
}

/** Days around the run's whose rows have been introduced, with its own. */
async function introducedDays(connection: DatabaseTransactionConnection, run: RunRow): Promise<ReadonlySet<string>> {
  const days = await connection.anyFirst(sql.type(z.object({ run_date: z.string() }))`
    select distinct run_date from reconciliation_runs
    where account_id = ${run.account_id} and status = 'completed'
      and run_date between ${run.run_date}::date - ${READING_DAYS_MAX}::int and ${run.run_date}::date + ${READING_DAYS_MAX}::int`);
  return new Set([...days, run.run_date]);
}

/** The interval that ends in the run's day first, then the wider ones over one of its ends. Only what is introduced. */
function intervalsOf(readings: readonly Reading[], date: string, introduced: ReadonlySet<string>): readonly Interval[] {
  const at = readings.findIndex((reading) => reading.day === date);
  const [since, until] = [readings[at - 1], readings[at]];
  if (since === undefined || until === undefined) return [];
  const wider = [
    ...readings.slice(at + 1).map((later) => ({ since, until: later })),
    ...readings.slice(0, at - 1).map((earlier) => ({ since: earlier, until })),
  ];
  const isIntroduced = ({ since: from, until: to }: Interval) =>
    datesBetween(from.day as BusinessDate, to.day as BusinessDate).every((day) => introduced.has(day));
  const own = { since, until };
  return isIntroduced(own) ? [own, ...wider.filter(isIntroduced)] : [];
}

/** The first interval whose sum fits, else the first; null where a net is unknown and nothing can be said. */
async function firstThatFits(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  candidates: readonly Interval[],
): Promise<Compared | null> {
  let first: Compared | null = null;
  for (const interval of candidates) {
    const { net, rows, unknown } = await sumBetween(connection, run, interval);
    const compared = { ...interval, movedMinor: interval.until.total - interval.since.total, netMinor: net, rows };
    if (unknown === 0n && fits(compared)) return compared;
    if (first === null && unknown > 0n) return null;
    first ??= compared;
  }
  return first;
}

function sumBetween(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  { since, until }: Interval,
): Promise<z.infer<typeof sumRow>> {
  const firstDay = addDays(since.day as BusinessDate, -HOME_DATE_SLACK_DAYS);
  return connection.one(sql.type(sumRow)`
    with versions as (
      select t.row_id, t.home_date, t.version, t.net, t.occurred_at, t.currency, t.moves_balance, t.level
      from processor_transactions t
      where t.account_id = ${run.account_id} and t.home_date between ${firstDay} and ${until.day}
        and t.batch_id in (select batch_id from batches where account_id = ${run.account_id} and done)
    )
    select coalesce(sum(v.net), 0)::numeric as net, count(*) as rows, count(*) filter (where v.net is null) as unknown
    from versions v
    where v.currency = ${since.currency} and v.moves_balance and v.level = 'activity'
      and v.occurred_at > ${new Date(since.as_of).toISOString()}::timestamptz
      and v.occurred_at <= ${new Date(until.as_of).toISOString()}::timestamptz
      and not exists (select 1 from versions n where n.row_id = v.row_id and n.home_date = v.home_date and n.version > v.version)`);
}

function fits({ movedMinor, netMinor }: Compared): boolean {
  return movedMinor === netMinor;
}

function wordsOf({ since, until, movedMinor, netMinor, rows }: Compared): string {
  const { currency } = since;
  const [from, to] = [since, until].map((reading) => new Date(reading.as_of).toISOString());
  const moved = formatMinor(movedMinor, currency);
  return `${from} to ${to}: the balance moved by ${moved} ${currency}, ${rows} row(s) sum to ${formatMinor(netMinor, currency)} ${currency}`;
}
