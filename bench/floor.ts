// The floor of the same work on the same server: COPY both sides into tables with the identity index, one FULL JOIN, one
// row written per pair with both unique indexes. Whoever does less than this does not know what it matched.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { BenchFiles } from './files.ts';

const SETUP = `
  create table floor_processor (row_id bigint generated always as identity, external_id text collate "C" unique,
    merchant_reference text collate "C", kind text, amount bigint, fee bigint, currency text, occurred_at timestamptz);
  create table floor_internal (row_id bigint generated always as identity, external_id text collate "C" unique,
    processor_reference text collate "C", merchant_reference text collate "C", kind text, amount bigint, fee bigint,
    currency text, occurred_at timestamptz);
  create table floor_matches (p_row_id bigint unique, i_row_id bigint unique, verdict text)`;

const JOIN = `
  insert into floor_matches
  select p.row_id, i.row_id, case when p.amount = i.amount and p.currency = i.currency and p.fee = i.fee then 'matched' else 'different' end
  from floor_processor p full join floor_internal i on i.processor_reference = p.external_id`;

export interface Floor {
  /** From the first COPY to the last pair written. */
  readonly seconds: number;
  /** Of these, the join and the pairs: what a decision cannot do without. */
  readonly joinSeconds: number;
}

export async function measureFloor(
  url: string,
  files: Pick<BenchFiles, 'processorCopy' | 'internalCopy'>,
): Promise<Floor> {
  const [one, two] = [new Client({ connectionString: url }), new Client({ connectionString: url })];
  await Promise.all([one.connect(), two.connect()]);
  try {
    await one.query(SETUP);
    await one.query(`set work_mem = '256MB'`);
    const startedMs = performance.now();
    await Promise.all([
      copy(
        one,
        'floor_processor (external_id, merchant_reference, kind, amount, fee, currency, occurred_at)',
        files.processorCopy,
      ),
      copy(
        two,
        'floor_internal (external_id, processor_reference, merchant_reference, kind, amount, fee, currency, occurred_at)',
        files.internalCopy,
      ),
    ]);
    await one.query('analyze floor_processor, floor_internal');
    const joinedMs = performance.now();
    await one.query(JOIN);
    const endedMs = performance.now();
    await one.query('drop table floor_processor, floor_internal, floor_matches');
    return { seconds: (endedMs - startedMs) / 1000, joinSeconds: (endedMs - joinedMs) / 1000 };
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
}

async function copy(client: Client, target: string, path: string): Promise<void> {
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 18 }),
    client.query(copyFrom(`copy ${target} from stdin`)),
  );
}
