// Of which small worlds it is claimed that running them day by day ends as one run over everything would: those in which no
// later row contradicts what an earlier run had every reason to believe.
import type { OracleGroup } from './oracle-row-for-tests.ts';
import { WORLD_DATES, type WorldLine } from './worlds-for-tests.ts';

interface Told {
  readonly line: WorldLine;
  readonly keys: readonly string[];
  readonly run: number;
}

/**
 * Claimed where
 * - no row has a second version, is pending, or could be closed without a partner (void, test mode, moving nothing, zero, a kind that
 *   needs no partner), and none is compared in another currency than its own: an earlier run closes these for good;
 * - rows that hang together by keys are introduced by one run, or are of one kind and no more than one of each side, beside a reversal
 *   that names its original: two rows of one key that come apart are told apart by their day, and in a batch by nothing;
 * - a reversal has one candidate from the first run that sees it;
 * - no record comes after the movement that it stands for and its reversal have cancelled;
 * - no row that was matched without a key (`groups`: as found day by day) shares one with another row, or has an equal that the
 *   match does not explain.
 */
export function isWithoutContradiction(lines: readonly WorldLine[], groups: readonly OracleGroup[]): boolean {
  const told = lines.map((line): Told => ({ line, keys: keysIn(line), run: runOf(line) }));
  const isSecondVersion = new Set(lines.map(nameOf)).size < lines.length;
  if (isSecondVersion || lines.some(closesAlone)) return false;
  const components = hangingTogether(told);
  return (
    components.every((rows) => isOfOneRun(rows) || isPlain(rows, lines)) &&
    !told.some((row) => isUndoneTwice(row, told) || isCancelledBefore(row, told, components)) &&
    !isKeylessTied(told, groups)
  );
}

function closesAlone({ record }: WorldLine): boolean {
  return (
    record.testMode !== undefined ||
    record.presentment !== undefined ||
    record.movesBalance === false ||
    record.status !== 'settled' ||
    ['0.00', '-0.00'].includes(String(record.gross ?? record.amount)) ||
    ['fee', 'payout'].includes(String(record.kind))
  );
}

/** A row comes into the first run of its day or a later one that it was delivered for. */
function runOf({ deliveredOn, record }: WorldLine): number {
  const home = WORLD_DATES.findIndex((date) => String(record.occurredAt).startsWith(date));
  return Math.max(deliveredOn, home);
}

function keysIn({ side, record }: WorldLine): string[] {
  const references = (record.references ?? []) as readonly { readonly value: string }[];
  const ids = [side === 'processor' ? record.id : record.processorReference, ...references.map(({ value }) => value)];
  const order = record.merchantReference === undefined ? [] : [`order ${record.merchantReference}`];
  return [...ids.flatMap((id) => (id === undefined ? [] : [`id ${id}`])), ...order];
}

function nameOf({ side, record }: WorldLine): string {
  return `${side} ${record.id}`;
}

function hangingTogether(told: readonly Told[]): Told[][] {
  let components: Told[][] = [];
  for (const row of told) {
    const isTouched = (rows: readonly Told[]) => rows.some((other) => other.keys.some((key) => row.keys.includes(key)));
    const touched = components.filter(isTouched);
    components = [...components.filter((rows) => !isTouched(rows)), [row, ...touched.flat()]];
  }
  return components;
}

function isOfOneRun(rows: readonly Told[]): boolean {
  return new Set(rows.map((row) => row.run)).size === 1;
}

function isPlain(rows: readonly Told[], all: readonly WorldLine[]): boolean {
  const plain = rows.filter(({ line }) => !isNamedReversal(line, all));
  const isSoleOfItsSide = (side: string) => plain.filter(({ line }) => line.side === side).length <= 1;
  const isOfOneKind = new Set(rows.map(({ line }) => line.record.kind)).size === 1;
  return isOfOneKind && isSoleOfItsSide('processor') && isSoleOfItsSide('internal');
}

function isNamedReversal({ side, record }: WorldLine, all: readonly WorldLine[]): boolean {
  const isNamed = all.some((other) => other.side === side && other.record.id === record.parentId);
  return side === 'processor' && record.reverses === true && isNamed;
}

/** The row is a reversal that may undo several rows, or whose original another may undo, and they do not come at once. */
function isUndoneTwice(reversal: Told, told: readonly Told[]): boolean {
  if (reversal.line.record.reverses !== true) return false;
  const originals = originalsOf(reversal, told);
  const rivals = told.filter(
    (row) =>
      row.line.record.reverses === true && originalsOf(row, told).some((original) => originals.includes(original)),
  );
  return originals.length + rivals.length > 2 && !isOfOneRun([reversal, ...originals, ...rivals]);
}

function originalsOf({ line: { side, record } }: Told, told: readonly Told[]): Told[] {
  return told.filter(({ line }) => {
    const isParent = line.record.id === record.parentId || line.record.parentId === record.parentId;
    return line.side === side && line.record !== record && record.parentId !== undefined && isParent;
  });
}

/** The row is a reversal, and some record that has to do with it or its original comes later than both. */
function isCancelledBefore(reversal: Told, told: readonly Told[], components: readonly Told[][]): boolean {
  const { record } = reversal.line;
  if (record.reverses !== true) return false;
  const cancelled = [reversal, ...originalsOf(reversal, told)];
  const cancelledIn = Math.max(...cancelled.map((row) => row.run));
  return components
    .filter((rows) => rows.some((row) => cancelled.includes(row)))
    .some((rows) => rows.some((row) => row.line.side === 'internal' && row.run > cancelledIn));
}

function isKeylessTied(told: readonly Told[], groups: readonly OracleGroup[]): boolean {
  const keyless = groups
    .filter(({ rule }) => rule === 'keyless')
    .flatMap(({ members }) => members.map((row) => row.key));
  const matched = told.filter(({ line }) => keyless.includes(nameOf(line)));
  const tied = hangingTogether(told)
    .filter((rows) => rows.length > 1)
    .flat();
  const likenesses = matched.map(({ line }) => likenessOf(line));
  return (
    matched.some((row) => tied.includes(row)) ||
    told.some((row) => !matched.includes(row) && likenesses.includes(likenessOf(row.line)))
  );
}

function likenessOf({ record }: WorldLine): string {
  return `${record.kind} ${record.currency} ${record.gross ?? record.amount}`;
}
