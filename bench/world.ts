// npm run bench:world: writes two files that belong together, of any size, and the truth of every row in them.
import { parseArgs } from 'node:util';
import { FILE_FORMATS, type FileFormat } from './world/lines.ts';
import { writeWorld } from './world/write-world.ts';

const USAGE = `usage: node bench/world.ts --rows N --out FOLDER [--seed TEXT] [--residue 0.01] [--format ${FILE_FORMATS.join('|')}]...`;
const ROWS_MAX = 100_000_000;

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    residue: { type: 'string', default: '0.01' },
    format: { type: 'string', multiple: true, default: ['ndjson', 'csv'] },
  },
});
const rows = Number(values.rows);
const residue = Number(values.residue);
const isFormat = (format: string): format is FileFormat => FILE_FORMATS.some((known) => known === format);
const formats = values.format.filter(isFormat);
const areRowsGiven = Number.isInteger(rows) && rows >= 1 && rows <= ROWS_MAX;
if (
  !areRowsGiven ||
  values.out === undefined ||
  !(residue >= 0 && residue <= 1) ||
  formats.length < values.format.length
) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const startedMs = performance.now();
  const size = await writeWorld({ folder: values.out, rows, seed: values.seed, residue, formats });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const rssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${size.processor} processor rows, ${size.internal} internal rows in ${values.out}  ${seconds} s  ${rssMb} MB`,
  );
}
