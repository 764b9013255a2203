// Decides how names, times, amounts and reasons of a run are written for people. Pure: zone in, text out, no clock.
import { Temporal } from 'temporal-polyfill';
import { formatForPeople } from '../../domain/money.ts';
import type { Kind, Level, Severity, Side } from '../../domain/vocabulary.ts';

const DAY_MS = 86_400_000;
const MINUS = '\u2212';
const NBSP = '\u00a0';
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

/** "1,234.50 USD" that never breaks over two lines, with a real minus sign. */
export function moneyWords(minor: bigint, currency: string): string {
  return formatForPeople({ minor, currency }).replace('-', MINUS).replace(' ', NBSP);
}

/** The same of a decimal string such as "-1234.50". */
export function decimalWords(decimal: string, currency: string): string {
  const [whole = '', ...fraction] = decimal.split('.');
  return [countWordsOf(whole), ...fraction].join('.').replace('-', MINUS) + NBSP + currency;
}

/** "1,234.50", where the currency stands beside it. */
export function amountWords(minor: bigint, currency: string): string {
  return moneyWords(minor, currency).split(NBSP)[0] ?? '';
}

/** "1,234" */
export function countWords(count: bigint | number): string {
  return countWordsOf(count.toString());
}

function countWordsOf(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** "1 difference", "2 differences" */
export function plural(count: bigint | number, one: string, many = `${one}s`): string {
  return `${countWords(count)} ${count === 1n || count === 1 ? one : many}`;
}

/** "31 January 2026" */
export function dateWords(date: string): string {
  const day = Temporal.PlainDate.from(date);
  return `${day.day} ${MONTHS[day.month - 1]} ${day.year}`;
}

/** "Saturday, 31 January 2026" */
export function longDateWords(date: string): string {
  return `${WEEKDAYS[Temporal.PlainDate.from(date).dayOfWeek - 1]}, ${dateWords(date)}`;
}

/** "31 Jan 2026, 21:40" in the account's zone; seconds only where there are any. */
export function timeWords(instantMs: number, zone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(zone);
  const two = (value: number) => value.toString().padStart(2, '0');
  const seconds = time.second === 0 ? '' : `:${two(time.second)}`;
  return `${time.day} ${MONTHS[time.month - 1]?.slice(0, 3)} ${time.year}, ${two(time.hour)}:${two(time.minute)}${seconds}`;
}

/** Days between two calendar days; how old something was on the day of the run. */
export function ageDays(from: string, to: string): number {
  // Dates without a time are read as UTC, where every day has the same length.
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

export function ageWords(from: string, to: string): string {
  const days = ageDays(from, to);
  if (days <= 0) return 'same day';
  return days === 1 ? '1 day' : `${days} days`;
}

const PROCESSOR_NAMES: Readonly<Record<string, string>> = { stripe: 'Stripe', paypal: 'PayPal', square: 'Square' };

/** "Stripe" for the processor side, "Your records" for the internal one. */
export function sideWords(side: Side, processorName: string): string {
  return side === 'internal' ? 'Your records' : processorWords(processorName);
}

export function processorWords(processorName: string): string {
  return PROCESSOR_NAMES[processorName] ?? `${processorName.charAt(0).toUpperCase()}${processorName.slice(1)}`;
}

const KIND_WORDS: Readonly<Record<Kind, string>> = {
  payment: 'Payment',
  refund: 'Refund',
  dispute: 'Dispute',
  fee: 'Fee',
  payout: 'Payout',
  transfer: 'Transfer',
  adjustment: 'Adjustment',
  reserve: 'Reserve',
  conversion: 'Conversion',
  other: 'Other',
};

export function kindWords(kind: Kind): string {
  return KIND_WORDS[kind];
}

const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  activity: 'Processor and records',
  netting: 'Rows that cancel',
  settlement: 'Payouts and their entries',
  bank: 'Payouts and the bank',
};

export function levelWords(level: Level): string {
  return LEVEL_WORDS[level];
}

const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};

export function severityWords(severity: Severity): string {
  return SEVERITY_WORDS[severity];
}

/** A reason as the matching stored it, readable: known codes are sentences, others lose their underscores. */
export function reasonWords(reason: string): string {
  const paired = /^pair by (\w+)$/.exec(reason)?.[1];
  if (paired !== undefined) return `Paired: ${ruleWords(paired)}.`;
  const [, rows, grouped] = /^group of (\d+) by (\w+)$/.exec(reason) ?? [];
  if (grouped !== undefined) return `Grouped, ${rows} rows: ${ruleWords(grouped)}.`;
  return sentence(/^[a-z0-9_]+$/.test(reason) ? reason.replaceAll('_', ' ') : reason);
}

const RULE_WORDS: Readonly<Record<string, string>> = {
  processor_id: 'same processor id',
  merchant_reference: 'same merchant reference',
  no_partner_expected: 'no partner is expected',
  sum: 'same sum',
  netting: 'a row and its reversal',
  duplicate: 'in place of equal rows',
  payout: 'entries and payout add up',
  payout_entry: 'an entry of its payout',
  not_itemised: 'the payout lists no entries, as the account says',
  conversion: 'legs of one conversion',
  keyless: 'same amount at about the same time, nobody else to choose from',
  manual: 'put together by a person',
  write_off: 'written off by a person',
};

/** A rate has no second side: what stands beside it is the reference rate. */
export function fieldWords(field: string): string {
  return field === 'fx' ? 'rate (right: reference)' : field;
}

export function ruleWords(rule: string): string {
  return RULE_WORDS[rule] ?? rule.replaceAll('_', ' ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}

// Control and direction-changing characters could make an id look like another one.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Foreign text made safe to read: what cannot be seen is shown as �, and the length is bounded. */
export function foreignText(text: string, charsMax = 200): string {
  const visible = text.replace(INVISIBLE, '\ufffd');
  return visible.length > charsMax ? `${visible.slice(0, charsMax)}…` : visible;
}
