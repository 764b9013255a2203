// What people wait for who ask a year of differences: the queries of list, show and status, on a database as runs leave it.
import { z } from 'zod';
import { startPostgres } from '../../local/postgres.ts';
import { createDatabase } from '../../sql/database.ts';
import { migrate } from '../../sql/migrate.ts';
import { urlAsRole } from '../../sql/url-as-role.ts';
import { measure } from '../child.ts';
import type { BenchOptions } from '../part.ts';
import { fillYear, type Year } from './fill-year.ts';

const ACCOUNTS = ['bench/one', 'bench/two', 'bench/three', 'bench/four', 'bench/five'];
const YEARS: Readonly<Record<'whole' | 'quick', Year>> = {
  whole: { accounts: ACCOUNTS, daysPerAccount: 73, differencesPerDay: 274, pairsPerDay: 1_000 },
  quick: { accounts: ACCOUNTS, daysPerAccount: 7, differencesPerDay: 100, pairsPerDay: 100 },
};
const TIMES = { whole: 60, quick: 20 };
const P95_MS_TARGET = 300;

const figuresSchema = z.object({
  differences: z.number(),
  queries: z.record(z.string(), z.object({ p50Ms: z.number(), p95Ms: z.number() })),
});

export async function benchQueries({ quick, say }: BenchOptions): Promise<z.infer<typeof figuresSchema>> {
  const size = quick ? 'quick' : 'whole';
  const year = YEARS[size];
  say(`… a database of ${year.accounts.length * year.daysPerAccount} account-days`);
  const postgres = await startPostgres({ durable: false });
  try {
    await migrate(postgres.url);
    const database = await createDatabase({ url: postgres.url, poolSizeMax: 1, applicationName: 'recon bench' });
    await fillYear(database, year).finally(() => database.end());
    const url = urlAsRole(postgres.url, 'recon_operator');
    const measured = figuresSchema.parse(await measure('measure-queries.ts', url, String(TIMES[size])));
    for (const [name, { p50Ms, p95Ms }] of Object.entries(measured.queries)) {
      const missed = p95Ms < P95_MS_TARGET ? '' : '  MISSED';
      say(`${name.padEnd(46)} p50 ${p50Ms} ms  p95 ${p95Ms} ms (target ${P95_MS_TARGET})${missed}`);
    }
    return measured;
  } finally {
    await postgres.stop();
  }
}
