// What it costs to append to the audit log and to prove it: two chains, one ten times as long, each verified as the auditor
// does, against its anchors, in a process of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { anchorChain } from '../../activities/audit/anchor-chain.ts';
import type { AnchorStore } from '../../activities/audit/anchor-store.ts';
import { createFolderAnchorStore } from '../../activities/audit/folder-anchor-store.ts';
import { startPostgres } from '../../local/postgres.ts';
import { createDatabase } from '../../sql/database.ts';
import { migrate } from '../../sql/migrate.ts';
import { urlAsRole } from '../../sql/url-as-role.ts';
import { measure } from '../child.ts';
import { type BenchOptions, round } from '../part.ts';

const EVENTS = { whole: [10_000, 100_000], quick: [1_000, 10_000] };
/** As much as a run and the people after it append. */
const EVENTS_PER_ANCHOR = 1_000;
/** In one transaction; the head row is written once an event. */
const EVENTS_AT_ONCE = 200;
/** The fastest counts: others share the machine, and a short reading meets them or not. */
const TIMES = 3;
const TARGETS = { growth: 11, rssMb: 300 };

const verifiedSchema = z.object({
  events: z.number(),
  verdict: z.literal('intact'),
  seconds: z.number(),
  rssMb: z.number(),
});

interface ChainFigures {
  readonly events: number;
  readonly appendedPerSecond: number;
  readonly seconds: number;
  readonly verifiedPerSecond: number;
  readonly rssMb: number;
}

export async function benchAudit({ quick, say }: BenchOptions): Promise<{ chains: ChainFigures[]; growth: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
  const postgres = await startPostgres({ durable: false });
  try {
    await migrate(postgres.url);
    const chains: ChainFigures[] = [];
    for (const events of EVENTS[quick ? 'quick' : 'whole']) {
      const chain = await measureChain(postgres.url, folder, events);
      const { appendedPerSecond, seconds, verifiedPerSecond, rssMb } = chain;
      say(
        `audit ${events} events  appended ${appendedPerSecond}/s  verified ${verifiedPerSecond}/s in ${seconds} s  ${rssMb} MB (target ${TARGETS.rssMb})`,
      );
      chains.push(chain);
    }
    const [small, large] = chains;
    const growth = round((large?.seconds ?? Number.NaN) / (small?.seconds ?? Number.NaN));
    say(`growth for ten times the events ${growth} (target ${TARGETS.growth})`);
    return { chains, growth };
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureChain(url: string, folder: string, events: number): Promise<ChainFigures> {
  const chain = `bench/audit-${events}`;
  const root = await createDatabase({ url, poolSizeMax: 1, applicationName: 'recon bench' });
  await root
    .query(sql.unsafe`
      insert into accounts (account, processor_name, zone, reporting_currency, start_date) values (${chain}, 'stripe', 'UTC', 'USD', current_date)`)
    .finally(() => root.end());
  const worker = await createDatabase({
    url: urlAsRole(url, 'recon_worker'),
    ...{ poolSizeMax: 2, applicationName: 'recon bench' },
  });
  const appendSeconds = await append(worker, createFolderAnchorStore(folder), chain, events).finally(() =>
    worker.end(),
  );
  const auditor = urlAsRole(url, 'recon_auditor');
  const readings: z.infer<typeof verifiedSchema>[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    readings.push(verifiedSchema.parse(await measure('measure-audit.ts', auditor, folder, chain)));
  }
  if (readings.some((reading) => reading.events !== events)) throw new Error(`${chain} has not ${events} events`);
  const seconds = Math.min(...readings.map((reading) => reading.seconds));
  return {
    events,
    appendedPerSecond: Math.round(events / appendSeconds),
    seconds,
    verifiedPerSecond: Math.round(events / seconds),
    rssMb: Math.max(...readings.map((reading) => reading.rssMb)),
  };
}

/** Answers with the seconds of appending alone. */
async function append(database: DatabasePool, store: AnchorStore, chain: string, events: number): Promise<number> {
  let ms = 0;
  for (let done = 0; done < events; done += EVENTS_AT_ONCE) {
    const startedMs = performance.now();
    await database.query(sql.unsafe`
      select audit_append(${chain}, 'discrepancy_event/' || n, json_build_object('event', 'noted', 'discrepancy', n, 'verdict', 'missing_internal',
        'state', 'open', 'detail', 'note ' || n, 'actor', 'bench')::text)
      from generate_series(${done + 1}::int, ${done + EVENTS_AT_ONCE}::int) n`);
    ms += performance.now() - startedMs;
    if ((done + EVENTS_AT_ONCE) % EVENTS_PER_ANCHOR === 0)
      await anchorChain({ database, store, nowMs: Date.now }, chain);
  }
  return ms / 1_000;
}
