// What is open: differences by how bad and of what kind they are, the money in them, what waits for people. Amounts leave as exact
// decimals; those of different currencies are never added.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { formatMinor } from '../../domain/money.ts';
import { SEVERITIES } from '../../domain/vocabulary.ts';
import type { Sample } from './exposition.ts';
import { CURRENCIES_NAMED_MAX } from './metric-catalog.ts';

const openRow = z.object({ severity: z.string(), verdict: z.string(), count: z.number() });
const overdueRow = z.object({ severity: z.string(), count: z.number() });
const moneyRow = z.object({ currency: z.string(), count: z.number(), amount: z.bigint() });

export async function readDifferences(connection: CommonQueryMethods): Promise<Sample[]> {
  const open = await connection.any(sql.type(openRow)`
    select severity, verdict, count(*)::int as count from discrepancies
    where state not in ('closed', 'resolved', 'written_off') group by severity, verdict`);
  const overdue = await connection.any(sql.type(overdueRow)`
    select severity, count(*)::int as count from discrepancy_deadlines where due_at < now() group by severity`);
  // The population of a report's money at risk (sql/matching/summary.sql).
  const money = await connection.any(sql.type(moneyRow)`
    select currency, count(*)::int as count, sum(amount) as amount from discrepancies
    where state not in ('closed', 'resolved', 'written_off') and verdict in (
      'missing_internal', 'missing_processor', 'currency_mismatch', 'kind_mismatch', 'status_mismatch', 'amount_mismatch',
      'fee_mismatch', 'duplicate_processor', 'duplicate_internal', 'unexplained_remainder')
    group by currency order by count(*) desc, currency`);
  const proposals = await connection.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*)::int as count from proposals where status = 'pending'`);
  return [
    ...open.map(({ severity, verdict, count }) => ({
      name: 'recon_discrepancies_open',
      labels: { severity, verdict },
      value: count,
    })),
    ...SEVERITIES.map((severity) => ({
      name: 'recon_discrepancies_overdue',
      labels: { severity },
      value: overdue.find((row) => row.severity === severity)?.count ?? 0,
    })),
    ...money.slice(0, CURRENCIES_NAMED_MAX).map(({ currency, amount }) => ({
      name: 'recon_money_at_risk',
      labels: { currency },
      value: formatMinor(amount, currency),
    })),
    { name: 'recon_money_at_risk_currencies_left_out', value: Math.max(0, money.length - CURRENCIES_NAMED_MAX) },
    { name: 'recon_proposals_waiting', value: proposals },
  ];
}
