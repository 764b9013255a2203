// What rows that explain each other come to, by design section 6: the first of currency, kind, amount, status, fee, exchange rate
// that differs.
import { parseDecimalAmount } from '../../domain/money.ts';
import type { RuleSet } from '../../domain/rule-set.ts';
import { isOffRate } from './oracle-rates-for-tests.ts';
import { amountOf, isI, isP, type Money, type OracleRow, sumOf } from './oracle-row-for-tests.ts';

interface Comparing {
  readonly rules: RuleSet;
  readonly horizonMs: number;
}

/** Of a group, sums are compared: of amounts, and of fees where all of them are known in one currency. */
export function compared(members: readonly OracleRow[], { rules, horizonMs }: Comparing): string {
  const [ps, is] = [members.filter(isP), members.filter(isI)];
  const money = (row: OracleRow) => comparedMoney(row, is);
  const differ = (values: readonly unknown[]) => new Set(values).size > 1;
  const amount = (rows: readonly OracleRow[]) =>
    amountTogether(
      rows,
      rows.map((row) => money(row).minor),
    );
  const seen = amount(ps);
  const off = seen - amount(is);
  const statuses = members.map((row) => row.facts.status);
  const feesDiffer =
    feesOf(ps) !== null && feesOf(is) !== null && haveOneCurrency(members) && feesOf(ps) !== feesOf(is);
  const isOff = isOffRate(
    ps.filter((row) => money(row).currency !== row.facts.currency),
    rules,
  );
  const isYoung = ps.some(
    ({ facts }) => facts.occurredAtMs + (rules.timing[facts.kind] ?? rules.timing.default) > horizonMs,
  );
  if (differ(members.map((row) => money(row).currency))) return 'currency_mismatch';
  if (differ(members.map((row) => row.facts.kind))) return 'kind_mismatch';
  if (abs(off) > allowed(rules, money(members[0] as OracleRow).currency, seen)) return 'amount_mismatch';
  if (differ(statuses) && statuses.includes('pending') && isYoung && !feesDiffer && !isOff) return 'pending_timing';
  if (differ(statuses)) return 'status_mismatch';
  if (feesDiffer) return 'fee_mismatch';
  if (isOff) return 'fx_variance';
  if (off !== 0n) return 'matched_tolerance';
  return lateOr('matched', members);
}

/** The sum; but void rows that say the same are one thing that did not happen. */
function amountTogether(rows: readonly OracleRow[], amounts: readonly bigint[]): bigint {
  const [first = 0n, ...others] = amounts;
  const isOneThing = !rows.some((row) => row.facts.movesBalance) && others.every((amount) => amount === first);
  return isOneThing ? first : sumOf(amounts);
}

/** What the customer saw, where a record of the group is in that currency; else what moved. */
function comparedMoney({ facts }: OracleRow, records: readonly OracleRow[]): Money {
  const own = { currency: facts.currency, minor: amountOf(facts) };
  if (!('presentmentCurrency' in facts) || facts.presentmentCurrency === null || facts.presentmentMinor === null)
    return own;
  const seen = { currency: facts.presentmentCurrency, minor: facts.presentmentMinor };
  return records.some((record) => record.facts.currency === seen.currency) ? seen : own;
}

export function lateOr(verdict: 'matched', members: readonly OracleRow[]): string {
  return new Set(members.map((row) => row.introducedBy)).size > 1 ? 'matched_late' : verdict;
}

/** Set aside by a rule, if nobody explains it. */
export function isIgnored({ ignore }: RuleSet, { facts }: OracleRow): boolean {
  return ignore.some(
    ({ when }) =>
      (when.testMode === undefined || ('testMode' in facts && facts.testMode)) &&
      (when.amount === undefined || amountOf(facts) === 0n) &&
      (when.kind === undefined || when.kind === facts.kind),
  );
}

/** Null where one of them is unknown. */
function feesOf(rows: readonly OracleRow[]): bigint | null {
  const fees = rows.flatMap((row) => row.facts.feeMinor ?? []);
  return fees.length < rows.length ? null : sumOf(fees);
}

function haveOneCurrency(rows: readonly OracleRow[]): boolean {
  return new Set(rows.map((row) => row.facts.currency)).size === 1;
}

/** Only absolute tolerances occur in the worlds of the tests. */
function allowed(rules: RuleSet, currency: string, _seen: bigint): bigint {
  const absolute = rules.tolerance[currency]?.absolute;
  return absolute === undefined || absolute === 0 ? 0n : parseDecimalAmount(absolute, currency, 'tolerance');
}

function abs(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}
