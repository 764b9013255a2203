// Reads the page of a report back: whether it is the page that was written, and whether its rows are those that its own
// facts announce. The page is bounded; longer lists are in the other files. Must trust nothing that it reads.
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { parseDecimalAmount } from '../../domain/money.ts';
import { pageDigest } from './page-digest.ts';

const PAGE_BYTES_MAX = 16 * 1024 * 1024;

const factsSchema = z.object({
  format: z.literal('recon-page/1'),
  run: z.string(),
  resultDigest: z.string(),
  listDigest: z.string(),
  listedCount: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(BigInt),
  shownCount: z.number().int().nonnegative(),
  totals: z.array(
    z.object({
      section: z.string(),
      severity: z.string(),
      verdict: z.string(),
      currency: z.string(),
      count: z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(BigInt),
      amount: z.string(),
    }),
  ),
});
export type PageFacts = z.infer<typeof factsSchema>;

export interface ReadPage {
  /** It says of itself that it is the page of a report; it may be damaged all the same. */
  readonly isReport: boolean;
  /** null: no page of a report, or its end is missing. */
  readonly facts: PageFacts | null;
  readonly problems: readonly string[];
}

export async function readPage(path: string): Promise<ReadPage> {
  const page = await readBounded(path);
  const digest = pageDigest(page);
  const facts = /<script type="application\/json" id="facts">(.*?)<\/script>/s.exec(page)?.[1];
  if (digest === null) return { isReport: false, facts: null, problems: [`${path} is no page of a report`] };
  if (facts === undefined) return { isReport: true, facts: null, problems: ['the page is cut'] };
  const parsed = factsSchema.parse(JSON.parse(facts));
  return {
    isReport: true,
    facts: parsed,
    problems: [
      ...(digest.said === digest.is ? [] : ['the page was changed: its SHA-256 is not the one it says']),
      ...differingRows(page, parsed),
    ],
  };
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > PAGE_BYTES_MAX) throw new RangeError(`${path} is larger than any page of a report`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

const ROW = /<tr data-key="([^"]*)" data-amount="([^"]*)">/g;

function differingRows(page: string, { totals, shownCount, listedCount }: PageFacts): string[] {
  const rows = [...page.matchAll(ROW)].map(([, key = '', amount = '']) => ({ key, amount }));
  const problems = rows.length === shownCount ? [] : [`${rows.length} rows on the page, which says ${shownCount}`];
  const announced = totals.reduce((sum, { count }) => sum + count, 0n);
  if (announced !== listedCount) problems.push('the totals of the page do not add up to its number of differences');
  for (const { section, severity, verdict, currency, count, amount } of totals) {
    const key = [section, severity, verdict, currency].join(' ');
    const own = rows.filter((row) => row.key === key);
    const sum = own.reduce((minor, row) => minor + parseDecimalAmount(row.amount, currency, 'amount'), 0n);
    // A page shows the first rows of a long list: then its rows are a part of the total.
    if (BigInt(own.length) > count) problems.push(`${key}: ${own.length} rows on the page, ${count} announced`);
    else if (BigInt(own.length) === count && sum !== parseDecimalAmount(amount, currency, 'amount')) {
      problems.push(`${key}: the sums differ`);
    }
  }
  return problems;
}
