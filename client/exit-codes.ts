// What an exit code says (design section 10), so that scripts can branch on it. Pure.
export const EXIT = { clean: 0, differences: 1, usage: 2, failed: 3, inconclusive: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CODE_OF_OUTCOME: ReadonlyMap<string, ExitCode> = new Map([
  ['clean', EXIT.clean],
  ['differences', EXIT.differences],
  ['inconclusive', EXIT.inconclusive],
]);
// What is not known outweighs what is known, as in a run's own outcome (design section 6).
const GRAVEST_FIRST: readonly ExitCode[] = [EXIT.failed, EXIT.inconclusive, EXIT.differences];

/** The gravest of several outcomes; a word that is no outcome (failed, cancelled) counts as failed. */
export function exitCodeOf(outcomes: readonly string[]): ExitCode {
  const codes = new Set(outcomes.map((outcome) => CODE_OF_OUTCOME.get(outcome) ?? EXIT.failed));
  return GRAVEST_FIRST.find((code) => codes.has(code)) ?? EXIT.clean;
}
