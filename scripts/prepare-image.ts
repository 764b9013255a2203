// Does once, while the image is made, what every start of a worker would do again: compiles the workflows, and keeps what V8
// compiles of our code and of the packages. Both are read from a read-only file system later, and are of no harm if they are stale.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURE_CONVERTER } from '../worker/codec/data-converter.ts';
import { workflowBundle } from '../worker/run-worker.ts';

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined)
  throw new RangeError('name a folder: node scripts/prepare-image.ts /app/compiled [node flags of the worker]');

// As a worker without a codec needs them, and as one with.
for (const converter of [undefined, FAILURE_CONVERTER])
  console.log(await workflowBundle(join(folder, 'workflows'), converter));

// A worker without a configuration loads all its modules, says so, and ends. V8 takes compiled code only under the flags it was made with.
const cache = join(folder, 'modules');
const { status, stderr } = spawnSync(process.execPath, [...flags, 'worker/main.ts'], {
  encoding: 'utf8',
  env: { ...process.env, NODE_COMPILE_CACHE: cache, RECON_CONFIG: 'no-such-configuration.yaml' },
});
if (status !== 1 || !stderr.includes('no-such-configuration.yaml'))
  throw new Error(`the worker did not load: ${stderr}`);
console.log(`${cache}: ${readdirSync(cache, { recursive: true }).length} modules`);
