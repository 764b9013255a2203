// Reads everything a report says about one run from one snapshot of the database, rows parsed, lists bounded.
// Must never mix two moments: all of it comes from the caller's one transaction.
import { type CommonQueryMethods, type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { KINDS, LEVELS, SIDES, VERDICTS } from '../../domain/vocabulary.ts';
import { discrepancyTotalsQuery, type RunScope } from './discrepancies-as-of.ts';
import { readAgeing } from './read-ageing.ts';
import { readDiscrepancies } from './read-discrepancies.ts';
import { readPopulation } from './read-population.ts';
import { type CompletedRun, readRun } from './read-run.ts';
import { readSources } from './read-sources.ts';
import { readTrend } from './read-trend.ts';
import {
  type QualityCheck,
  type QuarantinedRow,
  type ReportedDiscrepancy,
  type RunReport,
  type RunSummary,
  TERMS,
} from './run-report.ts';

/** Rows on the page; all of them are in the CSV and the JSON. */
export const DISCREPANCIES_SHOWN_MAX = 500;
const QUARANTINED_SHOWN_MAX = 200;
const CHECKS_SHOWN_MAX = 200;

/** One transaction that sees one moment and cannot write. */
export async function inSnapshot<T>(
  database: DatabasePool,
  work: (transaction: DatabaseTransactionConnection) => Promise<T>,
): Promise<T> {
  return database.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`set transaction isolation level repeatable read, read only`);
    return work(transaction);
  });
}

/** The whole report of a run, with the worst discrepancies up to the bound of the page. */
export async function readReport(database: DatabasePool, runId: bigint): Promise<RunReport> {
  return inSnapshot(database, async (transaction) => {
    const found = await readRun(transaction, runId);
    const shown: ReportedDiscrepancy[] = [];
    for await (const discrepancy of readDiscrepancies(transaction, found.scope)) {
      if (shown.length >= DISCREPANCIES_SHOWN_MAX) break;
      shown.push(discrepancy);
    }
    return readReportAround(transaction, found, shown);
  });
}

/** The summary of a run: no single rows, so that a mail can be made of it. */
export async function readSummary(connection: CommonQueryMethods, runId: bigint): Promise<RunSummary> {
  return readSummaryOf(connection, await readRun(connection, runId));
}

/** The report around discrepancies that the caller has read already. */
export async function readReportAround(
  connection: CommonQueryMethods,
  found: CompletedRun,
  discrepancies: readonly ReportedDiscrepancy[],
): Promise<RunReport> {
  const { scope } = found;
  return {
    ...(await readSummaryOf(connection, found)),
    discrepancies: discrepancies.slice(0, DISCREPANCIES_SHOWN_MAX),
    quarantined: await readQuarantined(connection, scope),
    batches: await readSources(connection, scope),
    trend: await readTrend(connection, found),
    ageing: await readAgeing(connection, scope),
  };
}

/** The summary of a run that the caller has read already. */
export async function readSummaryOf(connection: CommonQueryMethods, { run, scope }: CompletedRun): Promise<RunSummary> {
  return {
    run,
    population: await readPopulation(connection, scope.runId),
    totals: await connection.any(totalsQuery(scope)),
    verdicts: await connection.any(verdictsQuery(scope)),
    discrepancyTotals: await connection.any(discrepancyTotalsQuery(scope)),
    ...(await readQuarantinedCounts(connection, scope)),
    checks: await readChecks(connection, scope),
  };
}

function totalsQuery({ runId }: RunScope) {
  const row = z.object({
    term: z.enum(TERMS),
    side: z.enum(SIDES),
    level: z.enum(LEVELS),
    kind: z.enum(KINDS),
    currency: z.string(),
    movesBalance: z.boolean(),
    count: z.bigint(),
    debitsMinor: z.bigint(),
    creditsMinor: z.bigint(),
  });
  return sql.type(row)`
    select term, side, level, kind, currency, moves_balance as "movesBalance", count, debits as "debitsMinor", credits as "creditsMinor"
    from reconciliation_run_totals where run_id = ${runId}
    order by side, level, currency, kind, moves_balance desc, term`;
}

function verdictsQuery({ runId }: RunScope) {
  const row = z.object({
    side: z.enum(SIDES),
    level: z.enum(LEVELS),
    verdict: z.enum(VERDICTS),
    currency: z.string(),
    count: z.bigint(),
    amountMinor: z.bigint(),
  });
  return sql.type(row)`
    select side, level, verdict, currency, count, amount as "amountMinor"
    from reconciliation_run_verdicts where run_id = ${runId} order by side, level, verdict, currency`;
}

/** Of the day, and read before or by this run: what a later run could not read is not this report's. */
function quarantinedOf({ runId, accountId, runDate }: RunScope) {
  return sql.fragment`
    from quarantined_rows q join batches b using (batch_id)
    where q.account_id = ${accountId} and q.business_date = ${runDate} and b.opened_by_run <= ${runId}`;
}

async function readQuarantinedCounts(connection: CommonQueryMethods, scope: RunScope) {
  const row = z.object({ quarantinedCount: z.bigint(), supersededCount: z.bigint() });
  return connection.one(sql.type(row)`
    select count(*) filter (where not q.superseded) as "quarantinedCount",
           count(*) filter (where q.superseded) as "supersededCount" ${quarantinedOf(scope)}`);
}

async function readQuarantined(connection: CommonQueryMethods, scope: RunScope): Promise<readonly QuarantinedRow[]> {
  const row = z.object({
    side: z.enum(SIDES),
    source: z.string(),
    position: z.string(),
    reason: z.string(),
    superseded: z.boolean(),
  });
  // By the place in the source (line 9 before line 10), never by who came first: the shards of a day are read at the same time.
  return connection.any(sql.type(row)`
    select q.side, q.source, q.position, q.reason, q.superseded ${quarantinedOf(scope)}
    order by q.superseded, q.side, q.source, length(q.position), q.position, q.quarantine_id limit ${QUARANTINED_SHOWN_MAX}`);
}

async function readChecks(connection: CommonQueryMethods, { runId }: RunScope): Promise<readonly QualityCheck[]> {
  const row = z.object({ name: z.string(), passed: z.boolean(), detail: z.string() });
  return connection.any(sql.type(row)`
    select name, passed, detail from data_quality_checks where run_id = ${runId}
    order by passed, check_id limit ${CHECKS_SHOWN_MAX}`);
}
