// How `recon rules check` reads in a terminal: the rules as tables, then the warnings; or what is wrong with them. Pure.
import { kindWords, plural } from '../../activities/report/run-words.ts';
import { severityReason } from '../../activities/report/severity-reason.ts';
import { formatDuration } from '../../domain/duration.ts';
import { formatForPeople } from '../../domain/money.ts';
import type { RuleSet } from '../../domain/rule-set.ts';
import { TOLERANCE_ALARM_DEFAULT_MINOR, toleranceAlarms } from '../../domain/rule-set-alarm.ts';
import type { RuleProblem } from '../../domain/rule-set-contradictions.ts';
import { fxBandOf } from '../../domain/rule-set-rates.ts';
import { severityLines } from '../../domain/severity-lines.ts';
import { KINDS } from '../../domain/vocabulary.ts';
import { oneLine } from '../terminal/one-line.ts';
import { type Palette, toned } from '../terminal/palette.ts';
import { renderFacts, renderTable } from '../terminal/table.ts';
import type { RulesCheck } from './check-rules.ts';

export function renderRulesCheck(palette: Palette, { file, rules, hash, problems, warnings }: RulesCheck): string {
  if (rules === null) {
    return [
      `${palette.heading(oneLine(file))} cannot be used: ${palette.bad(plural(problems.length, 'problem'))}`,
      ...problems.map((problem) => `  ${textOf(problem)}`),
    ].join('\n');
  }
  const parts = [
    `${palette.heading(oneLine(file))}: the rules as understood`,
    matchingFacts(palette, rules),
    kindTable(palette, rules),
    toleranceTable(palette, rules),
    ...rateTable(palette, rules),
    ignoreTable(palette, rules),
    severityTable(palette, rules),
    ...(warnings.length === 0
      ? []
      : [
          [palette.warning(plural(warnings.length, 'warning')), ...warnings.map((one) => `  ${textOf(one)}`)].join(
            '\n',
          ),
        ]),
    `${palette.quiet('Hash')}  ${hash}`,
  ];
  return parts.join('\n\n');
}

export function rulesCheckOnTheWire({ file, rules, hash, problems, warnings }: RulesCheck): object {
  const onTheWire = ({ path, message }: RuleProblem) => ({ path: path.join('.'), message });
  return {
    file,
    usable: rules !== null,
    hash,
    rules,
    problems: problems.map(onTheWire),
    warnings: warnings.map(onTheWire),
  };
}

/** Lines of lists are counted from one, as an editor does. */
function textOf({ path, message }: RuleProblem): string {
  const steps = path.map((step) => (typeof step === 'number' ? `line ${step + 1}` : step));
  return oneLine(steps.length === 0 ? message : `${steps.join(' ')}: ${message}`);
}

const RATES_SHOWN_MAX = 40;
const REFERENCE_WORDS = { processor_id: 'processor id', merchant_reference: 'merchant reference' } as const;

function matchingFacts(palette: Palette, rules: RuleSet): string {
  const { compare, references, groups, keyless } = rules;
  // The order in which they are tried, whatever the order in which they are written.
  const tried = (['processor_id', 'merchant_reference'] as const).filter((reference) => references.includes(reference));
  return renderFacts(palette, [
    ['Matched by', tried.map((reference) => REFERENCE_WORDS[reference]).join(', then ')],
    ['Compared', compare.join(', ')],
    ['Sums', groups ? 'one row may match several of the other side' : 'off: row against row only'],
    [
      'No reference',
      `same amount, currency and kind within ${formatDuration(keyless.window)}, at most ${formatDuration(keyless.lookBack)} back`,
    ],
    ['Tolerated', alarmWords(rules)],
  ]);
}

const PARTNER_WORDS = {
  required: 'required',
  optional: 'optional: not missing without one',
  never: 'never: not compared',
} as const;

function kindTable(palette: Palette, { partner, timing }: RuleSet): string {
  const rows = KINDS.map((kind) => {
    const needed = partner[kind] ?? 'required';
    const mayTake = needed === 'never' ? '–' : formatDuration(timing[kind] ?? timing.default);
    return [kindWords(kind), PARTNER_WORDS[needed], mayTake];
  });
  return renderTable(palette, [{ title: 'Kind' }, { title: 'Partner' }, { title: 'May take', align: 'right' }], rows);
}

function toleranceTable(palette: Palette, { tolerance }: RuleSet): string {
  const rows = Object.entries(tolerance).map(([currency, { absolute, percent, cap }]) => {
    const ofAmount = percent === undefined ? '' : `${percent} %${cap === undefined ? '' : `, at most ${cap}`}`;
    const fixed = Number(absolute ?? 0) === 0 ? '' : String(absolute);
    const allowed = [fixed, ofAmount].filter((text) => text !== '').join(', or ');
    return [currency === 'default' ? 'others' : currency, allowed === '' ? 'none' : allowed];
  });
  const others = tolerance.default === undefined ? [['others', 'none: equal to the last unit']] : [];
  return renderTable(palette, [{ title: 'Currency' }, { title: 'Tolerance' }], [...rows, ...others]);
}

/** Empty where nothing is tolerated. */
function alarmWords(rules: RuleSet): string {
  const alarms = toleranceAlarms(rules);
  const tolerant = Object.entries(rules.tolerance).filter(
    ([, { absolute, percent }]) => Number(absolute ?? 0) > 0 || Number(percent ?? 0) > 0,
  );
  if (tolerant.length === 0) return '';
  const totals = tolerant.map(([currency]) =>
    currency === 'default'
      ? `${TOLERANCE_ALARM_DEFAULT_MINOR} of the smallest unit of others`
      : formatForPeople({ minor: alarms.get(currency) ?? TOLERANCE_ALARM_DEFAULT_MINOR, currency }),
  );
  return `reported where a run adds up to more than ${totals.join(', ')}, or nearly all points one way`;
}

/** None where no rate is listed. */
function rateTable(palette: Palette, rules: RuleSet): string[] {
  const rows = Object.entries(rules.referenceRates ?? {}).flatMap(([pair, rates]) => {
    const dated = typeof rates === 'string' ? [['any day', rates]] : Object.entries(rates).sort();
    return dated.map(([day = '', rate = '']) => [pair, day, rate, `${fxBandOf(rules, pair)} %`]);
  });
  const shown = rows.slice(-RATES_SHOWN_MAX);
  const heads = [{ title: 'Pair' }, { title: 'From' }, { title: 'Rate' }, { title: 'Either way' }] as const;
  const more = rows.length > shown.length ? [`${rows.length - shown.length} more rates stand above these.`] : [];
  return rows.length === 0 ? [] : [renderTable(palette, [...heads], shown), ...more];
}

function ignoreTable(palette: Palette, { ignore }: RuleSet): string {
  if (ignore.length === 0) return 'Nothing is ignored by a rule.';
  const rows = ignore.map(({ when, reason }) => {
    const conditions = [
      ...(when.kind === undefined ? [] : [`kind ${when.kind}`]),
      ...(when.amount === undefined ? [] : ['amount 0']),
      ...(when.testMode === undefined ? [] : ['test mode']),
    ];
    return [conditions.join(' and '), oneLine(reason)];
  });
  return renderTable(palette, [{ title: 'Ignored, if no partner is found' }, { title: 'Reason' }], rows);
}

function severityTable(palette: Palette, { severity }: RuleSet): string {
  const rows = severityLines(severity).map((line) => [toned(palette, line.severity), severityReason(line)]);
  return renderTable(palette, [{ title: 'Severity' }, { title: 'The first that holds' }], rows);
}
