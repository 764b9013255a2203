// npm run bench [PART]: what things cost, as seconds, memory, ratio to the least possible and growth. Each figure from a
// process of its own. --quick takes fewer rows; --json prints one object, and what people read on stderr.
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchCodec } from './codec.ts';
import { benchImage } from './image.ts';
import { benchMatching } from './matching.ts';
import { benchLargeFile } from './one-large-file.ts';
import { benchOps } from './ops.ts';
import type { BenchPart } from './part.ts';
import { benchRuns } from './runs.ts';
import { benchSources } from './sources.ts';

const WITHOUT_NAME = 'runs';
const PARTS: Readonly<Record<string, BenchPart>> = {
  [WITHOUT_NAME]: benchRuns,
  matching: benchMatching,
  sources: benchSources,
  'large-file': benchLargeFile,
  ops: benchOps,
  codec: benchCodec,
  image: benchImage,
};

const USAGE = `usage: npm run bench -- [${Object.keys(PARTS).join('|')}] [--quick] [--json]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const { quick, json, help } = values;
const [name = WITHOUT_NAME] = positionals;
const part = PARTS[name];
if (help) {
  console.log(USAGE);
} else if (part === undefined || positionals.length > 1) {
  console.error(`no part "${positionals.join(' ')}" of the bench\n${USAGE}`);
  process.exitCode = 2;
} else {
  const say = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
  say(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`);
  const figures = await part({ quick, say });
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}
