// `recon try`: two sets of files through the real workflow, no configuration. The dates are those in the files; the clock
// is --as-of; what comes out is every row with its verdict.
import { Temporal } from 'temporal-polyfill';
import type { AccountSetup } from '../activities/accounts.ts';
import { SourceRejected } from '../activities/errors.ts';
import { fileSource } from '../activities/fetch/file/file.ts';
import { mappedReading } from '../activities/fetch/mapping/mapped-reading.ts';
import type { Source } from '../activities/fetch/source.ts';
import { parseAccountName } from '../domain/account.ts';
import {
  addDays,
  assertZone,
  type BusinessDate,
  datesBetween,
  parseBusinessDate,
  windowOf,
} from '../domain/business-date.ts';
import { currencyExponent } from '../domain/currency.ts';
import { defaultRuleSet } from '../domain/rule-set.ts';
import type { InternalRow, ProcessorRow } from '../domain/transaction.ts';
import type { Side } from '../domain/vocabulary.ts';
import { loadRuleSet } from '../worker/config.ts';
import { givenMapping } from './mapping/given-mapping.ts';
import { UsageError } from './usage-error.ts';

export interface TryOptions {
  readonly processor: readonly string[];
  readonly internal: readonly string[];
  readonly mapping?: string;
  readonly internalMapping?: string;
  readonly rules?: string;
  readonly account: string;
  readonly zone: string;
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly store?: string;
  readonly out: string;
  readonly currency: string;
  readonly complete: boolean;
  readonly json: boolean;
}

export interface TryPlan {
  readonly setup: AccountSetup;
  readonly dates: readonly BusinessDate[];
  readonly asOfMs: number;
}

// After this long only reserves may still be pending (design section 10).
const AS_OF_DAYS_AFTER = 35;
const DATES_MAX = 1_000;

/** What the options mean: which dates, which clock, which sources. @throws UsageError */
export async function planTry(options: TryOptions): Promise<TryPlan> {
  const { account, processor } = usage(() => parseAccountName(options.account));
  const zone = usage(() => assertZone(options.zone));
  if (currencyExponent(options.currency) === undefined) {
    throw new UsageError(`--currency ${options.currency} is not an ISO 4217 currency such as USD`);
  }
  const rules = options.rules === undefined ? defaultRuleSet() : await loadRuleSet(options.rules);
  const files = { account, zone, complete: options.complete };
  const processorFiles = { ...files, ...(await mapped(options.mapping, 'processor')), paths: options.processor };
  const internalFiles = { ...files, ...(await mapped(options.internalMapping, 'internal')), paths: options.internal };
  const sources = [
    fileSource({ ...processorFiles, side: 'processor', watermarkMs: null }),
    fileSource({ ...internalFiles, side: 'internal', watermarkMs: null }),
  ] as const;
  await assertReadable(sources);
  const dates = givenDates(options) ?? (await datesIn(sources));
  const last = dates.at(-1);
  if (last === undefined)
    throw new UsageError('no row in these files can be read: name the day with --date YYYY-MM-DD');
  if (dates.length > DATES_MAX)
    throw new UsageError(`these files hold ${dates.length} dates: choose at most ${DATES_MAX} with --from and --to`);
  const asOfMs =
    options.asOf === undefined ? windowOf(addDays(last, AS_OF_DAYS_AFTER), zone).endMs : parseInstant(options.asOf);
  return {
    dates,
    asOfMs,
    setup: {
      account,
      processor,
      zone,
      reportingCurrency: options.currency,
      startDate: dates[0] ?? last,
      fetchTaskQueue: 'recon',
      mayBeEmpty: false,
      payoutsItemised: true,
      trailingDays: 0,
      // A file does not grow while we wait: what does not reach the end of the window is inconclusive at once.
      sourceDeadlineMs: Number.NEGATIVE_INFINITY,
      rules,
      rulesApproval: 'off',
      source: fileSource({ ...processorFiles, side: 'processor', watermarkMs: asOfMs }),
      internal: fileSource({ ...internalFiles, side: 'internal', watermarkMs: asOfMs }),
    },
  };
}

/** Every file is a delta: the next call with more files is the next arrival. */
async function mapped(where: string | undefined, side: Side) {
  if (where === undefined) return {};
  return mappedReading(await givenMapping(where, side), { side, snapshot: false });
}

async function assertReadable(sources: readonly { probe: Source<ProcessorRow>['probe'] }[]): Promise<void> {
  try {
    for (const source of sources) await source.probe(new AbortController().signal);
  } catch (error) {
    if (error instanceof SourceRejected) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function givenDates(options: TryOptions): BusinessDate[] | undefined {
  if (options.date !== undefined) {
    if (options.from !== undefined || options.to !== undefined)
      throw new UsageError('give --date, or --from and --to, not both');
    return [usage(() => parseBusinessDate(options.date ?? ''))];
  }
  if (options.from === undefined && options.to === undefined) return undefined;
  if (options.from === undefined || options.to === undefined) throw new UsageError('--from and --to go together');
  const [from, to] = [options.from, options.to].map((text) => usage(() => parseBusinessDate(text)));
  if (from === undefined || to === undefined || from > to) {
    throw new UsageError(`--from ${options.from} is after --to ${options.to}: swap them`);
  }
  return datesBetween(from, to);
}

async function datesIn(sources: readonly [Source<ProcessorRow>, Source<InternalRow>]): Promise<BusinessDate[]> {
  const dates = new Set<BusinessDate>();
  const signal = new AbortController().signal;
  for (const source of sources) {
    const plan = await source.plan({ fromMs: 0, toMs: 0 }, signal);
    for (const shard of plan.shards) {
      for await (const page of source.read(shard, null, signal)) for (const row of page.rows) dates.add(row.homeDate);
    }
  }
  return [...dates].sort();
}

function parseInstant(text: string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    throw new UsageError(`--as-of ${text} is not an instant: write it with its offset, such as 2026-02-01T04:00:00Z`);
  }
}

function usage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
