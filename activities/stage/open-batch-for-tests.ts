// A batch that takes pages one by one, as an activity would hand them over: for tests of what a page leaves in the stage.
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { Side } from '../../domain/vocabulary.ts';
import type { Engine, EngineAccount } from '../engine-for-tests.ts';
import type { SourcePage } from '../fetch/source.ts';
import { DAY } from '../reconcile/situations-for-tests.ts';
import { scriptedSource } from './scripted-source-for-tests.ts';
import { stagePage } from './stage-page.ts';

type Page = SourcePage<ProcessorRow | InternalRow>;

export const pageOf = (rows: Page['rows'], more: Partial<Page> = {}): Page => ({
  rows,
  lines: null,
  quarantined: [],
  cursor: 'c',
  done: false,
  ...more,
});

/** A batch of one side with two shards, `all` and `other`. */
export async function openStageBatch(engine: Engine, account: EngineAccount, side: Side) {
  const shards = { all: [], other: [] };
  const setup =
    side === 'processor'
      ? { source: scriptedSource<ProcessorRow>({ shards }) }
      : { internal: scriptedSource<InternalRow>({ shards }) };
  const run = await account.openDay({ date: DAY, processor: [], internal: [], setup });
  const { batchId } = await run.activities.planFetch({ runId: run.runId, side });
  const accountId = await engine.database.oneFirst(sql.type(z.object({ account_id: z.number() }))`
    select account_id from accounts where account = ${account.account}`);
  const target = { runId: BigInt(run.runId), batchId: BigInt(batchId), accountId, side, runDate: DAY, attempt: 0 };
  return {
    account,
    accountId,
    batchId: BigInt(batchId),
    stage: async (page: Page, shard = 'all') => {
      for (const { homeDate } of page.rows) {
        await engine.database.query(sql.unsafe`select ensure_partitions(${homeDate}::date, ${homeDate}::date)`);
      }
      await stagePage(engine.bulkPool, { ...target, shard }, page);
    },
    stageWithoutPartitions: (page: Page) => stagePage(engine.bulkPool, { ...target, shard: 'all' }, page),
  };
}

export async function askRows(url: string, text: string, values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, values })).rows;
  } finally {
    await client.end();
  }
}
