// Says why rows stand in a group: by which rule and key, and that nothing differs, or what does. Pure.
import { foreignText, kindWords, plural, processorWords } from '../../activities/report/run-words.ts';
import { formatDuration } from '../../domain/duration.ts';
import { formatForPeople } from '../../domain/money.ts';
import type { ExplainedRow } from '../database/read-explained-rows.ts';
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';
import { differenceReasons } from './difference-reasons.ts';
import { claimedReason } from './duplicate-reasons.ts';
import { comparedOf, idsWords, idWords, inSide, listWords, otherSide } from './explanation-words.ts';
import { tieReason } from './tie-reason.ts';
import type { Pass, VerdictReasons } from './verdict-reasons.ts';

export function groupReasons(facts: ExplanationFacts, standing: Standing): VerdictReasons {
  const rule = standing.rule ?? '';
  const { processorName } = facts;
  const others = standing.othersRows;
  if (rule.startsWith('ignore: '))
    return { pass: 'ignore rules', sentences: [ignoredReason(rule.slice('ignore: '.length))] };
  if (rule === 'no_partner_expected') return { pass: 'single rows', sentences: [noPartnerReason(facts, standing)] };
  if (rule === 'netting') return { pass: 'netting', sentences: nettingReasons(facts, standing) };
  if (rule === 'conversion') {
    return {
      pass: 'conversion',
      sentences: [`It and ${idsWords(others)} are the legs of one conversion: they share a reference.`],
    };
  }
  if (rule === 'duplicate') return { pass: 'duplicates', sentences: [claimedReason(facts)] };
  if (rule === 'manual')
    return { pass: 'a person', sentences: [manualReason(standing), ...differenceReasons(facts, standing)] };
  if (rule === 'write_off')
    return { pass: 'a person', sentences: [writtenOffReason(standing), ...differenceReasons(facts, standing)] };
  if (rule === 'keyless') return { pass: 'keyless', sentences: [keylessReason(facts, standing)] };
  const tie = tieReason(facts, standing);
  if (rule === 'sum' || standing.groupId !== null) {
    const sums = sumReasons(facts, others);
    return { pass: 'sums', sentences: [tie, ...sums, ...differenceReasons(facts, standing)] };
  }
  const pass: Pass = rule === 'processor_id' || rule === 'merchant_reference' ? 'references' : 'a person';
  const equal = standing.differences === null ? [equalReason(facts, standing, processorWords(processorName))] : [];
  return { pass, sentences: [tie, ...equal, ...differenceReasons(facts, standing)] };
}

function equalReason(facts: ExplanationFacts, { othersRows, decidedSeq }: Standing, processor: string): string {
  const compared = facts.runs.get(decidedSeq)?.rules?.compare ?? [];
  const [partner] = othersRows;
  const pair = facts.row.side === 'processor' ? [facts.row, partner] : [partner, facts.row];
  const [one, other] = pair;
  const presented = one !== undefined && other !== undefined && comparedOf(one, other).currency !== one.currency;
  const how = presented
    ? ` (compared in ${other.currency}, which the customer paid; ${processor} settled in ${one.currency})`
    : '';
  return `Nothing that is compared differs: ${compared.length === 0 ? 'currency, kind, amount' : listWords(compared)}${how}.`;
}

function sumReasons(facts: ExplanationFacts, others: readonly ExplainedRow[]): string[] {
  const all = [facts.row, ...others];
  const sides = (['processor', 'internal'] as const).map((side) => {
    const rows = all.filter((row) => row.side === side);
    const against = all.find((row) => row.side !== side);
    const amounts = rows.map((row) =>
      against === undefined ? { currency: row.currency, minor: row.amountMinor } : comparedOf(row, against),
    );
    const sum = amounts.reduce((total, { minor }) => total + minor, 0n);
    return `${plural(rows.length, 'row')} ${inSide(facts, side)} with ${formatForPeople({ currency: amounts[0]?.currency ?? facts.row.currency, minor: sum })}`;
  });
  return [`Taken together: ${sides.join(', ')}.`];
}

function nettingReasons(facts: ExplanationFacts, { othersRows, verdict }: Standing): string[] {
  const cancelling = [facts.row, ...othersRows].filter(({ side }) => side === 'processor');
  const record = [facts.row, ...othersRows].find(({ side }) => side === 'internal');
  const cancel = `${idsWords(cancelling)} cancel: the one undoes the other, and together they move nothing.`;
  if (record === undefined) return [cancel];
  const left = verdict === 'status_mismatch' ? 'still says that the money moved' : 'says so too';
  return [cancel, `Your record ${idWords(record)} ${left}.`];
}

function keylessReason(facts: ExplanationFacts, { othersRows, decidedSeq }: Standing): string {
  const window = facts.runs.get(decidedSeq)?.rules?.keyless.window;
  const within = window === undefined ? '' : ` within ${formatDuration(window)}`;
  return `They share no reference. ${idsWords(othersRows)} is the only row ${inSide(facts, otherSide(facts.row.side))} with the same amount, currency and kind${within}, and this is the only one for it.`;
}

function manualReason({ othersRows }: Standing): string {
  const rows = listWords(['it', ...othersRows.map(idWords)]);
  return `A person decided that ${rows} belong together. No run takes them apart, unless one of them changes.`;
}

function writtenOffReason({ othersRows }: Standing): string {
  const rows = listWords(['it', ...othersRows.map(idWords)]);
  return `A person wrote ${rows} off. No run opens that again, unless one of them changes.`;
}

function noPartnerReason({ row, runs }: ExplanationFacts, { decidedSeq }: Standing): string {
  const isNever = runs.get(decidedSeq)?.rules?.partner[row.kind] === 'never';
  const kind = kindWords(row.kind).toLowerCase();
  return isNever
    ? `The rules say that a ${kind} has no partner on the other side (partner: never).`
    : `No partner was found, and the rules say that a ${kind} needs none (partner: optional).`;
}

const IGNORED: Readonly<Record<string, string>> = {
  withdrawn: 'Its source does not list it any more: the row was withdrawn.',
  'no balance movement': 'It moves no money (an authorisation, a void, or a row for display).',
  'before the account starts': "It is from before the account's start date: nobody has to book it here.",
};

function ignoredReason(reason: string): string {
  return (
    IGNORED[reason] ?? `It found no partner, and a rule says that such rows do not matter: ${foreignText(reason)}.`
  );
}
