// Writes the report of a run in the formats asked for, proves it, and says in one JSON line what that cost: from the
// database to a file that was read back.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeReport } from '../activities/report/write-report.ts';
import { createDatabase } from '../sql/database.ts';
import { round } from './part.ts';

const [url = '', runId = '', ...formats] = process.argv.slice(2);
const asked = z.array(z.enum(['html', 'xlsx', 'csv', 'json'])).parse(formats);
const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
const database = await createDatabase({ url, poolSizeMax: 1, applicationName: 'recon bench' });
try {
  const startedMs = performance.now();
  const files = await writeReport(database, BigInt(runId), folder, asked);
  const seconds = round((performance.now() - startedMs) / 1_000);
  let bytes = 0;
  for (const { path } of files.values()) bytes += (await stat(path)).size;
  const rssMb = Math.round(process.resourceUsage().maxRSS / 1_024);
  process.stdout.write(`${JSON.stringify({ seconds, rssMb, megabytes: round(bytes / 1024 ** 2) })}\n`);
} finally {
  await database.end();
  await rm(folder, { recursive: true, force: true });
}
