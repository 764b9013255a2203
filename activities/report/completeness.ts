// Decides what the completeness sheet of a report says: what was read from where, how far it reaches, what the four
// gates found, and what the written list must add up to. The same in every format. Pure.
import { formatMinor } from '../../domain/money.ts';
import type { Level, Side } from '../../domain/vocabulary.ts';
import type { Cell } from './discrepancy-cells.ts';
import { gateProof } from './gate-proof.ts';
import { runName } from './report-files.ts';
import type { DiscrepancyTotal, RunReport, SourceBatch } from './run-report.ts';

export const GATES = ['source', 'staged', 'classified', 'written'] as const;
export type GateName = (typeof GATES)[number];
/** not_stated: the source says no total of its own, so there is nothing to compare with. */
export type GateResult = 'held' | 'failed' | 'not_stated';

export interface Gate {
  readonly gate: GateName;
  readonly result: GateResult;
  readonly detail: string;
}

export interface ControlTotal {
  readonly side: Side;
  readonly level: Level;
  readonly currency: string;
  readonly count: bigint;
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
}

export interface Completeness {
  readonly run: string;
  readonly zone: string;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly horizonMs: number | null;
  readonly processorCoverageMs: number | null;
  readonly internalCoverageMs: number | null;
  readonly codeVersion: string | null;
  readonly ruleSetHash: string | null;
  readonly schemaVersion: string | null;
  readonly inputDigest: string | null;
  readonly resultDigest: string;
  readonly sources: readonly SourceBatch[];
  readonly gates: readonly Gate[];
  readonly controlTotals: readonly ControlTotal[];
  /** Rows that the list of differences must have. */
  readonly listedCount: bigint;
  /** And what their amounts must sum to. */
  readonly listTotals: readonly DiscrepancyTotal[];
}

export function completeness(report: RunReport): Completeness {
  const { run } = report;
  const listedCount = report.discrepancyTotals.reduce((sum, { count }) => sum + count, 0n);
  return {
    run: runName(run),
    zone: run.zone,
    windowStartMs: run.windowStartMs,
    windowEndMs: run.windowEndMs,
    horizonMs: run.horizonMs,
    processorCoverageMs: run.processorCoverageMs,
    internalCoverageMs: run.internalCoverageMs,
    codeVersion: run.codeVersion,
    ruleSetHash: run.ruleSetHash,
    schemaVersion: run.schemaVersion,
    inputDigest: run.inputDigest,
    resultDigest: run.resultDigest,
    sources: report.batches,
    gates: gates(report, listedCount),
    controlTotals: controlTotals(report),
    listedCount,
    listTotals: report.discrepancyTotals,
  };
}

// Names under which independent totals of a source are recorded (check-balances.ts).
const SOURCE_CHECKS: readonly string[] = ['processor balance'];
const STAGED_CHECK = 'conservation';

function gates(report: RunReport, listedCount: bigint): Gate[] {
  const stated = report.checks.filter(({ name }) => SOURCE_CHECKS.includes(name));
  const staged = report.checks.filter(({ name }) => name === STAGED_CHECK);
  const broken = gateProof(report.totals).filter(({ holds }) => !holds).length;
  const resultOf = (checks: typeof stated): GateResult =>
    checks.length === 0 ? 'not_stated' : checks.every(({ passed }) => passed) ? 'held' : 'failed';
  return [
    {
      gate: 'source',
      result: resultOf(stated),
      detail:
        stated.length === 0
          ? 'no source of this run states a balance to compare with'
          : stated.map(({ detail }) => detail).join('; '),
    },
    {
      gate: 'staged',
      result: resultOf(staged),
      detail: 'count, sums and digest of the rows as parsed against the rows as stored',
    },
    {
      gate: 'classified',
      result: broken === 0 ? 'held' : 'failed',
      detail: 'every row taken in has one verdict: open before + came in − closed = open after, per kind and currency',
    },
    {
      gate: 'written',
      // A file that was not read back, or did not add up, is never published.
      result: 'held',
      detail: `read back before it was published: ${listedCount} differences, by section, severity, verdict and currency`,
    },
  ];
}

function controlTotals({ totals }: RunReport): ControlTotal[] {
  const sums = new Map<string, ControlTotal>();
  for (const { term, movesBalance, side, level, currency, count, debitsMinor, creditsMinor } of totals) {
    if (term !== 'introduced' || !movesBalance) continue;
    const key = [side, level, currency].join('|');
    const known = sums.get(key) ?? { side, level, currency, count: 0n, debitsMinor: 0n, creditsMinor: 0n };
    sums.set(key, {
      ...known,
      count: known.count + count,
      debitsMinor: known.debitsMinor + debitsMinor,
      creditsMinor: known.creditsMinor + creditsMinor,
    });
  }
  return [...sums.values()];
}

/** A line of the sheet; a value keeps its type where the format has types. */
export interface Fact {
  readonly topic: string;
  readonly name: string;
  readonly value: Cell | { readonly type: 'instant'; readonly ms: number | null };
}

export const LIST_TOPIC = 'list: ';

/** The sheet as lines, for tables. `listDigest` is known when the list has been written. */
export function completenessFacts(of: Completeness, listDigest: string): Fact[] {
  return [
    ...runFacts(of),
    fact('list', 'count', { type: 'integer', value: of.listedCount.toString() }),
    fact('list', 'sha256', text(listDigest)),
    ...of.listTotals.flatMap(({ section, severity, verdict, currency, count, amountMinor }) => {
      const topic = `${LIST_TOPIC}${[section, severity, verdict, currency].join(' ')}`;
      return [
        fact(topic, 'count', { type: 'integer', value: count.toString() }),
        fact(topic, 'amount', { type: 'amount', value: formatMinor(amountMinor, currency), currency }),
      ];
    }),
    ...of.gates.flatMap(({ gate, result, detail }) => [
      fact(`gate ${gate}`, 'result', text(result)),
      fact(`gate ${gate}`, 'detail', text(detail)),
    ]),
    ...of.controlTotals.flatMap(({ side, level, currency, count, debitsMinor, creditsMinor }) => {
      const topic = `came in: ${side}, ${level}, ${currency}`;
      const amount = (minor: bigint) => ({ type: 'amount', value: formatMinor(minor, currency), currency }) as const;
      return [
        fact(topic, 'rows', { type: 'integer', value: count.toString() }),
        fact(topic, 'debits', amount(debitsMinor)),
        fact(topic, 'credits', amount(creditsMinor)),
      ];
    }),
    ...of.sources.flatMap(sourceFacts),
  ];
}

function runFacts(of: Completeness): Fact[] {
  return [
    fact('run', 'run', text(of.run)),
    fact('run', 'zone', text(of.zone)),
    fact('run', 'window start (UTC)', instant(of.windowStartMs)),
    fact('run', 'window end (UTC)', instant(of.windowEndMs)),
    fact('run', 'horizon (UTC)', instant(of.horizonMs)),
    fact('run', 'processor complete up to (UTC)', instant(of.processorCoverageMs)),
    fact('run', 'own records complete up to (UTC)', instant(of.internalCoverageMs)),
    fact('run', 'code version', text(of.codeVersion)),
    fact('run', 'rule set', text(of.ruleSetHash)),
    fact('run', 'schema version', text(of.schemaVersion)),
    fact('run', 'input digest', text(of.inputDigest)),
    fact('run', 'result digest', text(of.resultDigest)),
  ];
}

function sourceFacts(source: SourceBatch, index: number): Fact[] {
  const topic = `source ${index + 1}`;
  const more = source.partsCount - source.parts.length;
  return [
    fact(topic, 'side', text(source.side)),
    fact(topic, 'name', text(source.sourceName)),
    fact(topic, 'read as', text(source.sourceKey)),
    ...source.parts.map(({ name, contentKey }) => fact(topic, 'query or file', text(contentKey ?? name))),
    ...(more <= 0 ? [] : [fact(topic, 'query or file', text(`and ${more} more`))]),
    fact(topic, 'read at (UTC)', instant(source.extractedAtMs)),
    fact(topic, 'complete up to (UTC)', instant(source.watermarkMs)),
    fact(topic, 'read up to (UTC)', instant(source.fetchedUntilMs)),
    fact(topic, 'states completeness itself', text(source.statesCompleteness ? 'yes' : 'no')),
    fact(topic, 'rows', { type: 'integer', value: source.rowCount.toString() }),
    fact(topic, 'rows not readable', { type: 'integer', value: source.quarantinedCount.toString() }),
  ];
}

const fact = (topic: string, name: string, value: Fact['value']): Fact => ({ topic, name, value });
const text = (value: string | null): Cell => ({ type: 'text', value });
const instant = (ms: number | null) => ({ type: 'instant', ms }) as const;
