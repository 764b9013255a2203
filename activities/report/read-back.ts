// Reads a written report back and adds it up: the last of the completeness gates (security.md). Must read the file
// itself, never what was meant to be in it.
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { parseDecimalAmount } from '../../domain/money.ts';
import { InvariantViolated } from '../errors.ts';
import type { DiscrepancyTotal } from './run-report.ts';

interface FileTotal {
  count: bigint;
  amountMinor: bigint;
}
/** By section, severity, verdict and currency. */
export type FileTotals = ReadonlyMap<string, FileTotal>;

const line = z.object({
  section: z.string(),
  severity: z.string(),
  verdict: z.string(),
  currency: z.string(),
  amount: z.string(),
});

export async function readBackCsv(path: string): Promise<FileTotals> {
  const totals = new Map<string, FileTotal>();
  // With the callback form a read error reaches the loop; .pipe() would leave it waiting.
  const records = pipeline(createReadStream(path), parse({ columns: true }), () => {});
  for await (const record of records) addLine(totals, line.parse(record));
  return totals;
}

/** Also proves that the file is valid JSON and that its canonical result has the run's digest. */
export async function readBackJson(path: string, resultDigest: string): Promise<FileTotals> {
  const totals = new Map<string, FileTotal>();
  const around: string[] = [];
  let resultRead: string | undefined;
  let inList = false;
  let separated = true;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (inList && text !== '],') {
      if (!separated) throw new SyntaxError(`${path}: a comma is missing between two discrepancies`);
      separated = text.endsWith(',');
      addLine(totals, line.parse(JSON.parse(separated ? text.slice(0, -1) : text)));
      continue;
    }
    inList = around.push(text) === 1;
    if (text.startsWith(RESULT)) resultRead = hash('sha256', text.slice(RESULT.length, -1), 'hex');
  }
  // The list is empty here; what stands around it must be valid by itself, and its last line must not promise another.
  JSON.parse(around.join('\n'));
  if (separated && totals.size > 0) throw new SyntaxError(`${path}: the list of discrepancies ends with a comma`);
  if (resultRead !== resultDigest) {
    throw new InvariantViolated('the canonical result in report.json', [
      'its SHA-256 is not the result digest of the run',
    ]);
  }
  return totals;
}

const RESULT = '"result":';

function addLine(
  totals: Map<string, FileTotal>,
  { section, severity, verdict, currency, amount }: z.infer<typeof line>,
) {
  const key = keyOf({ section, severity, verdict, currency });
  const total = totals.get(key) ?? { count: 0n, amountMinor: 0n };
  total.count += 1n;
  total.amountMinor += parseDecimalAmount(amount, currency, 'amount');
  totals.set(key, total);
}

function keyOf({
  section,
  severity,
  verdict,
  currency,
}: Record<'section' | 'severity' | 'verdict' | 'currency', string>) {
  return `${section} ${severity} ${verdict} ${currency}`;
}

/** @throws InvariantViolated when the file and the database differ in one count or one minor unit. */
export function assertSameTotals(file: string, written: FileTotals, stored: readonly DiscrepancyTotal[]): void {
  const expected = new Map(stored.map((total) => [keyOf(total), total]));
  const diagnostics = [...new Set([...expected.keys(), ...written.keys()])].flatMap((key) => {
    const there = written.get(key);
    const meant = expected.get(key);
    if (there?.count === meant?.count && there?.amountMinor === meant?.amountMinor) return [];
    const counts = `${there?.count ?? 0} rows in the file, ${meant?.count ?? 0} in the database`;
    return [there?.count === meant?.count ? `${key}: the sums differ` : `${key}: ${counts}`];
  });
  if (diagnostics.length > 0) throw new InvariantViolated(`${file} does not hold what the database does`, diagnostics);
}
