// npm run samples: writes docs/samples again, after a change of what a report, a mail or a digest shows.
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { writeSamples } from './docs/samples.ts';

const folder = fileURLToPath(new URL('../docs/samples/', import.meta.url));
await writeSamples(folder);
for (const name of (await readdir(folder)).sort()) process.stdout.write(`docs/samples/${name}\n`);
