// A score in words: the counts, and what was not always right, the worst first.
import type { Score } from './score-result.ts';

export function describeScore(score: Score): string[] {
  const { rows, right, missed, misnamed, unsaid, misgrouped, invented } = score;
  const share = rows === 0 ? '0' : ((100 * right) / rows).toFixed(3);
  const lines = [
    `${rows} rows · right ${right} (${share} %) · missed ${missed} · false ${score.false}`,
    `misnamed ${misnamed} · misgrouped ${misgrouped} · unsaid ${unsaid} · invented ${invented}`,
  ];
  const wrong = Object.entries(score.situations).filter(([, situation]) => situation.right < situation.rows);
  wrong.sort(([, one], [, other]) => one.right / one.rows - other.right / other.rows);
  return [...lines, ...wrong.map(([name, situation]) => `  ${name}: ${situation.right} of ${situation.rows} rows`)];
}

/** Situations of which not one row of those that differ from a plain match was understood. */
export function neverRight(score: Score): string[] {
  return Object.entries(score.situations).flatMap(([name, { right }]) => (right === 0 ? [name] : []));
}
