// Puts a rule set where the matching passes can join it: temp tables of the deciding transaction.
import { type CommonQueryMethods, sql } from 'slonik';
import { currencyExponent, knownCurrencies } from '../../domain/currency.ts';
import { parseDecimalAmount } from '../../domain/money.ts';
import type { RuleSet } from '../../domain/rule-set.ts';
import { toleranceAlarms } from '../../domain/rule-set-alarm.ts';
import { referenceRates } from '../../domain/rule-set-rates.ts';
import { severityLines } from '../../domain/severity-lines.ts';
import { KINDS } from '../../domain/vocabulary.ts';
import { severityReason } from '../report/severity-reason.ts';

export async function createRuleTables(connection: CommonQueryMethods, rules: RuleSet): Promise<void> {
  const kinds = KINDS.map((kind) => [
    kind,
    rules.partner[kind] ?? 'required',
    (rules.timing[kind] ?? rules.timing.default) / 1000,
  ]);
  await connection.query(sql.unsafe`
    create temp table rule_kinds on commit drop as
    select k.kind::kind, k.partner, make_interval(secs => k.seconds) as timing
    from ${sql.unnest(kinds, ['text', 'text', 'float8'])} as k (kind, partner, seconds)`);
  await connection.query(sql.unsafe`
    create temp table rule_tolerances on commit drop as
    select t.currency collate "C" as currency, t.absolute, t.percent, t.cap
    from ${sql.unnest(tolerances(rules), ['text', 'int8', 'numeric', 'int8'])} as t (currency, absolute, percent, cap)`);
  const ignores = rules.ignore.map((rule, ord) => [
    ord,
    rule.when.testMode ?? false,
    rule.when.amount !== undefined,
    rule.when.kind ?? null,
    rule.reason,
  ]);
  await connection.query(sql.unsafe`
    create temp table rule_ignores on commit drop as
    select g.ord, g.test_mode, g.zero_amount, g.kind::kind, g.reason
    from ${sql.unnest(ignores, ['int4', 'bool', 'bool', 'text', 'text'])} as g (ord, test_mode, zero_amount, kind, reason)`);
  await connection.query(sql.unsafe`
    create temp table rule_severities on commit drop as
    select s.ord, s.severity::severity, s.at_risk, s.share, string_to_array(s.verdicts, ',')::verdict[] as verdicts,
           string_to_array(s.kinds, ',')::kind[] as kinds, make_interval(secs => s.older_than) as older_than, s.repeated, s.reason
    from ${sql.unnest(severities(rules), ['int4', 'text', 'numeric', 'numeric', 'text', 'text', 'float8', 'int4', 'text'])}
      as s (ord, severity, at_risk, share, verdicts, kinds, older_than, repeated, reason)`);
  await createMoneyTables(connection, rules);
}

/** How currencies are counted, what one is worth in another, and how much of small differences is too much. */
async function createMoneyTables(connection: CommonQueryMethods, rules: RuleSet): Promise<void> {
  const exponents = knownCurrencies().map((currency) => [currency, currencyExponent(currency) ?? 0]);
  await connection.query(sql.unsafe`
    create temp table currency_exponents on commit drop as
    select e.currency collate "C" as currency, e.exponent
    from ${sql.unnest(exponents, ['text', 'int4'])} as e (currency, exponent)`);
  const rates = referenceRates(rules).map(({ from, to, validFrom, validUntil, rate, bandPercent }) => [
    from,
    to,
    validFrom ?? '-infinity',
    validUntil ?? 'infinity',
    rate,
    bandPercent,
  ]);
  // factor: minor units settled for one minor unit presented; presented_unit: the same at a rate of one.
  await connection.query(sql.unsafe`
    create temp table rule_rates on commit drop as
    select f.presented collate "C" as presented, f.settled collate "C" as settled, f.valid_from::date as valid_from,
           f.valid_until::date as valid_until, f.band * 0.01 as band, u.unit as presented_unit, f.rate * u.unit as factor
    from ${sql.unnest(rates, ['text', 'text', 'text', 'text', 'numeric', 'numeric'])}
      as f (presented, settled, valid_from, valid_until, rate, band)
    join currency_exponents p on p.currency = f.presented
    join currency_exponents s on s.currency = f.settled
    cross join lateral (select case when s.exponent >= p.exponent then power(10::numeric, s.exponent - p.exponent)
                                    else 1 / power(10::numeric, p.exponent - s.exponent) end as unit) u`);
  // Looked up once for each converted pair; rates of years are many.
  await connection.query(sql.unsafe`create index on rule_rates (presented, settled, valid_from)`);
  const alarms = [...toleranceAlarms(rules)].map(([currency, total]) => [currency, String(total)]);
  await connection.query(sql.unsafe`
    create temp table rule_tolerance_alarms on commit drop as
    select a.currency collate "C" as currency, a.total from ${sql.unnest(alarms, ['text', 'int8'])} as a (currency, total)`);
}

// 'default' has no currency of its own: its absolute and cap are only meaningful as zero, which the schema allows.
function tolerances(rules: RuleSet): (string | null)[][] {
  return Object.entries(rules.tolerance).map(([currency, rule]) => {
    const minor = (value: string | 0 | undefined) =>
      value === undefined || value === 0
        ? null
        : String(parseDecimalAmount(value, currency === 'default' ? 'USD' : currency, 'tolerance'));
    return [currency, minor(rule.absolute) ?? '0', rule.percent ?? null, minor(rule.cap)];
  });
}

function severities(rules: RuleSet): (number | string | null)[][] {
  return severityLines(rules.severity).map((line, ord) => [
    ord,
    line.severity,
    line.atRisk ?? null,
    line.shareOfDay ?? null,
    line.verdict?.join(',') ?? null,
    line.kind?.join(',') ?? null,
    line.olderThanMs === undefined ? null : line.olderThanMs / 1000,
    line.repeated ?? null,
    severityReason(line),
  ]);
}
