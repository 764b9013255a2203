// Says all that is wrong with a rule set as it was written, at once: what has no form does not hide what contradicts itself
// elsewhere. Pure.
import { ruleSetSchema } from './rule-set.ts';
import type { RuleProblem } from './rule-set-contradictions.ts';

// Under these a wrong entry is left out alone; elsewhere the whole section is.
const SECTIONS_OF_ENTRIES: ReadonlySet<unknown> = new Set([
  'tolerance',
  'timing',
  'partner',
  'keyless',
  'referenceRates',
  'toleranceAlarm',
]);

/** Empty where the rule set can be used. */
export function ruleSetProblems(given: unknown): RuleProblem[] {
  const first = ruleSetSchema.safeParse(given);
  if (first.success) return [];
  const problems = first.error.issues.map(problemOf);
  const rest = ruleSetSchema.safeParse(
    without(
      given,
      problems.map(({ path }) => path),
    ),
  );
  if (rest.success) return problems;
  const known = new Set(problems.map(textOf));
  return [...problems, ...rest.error.issues.map(problemOf).filter((problem) => !known.has(textOf(problem)))];
}

function problemOf({
  path,
  message,
}: {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}): RuleProblem {
  return { path: path.map((step) => (typeof step === 'number' ? step : String(step))), message };
}

function textOf({ path, message }: RuleProblem): string {
  return `${path.join('.')}: ${message}`;
}

function without(given: unknown, paths: ReadonlyArray<RuleProblem['path']>): object {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
  const known = new Set(Object.keys(ruleSetSchema.shape));
  const sections = Object.entries(given).flatMap(([section, value]): Array<[string, unknown]> => {
    const wrong = paths.filter(([first]) => first === section);
    if (!known.has(section)) return [];
    if (wrong.length === 0) return [[section, value]];
    const entries = wrong.every(([, entry]) => entry !== undefined) && SECTIONS_OF_ENTRIES.has(section);
    return entries ? [[section, withoutEntries(value, new Set(wrong.map(([, entry]) => String(entry))))]] : [];
  });
  return Object.fromEntries(sections);
}

function withoutEntries(value: unknown, wrong: ReadonlySet<string>): object {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([name]) => !wrong.has(name)));
}
