// What a report file says of itself, in whatever format: the things that its list is checked against. Pure.
import { z } from 'zod';
import { parseDecimalAmount } from '../../../domain/money.ts';
import { LIST_TOPIC } from '../completeness.ts';
import type { ListTotal } from '../read-list.ts';

export interface Said {
  /** stripe/us/2026-01-31#2 */
  readonly run: string;
  readonly resultDigest: string;
  readonly listDigest: string;
  readonly listedCount: bigint;
  /** By "section severity verdict currency". */
  readonly totals: ReadonlyMap<string, ListTotal>;
}

/** The lines of a completeness sheet: topic, name, value. @throws Error where it lacks one of them. */
export function saidOfFacts(rows: Iterable<readonly string[]>): Said {
  const facts = new Map<string, string>();
  for (const [topic = '', name = '', value = ''] of rows) facts.set(`${topic}\n${name}`, value);
  const factOf = (topic: string, name: string): string => {
    const value = facts.get(`${topic}\n${name}`);
    if (value === undefined) throw new SyntaxError(`the completeness sheet has no line "${topic}, ${name}"`);
    return value;
  };
  const keys = [...facts.keys()].flatMap((line) => {
    const [topic = '', name] = line.split('\n');
    return topic.startsWith(LIST_TOPIC) && name === 'count' ? [topic.slice(LIST_TOPIC.length)] : [];
  });
  return {
    run: factOf('run', 'run'),
    resultDigest: factOf('run', 'result digest'),
    listDigest: factOf('list', 'sha256'),
    listedCount: countOf(factOf('list', 'count')),
    totals: new Map(
      keys.map((key) => [
        key,
        totalOf(key, factOf(`${LIST_TOPIC}${key}`, 'count'), factOf(`${LIST_TOPIC}${key}`, 'amount')),
      ]),
    ),
  };
}

const announced = z.object({
  section: z.string(),
  severity: z.string(),
  verdict: z.string(),
  currency: z.string(),
  count: z.coerce.string(),
  amount: z.string(),
});
const jsonSchema = z.object({
  resultDigest: z.string(),
  listDigest: z.string(),
  discrepancyTotals: z.array(announced),
  completeness: z.object({ run: z.string(), resultDigest: z.string(), listedCount: z.string() }),
});

/** What stands around the list of a report in JSON. */
export function saidOfJson(around: unknown): Said {
  const { resultDigest, listDigest, discrepancyTotals, completeness } = jsonSchema.parse(around);
  if (resultDigest !== completeness.resultDigest) throw new SyntaxError('the file names two result digests');
  return {
    run: completeness.run,
    resultDigest,
    listDigest,
    listedCount: countOf(completeness.listedCount),
    totals: totalsOf(discrepancyTotals),
  };
}

export function totalsOf(list: ReadonlyArray<z.infer<typeof announced>>): ReadonlyMap<string, ListTotal> {
  return new Map(
    list.map(({ section, severity, verdict, currency, count, amount }) => {
      const key = [section, severity, verdict, currency].join(' ');
      return [key, totalOf(key, count, amount)];
    }),
  );
}

function totalOf(key: string, count: string, amount: string): ListTotal {
  const currency = key.slice(key.lastIndexOf(' ') + 1);
  return { count: countOf(count), amountMinor: parseDecimalAmount(amount, currency, 'amount') };
}

function countOf(text: string): bigint {
  if (!/^\d{1,15}$/.test(text)) throw new SyntaxError(`"${text.slice(0, 40)}" is no count`);
  return BigInt(text);
}
