// Finds what a rule set says that is legal and probably not meant: each with its consequence. Never a reason to refuse. Pure.
import { Decimal } from 'decimal.js';
import { defaultRuleSet, type RuleSet } from './rule-set.ts';
import type { RuleProblem } from './rule-set-contradictions.ts';
import { severityLines } from './severity-lines.ts';
import { KINDS, type Verdict } from './vocabulary.ts';

const PERCENT_LARGE = 5;
const TIMING_LONG_MS = 365 * 86_400_000;

export function warningsOf(rules: RuleSet): RuleProblem[] {
  return [
    ...ofTolerances(rules),
    ...ofPartners(rules),
    ...ofTiming(rules),
    ...ofMatching(rules),
    ...ofRates(rules),
    ...ofAlarm(rules),
    ...ofIgnoring(rules),
    ...ofSeverities(rules),
  ];
}

function ofTolerances(rules: RuleSet): RuleProblem[] {
  const fallback = new Decimal(rules.tolerance.default?.percent ?? 0);
  const firstSeverity = lowestAtRisk(rules);
  return Object.entries(rules.tolerance).flatMap(([currency, { absolute, percent, cap }]) => {
    const messages: string[] = [];
    if (absolute === undefined && percent === undefined) messages.push('says nothing: write absolute or percent');
    if (percent !== undefined && Number(percent) === 0) messages.push('0 percent is no tolerance: leave it out');
    if (percent !== undefined && Number(percent) > PERCENT_LARGE) {
      messages.push(
        `${percent} percent is much: of 1,000.00 it accepts a difference of ${new Decimal(percent).times(10).toFixed(2)}`,
      );
    }
    if (percent !== undefined && Number(percent) > 0 && cap === undefined) {
      messages.push(
        'percent without cap grows with the amount without limit: add cap, such as "1.00", under each currency',
      );
    }
    if (cap !== undefined && percent !== undefined && Number(cap) === 0) messages.push('cap 0 switches percent off');
    if (currency !== 'default' && percent === undefined && !fallback.isZero()) {
      messages.push(
        `does not get the ${fallback} percent of default: a currency that is listed has only what stands under it`,
      );
    }
    const accepted = Decimal.max(absolute ?? 0, percent === undefined ? 0 : (cap ?? 0));
    if (firstSeverity !== null && accepted.greaterThanOrEqualTo(firstSeverity)) {
      messages.push(
        `accepts a difference of ${accepted.toFixed(2)}, which severity counts as serious from ${firstSeverity}`,
      );
    }
    return messages.map((message) => ({ path: ['tolerance', currency], message }));
  });
}

function lowestAtRisk({ severity }: RuleSet): string | null {
  const limits = severityLines(severity).flatMap(({ atRisk }) => (atRisk === undefined ? [] : [atRisk]));
  return limits.sort((a, b) => new Decimal(a).comparedTo(b))[0] ?? null;
}

function ofPartners({ partner }: RuleSet): RuleProblem[] {
  const found: RuleProblem[] = [];
  for (const kind of ['payment', 'refund'] as const) {
    if (partner[kind] !== 'never') continue;
    const message = `${kind}s are never compared with your records: none of them can be found missing`;
    found.push({ path: ['partner', kind], message });
  }
  if (KINDS.every((kind) => partner[kind] === 'never')) {
    found.push({ path: ['partner'], message: 'no kind is compared: nothing is reconciled' });
  }
  return found;
}

function ofTiming({ timing, partner }: RuleSet): RuleProblem[] {
  const defaults: Readonly<Record<string, number>> = defaultRuleSet().timing;
  return Object.entries(timing).flatMap(([kind, ms]) => {
    const path = ['timing', kind];
    if (kind !== 'default' && partner[kind as keyof typeof partner] === 'never' && defaults[kind] !== ms) {
      return [{ path, message: 'has no effect: the rules say that this kind never has a partner' }];
    }
    if (ms === 0)
      return [{ path, message: 'leaves no time: a partner that comes a second later is called missing first' }];
    if (ms > TIMING_LONG_MS)
      return [{ path, message: 'is longer than a year: nothing of it is called missing before' }];
    return [];
  });
}

function ofMatching({ references, groups, keyless, compare }: RuleSet): RuleProblem[] {
  const found: RuleProblem[] = [];
  if (references[0] === 'merchant_reference' && references.length > 1) {
    const message = 'processor ids are stronger evidence and are tried first, in whatever order they are listed';
    found.push({ path: ['references'], message });
  }
  if (!references.includes('processor_id')) {
    found.push({ path: ['references'], message: 'records that name a processor id are not matched by it' });
  }
  if (!groups) {
    const message = 'sums are off: refunds in parts that you book as one are amount mismatches';
    found.push({ path: ['groups'], message });
  }
  if (keyless.window === 0) {
    const message = 'leaves no time: rows without a reference match only at the very same instant';
    found.push({ path: ['keyless', 'window'], message });
  }
  if (!compare.includes('status')) {
    const message = 'status is not compared: a refund that failed and that you book as refunded is called matched';
    found.push({ path: ['compare'], message });
  }
  return found;
}

const BAND_LARGE_PERCENT = 10;

function ofRates({ compare, referenceRates, fxBand }: RuleSet): RuleProblem[] {
  const found: RuleProblem[] = [];
  const pairs = Object.keys(referenceRates ?? {});
  const bands =
    fxBand === undefined ? [] : typeof fxBand === 'string' ? [['', fxBand] as const] : Object.entries(fxBand);
  if (pairs.length === 0 && referenceRates !== undefined)
    found.push({ path: ['referenceRates'], message: 'lists no pair: no rate is compared' });
  if (pairs.length > 0 && !compare.includes('fx'))
    found.push({ path: ['referenceRates'], message: 'has no effect: compare does not list fx' });
  if (fxBand !== undefined && pairs.length === 0)
    found.push({ path: ['fxBand'], message: 'has no effect without referenceRates' });
  for (const [pair, percent] of bands) {
    const path = pair === '' ? ['fxBand'] : ['fxBand', pair];
    if (pairs.length > 0 && pair !== '' && pair !== 'default' && !pairs.includes(pair))
      found.push({ path, message: 'has no effect: referenceRates does not list the pair so' });
    if (Number(percent) > BAND_LARGE_PERCENT)
      found.push({ path, message: `${percent} percent is much: a wrong rate is hardly ever further off` });
    if (Number(percent) === 0)
      found.push({ path, message: 'accepts only the reference rate itself, to the smallest unit' });
  }
  return found;
}

function ofAlarm({ tolerance, toleranceAlarm }: RuleSet): RuleProblem[] {
  return Object.keys(toleranceAlarm ?? {}).flatMap((currency) => {
    const { absolute, percent } = tolerance[currency] ?? tolerance.default ?? {};
    if (Number(absolute ?? 0) > 0 || Number(percent ?? 0) > 0) return [];
    return [{ path: ['toleranceAlarm', currency], message: 'has no effect: no difference is tolerated in it' }];
  });
}

function ofIgnoring({ ignore, partner }: RuleSet): RuleProblem[] {
  const found: RuleProblem[] = [];
  for (const [at, { when }] of ignore.entries()) {
    if (when.kind === undefined || when.amount !== undefined || when.testMode !== undefined) continue;
    const instead =
      partner[when.kind] === undefined || partner[when.kind] === 'required'
        ? `; partner: { ${when.kind}: optional } says it better`
        : '';
    const message = `ignores every ${when.kind} that finds no partner: none is ever called missing${instead}`;
    found.push({ path: ['ignore', at], message });
  }
  if (!ignore.some(({ when }) => when.testMode)) {
    found.push({ path: ['ignore'], message: 'rows of test mode are not ignored: they are called missing' });
  }
  return found;
}

/** Verdicts that the rules switch off, or that no version of recon gives yet. */
function ofSeverities({ severity, compare }: RuleSet): RuleProblem[] {
  const never = new Map<Verdict, string>([
    ['not_in_bank', 'the bank level is not compared yet'],
    ['data_error', 'a row that cannot be read has no severity'],
  ]);
  if (!compare.includes('status')) never.set('status_mismatch', 'status is not compared');
  if (!compare.includes('fee')) never.set('fee_mismatch', 'fee is not compared');
  if (!compare.includes('fx')) never.set('fx_variance', 'fx is not compared');
  return severityLines(severity).flatMap(({ verdict }, at) =>
    (verdict ?? []).flatMap((one) => {
      const why = never.get(one);
      return why === undefined ? [] : [{ path: ['severity', at], message: `${one} never comes: ${why}` }];
    }),
  );
}
