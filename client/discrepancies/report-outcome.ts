// How the answer of several steps reads, and its exit code: what was done, or that nothing was and why. Pure.
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../terminal/one-line.ts';
import type { Outcome } from './do-all.ts';

export function reportOutcome(output: Output, outcome: Outcome): ExitCode {
  if ('done' in outcome) {
    output.result({ done: true, results: outcome.done }, () =>
      outcome.done.map(({ subject, done }) => `${subject}: ${done}`).join('\n'),
    );
    return EXIT.clean;
  }
  output.result({ done: false, refused: outcome.refused }, () =>
    [
      ...outcome.refused.map(({ subject, refused }) => `${subject}: refused. ${oneLine(refused)}`),
      'Nothing was done: all of it is done, or none.',
    ].join('\n'),
  );
  return EXIT.failed;
}
