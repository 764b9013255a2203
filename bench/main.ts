// npm run bench [PART]: what things cost, as seconds, memory, ratio to the least possible and growth. Each figure from a
// process of its own. --quick takes fewer rows; --json prints one object.
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchMatching } from './matching.ts';
import { benchLargeFile } from './one-large-file.ts';
import type { BenchPart } from './part.ts';
import { benchRuns } from './runs.ts';
import { benchSources } from './sources.ts';

const WITHOUT_NAME = 'runs';
const PARTS: Readonly<Record<string, BenchPart>> = {
  [WITHOUT_NAME]: benchRuns,
  matching: benchMatching,
  sources: benchSources,
  'large-file': benchLargeFile,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const { quick, json } = values;
const [name = WITHOUT_NAME] = positionals;
const part = PARTS[name];
if (part === undefined || positionals.length > 1) {
  console.error(`no part "${positionals.join(' ')}" of the bench; there are: ${Object.keys(PARTS).join(', ')}`);
  process.exitCode = 2;
} else {
  const say = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
  say(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`);
  const figures = await part({ quick, say });
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}
