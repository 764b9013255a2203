// What a file costs that no memory holds: a gigabyte of text of each kind, read to its end.
import { z } from 'zod';
import { measure } from './child.ts';
import type { BenchOptions } from './part.ts';

const BYTES = { whole: 1024 ** 3, quick: 64 * 1024 ** 2 };
const KINDS = ['csv', 'csv.gz', 'ndjson.gz'] as const;
const RSS_MB_MAX = 300;

const figuresSchema = z.object({ bytes: z.number(), rows: z.number(), seconds: z.number(), rssMb: z.number() });

export async function benchLargeFile({ quick, say }: BenchOptions): Promise<object> {
  const bytes = BYTES[quick ? 'quick' : 'whole'];
  const byKind: Record<string, z.infer<typeof figuresSchema>> = {};
  for (const kind of KINDS) {
    const figures = figuresSchema.parse(await measure('measure-large-file.ts', String(bytes), kind));
    const mebibytes = Math.round(figures.bytes / 1024 ** 2);
    const mbPerSecond = Math.round(mebibytes / figures.seconds);
    say(
      `${kind.padEnd(10)} ${mebibytes} MiB  ${figures.rows} rows  ${figures.seconds} s  ${mbPerSecond} MiB/s  ${figures.rssMb} MB (target ${RSS_MB_MAX})`,
    );
    byKind[kind] = figures;
  }
  return { largeFile: byKind };
}
