// One large file, written and read in a process of its own: bytes, then the kind. Prints one JSON line.
import { type LargeFileOptions, measureLargeFile } from './large-file.ts';

const [bytes, kind] = process.argv.slice(2);
const figures = await measureLargeFile({ bytes: Number(bytes), kind: kind as NonNullable<LargeFileOptions['kind']> });
process.stdout.write(`${JSON.stringify(figures)}\n`);
