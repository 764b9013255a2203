// Asks what list, show and status ask, again and again in turn, and says in one JSON line how long each took, from the
// question to the parsed answer.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import {
  type DiscrepancyFilter,
  LIVE_STATES,
  readDiscrepancies,
  readDiscrepancy,
  SORTS,
  type Sort,
} from '../client/database/read-discrepancies.ts';
import { standingsOf } from '../client/status.ts';
import { parseBusinessDate } from '../domain/business-date.ts';
import { DISCREPANCY_STATES } from '../domain/vocabulary.ts';
import { createDatabase } from '../sql/database.ts';
import { round } from './part.ts';

// As the commands ask by default, and at most.
const SHOWN = 51;
const SHOWN_MAX = 10_001;

type Ask = (turn: number) => Promise<unknown>;

const [url = '', times = ''] = process.argv.slice(2);
const database = await createDatabase({ url, poolSizeMax: 2, applicationName: 'recon bench' });
try {
  const accounts = await database.any(sql.type(z.object({ account: z.string(), startDate: z.string() }))`
    select account, start_date as "startDate" from accounts order by account_id`);
  const differences = Number(
    await database.oneFirst(sql.type(z.object({ count: z.bigint() }))`select count(*) from discrepancies`),
  );
  const queries: Record<string, object> = {};
  for (const [name, ask] of Object.entries(questions(database, accounts, differences))) {
    queries[name] = await timed(ask, Number(times));
  }
  process.stdout.write(`${JSON.stringify({ differences, queries })}\n`);
} finally {
  await database.end();
}

function questions(
  pool: DatabasePool,
  accounts: ReadonlyArray<{ account: string; startDate: string }>,
  differences: number,
): Record<string, Ask> {
  const list = (filter: Partial<DiscrepancyFilter>, sort: Sort = 'severity', count = SHOWN) =>
    readDiscrepancies(pool, { states: LIVE_STATES, ...filter }, count, sort);
  const all = { states: DISCREPANCY_STATES };
  const accountOf = (turn: number) => accounts.slice(turn % accounts.length, (turn % accounts.length) + 1);
  const configs = accounts.map(({ account, startDate }) => ({
    ...{ account, zone: 'UTC', startDate: parseBusinessDate(startDate), sourceDeadline: 0 },
  }));
  return {
    list: () => list({}),
    'list --account A': (turn) => list({ accounts: accountOf(turn).map(({ account }) => account) }),
    'list --severity high,critical': () => list({ severities: ['high', 'critical'] }),
    'list --overdue': () => list({ overdue: true }),
    'list --overdue --sort due': () => list({ overdue: true }, 'due'),
    'list --nobody': () => list({ assignee: null }),
    ...Object.fromEntries(SORTS.map((sort) => [`list --state all --sort ${sort}`, () => list(all, sort)])),
    'list --state all --limit 10000': () => list(all, 'severity', SHOWN_MAX),
    // Steps that are prime to the number of accounts and states: every kind gets its turn.
    show: (turn) => readDiscrepancy(pool, BigInt(1 + ((turn * 7_919) % differences))),
    status: () => standingsOf(pool, configs, Date.now()),
  };
}

/** The first is not counted: it pays for the connection. */
async function timed(ask: Ask, count: number): Promise<{ p50Ms: number; p95Ms: number }> {
  await ask(0);
  const took: number[] = [];
  for (let turn = 1; turn <= count; turn += 1) {
    const startedMs = performance.now();
    await ask(turn);
    took.push(performance.now() - startedMs);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => round(took[Math.ceil(share * took.length) - 1] ?? Number.NaN);
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}
