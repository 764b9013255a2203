// npm run bench:score: scores anybody's verdicts against the truth of a world. Exit code 0 where every row is right, 1 otherwise.
import { parseArgs } from 'node:util';
import { describeScore } from './score/describe-score.ts';
import { scoreResult } from './score/score-result.ts';

const { values } = parseArgs({
  options: {
    truth: { type: 'string' },
    result: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (values.truth === undefined || values.result === undefined) {
  console.error('usage: node bench/score.ts --truth FILE --result FILE [--json]');
  process.exitCode = 2;
} else {
  const score = await scoreResult(values.truth, values.result);
  console.log(values.json ? JSON.stringify(score) : describeScore(score).join('\n'));
  if (score.right < score.rows || score.misgrouped > 0 || score.invented > 0) process.exitCode = 1;
}
