// Says where two rule sets differ, as deep as they do: one line for each value. Pure.
import { formatDuration } from '../../domain/duration.ts';

/** A part of a rule set, as the database reckoned it; null where a rule set does not say it. */
export interface PartChange {
  readonly part: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface RuleChange {
  /** "tolerance EUR absolute" */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

const ABSENT = '–';
const DURATIONS: ReadonlySet<string> = new Set(['timing', 'keyless']);

export function ruleChanges(parts: readonly PartChange[]): readonly RuleChange[] {
  return parts.flatMap(({ part, from, to }) => leaves([part], from ?? null, to ?? null));
}

function leaves(path: readonly string[], from: unknown, to: unknown): readonly RuleChange[] {
  if (isObject(from) && isObject(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return names.flatMap((name) => leaves([...path, name], from[name] ?? null, to[name] ?? null));
  }
  const [before, after] = [words(path, from), words(path, to)];
  return before === after ? [] : [{ path: path.join(' '), from: before, to: after }];
}

function words([part = '']: readonly string[], value: unknown): string {
  if (value === null) return ABSENT;
  if (typeof value === 'number' && DURATIONS.has(part)) return formatDuration(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
