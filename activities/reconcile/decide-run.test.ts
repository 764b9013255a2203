// Who may decide a run, and how often: once, whatever attempts, restarts and other runs of the account do meanwhile.
import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import { pollUntil } from '../../local/poll-until.ts';
import type { EngineAccount, OpenDay } from '../engine-for-tests.ts';
import { DAY, dayOf, internal, processor, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started, expectStanding } = situationsForTests();

const charge = processor('ch_1', 'payment 10.00 USD');
const record = internal('o_1', 'payment 10.00 USD', { names: 'ch_1' });
const PAIR = dayOf([charge, record]);

function decisions(account: EngineAccount) {
  return started().engine.database.any(sql.type(
    z.object({ run_number: z.number(), status: z.string(), decision_seq: z.bigint().nullable() }),
  )`
    select run_number, status, decision_seq from reconciliation_runs where account = ${account.account}
    order by decision_seq, run_id`);
}

async function asSuperuser<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: started().database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Until so many backends of this database wait for a lock. */
const untilWaiting = (count: number) =>
  asSuperuser((client) =>
    pollUntil({
      what: `${count} backend(s) to wait for a lock`,
      timeoutMs: 20_000,
      intervalMs: 10,
      check: async () => {
        const { rows } = await client.query<{ waiting: number }>(
          `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return (rows[0]?.waiting ?? 0) >= count ? true : undefined;
      },
    }),
  );

/** Holds the account's row while the work goes on, so that every decision waits before it starts. */
const whileAccountIsHeld = (account: EngineAccount, work: () => Promise<void>) =>
  asSuperuser(async (client) => {
    await client.query('begin');
    await client.query('select from accounts where account = $1 for update', [account.account]);
    try {
      await work();
    } finally {
      await client.query('rollback');
    }
  });

test('deciding a completed run again answers the same and changes nothing', async () => {
  const account = newAccount();
  const run = await account.stageDay(PAIR);
  const decision = await run.decide();
  expect(await run.decide()).toEqual(decision);
  expect(await decisions(account)).toEqual([{ run_number: 1, status: 'completed', decision_seq: 1n }]);
});

test('a second attempt that waits for the first one answers with what the first decided', async () => {
  const account = newAccount();
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let reached: () => void = () => undefined;
  const atGate = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const run = await account.stageDay({
    ...PAIR,
    checkpoint: async (name) => {
      if (name !== 'before_gate') return;
      reached();
      await held;
    },
  });
  const firstAttempt = run.decide();
  await atGate;
  const secondAttempt = run.decide();
  await untilWaiting(1);
  letGo();
  expect(await secondAttempt).toEqual(await firstAttempt);
});

test('an attempt that was overtaken before it could start is fenced off', async () => {
  const account = newAccount();
  const run = await account.stageDay(PAIR);
  const attempts: ReturnType<typeof run.decide>[] = [];
  await whileAccountIsHeld(account, async () => {
    attempts.push(run.decide());
    await untilWaiting(1);
    await asSuperuser((client) =>
      client.query('update reconciliation_runs set attempt = attempt + 1 where run_id = $1', [run.runId]),
    );
  });
  await expect(attempts[0]).rejects.toMatchObject({ type: 'Fenced', nonRetryable: false });
  expect(await decisions(account)).toEqual([{ run_number: 1, status: 'running', decision_seq: null }]);
});

test('of two attempts that wait for their turn only one decides', async () => {
  const account = newAccount();
  const run = await account.stageDay(PAIR);
  const attempts: ReturnType<typeof run.decide>[] = [];
  await whileAccountIsHeld(account, async () => {
    for (const waiting of [1, 2]) {
      attempts.push(run.decide());
      await untilWaiting(waiting);
    }
  });
  const [older, newer] = await Promise.allSettled(attempts);
  expect(newer).toMatchObject({ status: 'fulfilled', value: { decisionSeq: '1', outcome: 'clean' } });
  // It is refused, or was so late that it finds the newer one's answer.
  if (older?.status === 'rejected') expect(older.reason).toMatchObject({ type: 'Fenced', nonRetryable: false });
  else expect(older).toEqual(newer);
});

test.each(['failed', 'cancelled'])('a %s run is not decided any more', async (status) => {
  const account = newAccount();
  const run = await account.stageDay(PAIR);
  await started().engine.database.query(sql.unsafe`
    update reconciliation_runs set status = ${status} where run_id = ${BigInt(run.runId)}`);
  await expect(run.decide()).rejects.toMatchObject({ type: 'RunClosed', nonRetryable: true });
  expect(await decisions(account)).toEqual([{ run_number: 1, status, decision_seq: null }]);
});

test('a process that ends before the commit leaves nothing; the next attempt decides the same', async () => {
  const undisturbed = await newAccount().runDay(PAIR);
  const account = newAccount();
  let isFirst = true;
  const run = await account.stageDay({
    ...PAIR,
    checkpoint: async (name) => {
      if (name === 'before_commit' && isFirst) {
        isFirst = false;
        throw new Error('the process ends here');
      }
    },
  });
  await expect(run.decide()).rejects.toMatchObject({ nonRetryable: false });
  await expectStanding(account, [
    [charge, 'not introduced'],
    [record, 'not introduced'],
  ]);
  expect(await run.decide()).toMatchObject({ decisionSeq: '1', outcome: undisturbed.outcome });
  await expectStanding(account, [
    [charge, 'matched'],
    [record, 'matched'],
  ]);
});

test('runs of one account that decide at once take turns; none is lost, and their order has no gap (44)', async () => {
  const account = newAccount();
  const days = ['2026-01-29', '2026-01-30', DAY, '2026-02-01'];
  const runs: OpenDay[] = [];
  for (const date of days) {
    const at = `${date}T12:00:00Z`;
    const rows = [
      processor(`ch_${date}`, 'payment 5.00 USD', { at }),
      internal(`o_${date}`, 'payment 5.00 USD', { names: `ch_${date}`, at }),
    ];
    runs.push(await account.stageDay(dayOf(rows, { date })));
  }
  let deciding: ReturnType<EngineAccount['runDay']>[] = [];
  await whileAccountIsHeld(account, async () => {
    deciding = runs.map((run) => run.decide());
    await untilWaiting(days.length);
  });
  const ended = await Promise.all(deciding);
  expect(ended.map((run) => run.outcome)).toEqual(days.map(() => 'clean'));
  expect(ended.map((run) => run.decisionSeq).sort()).toEqual(['1', '2', '3', '4']);
  expect(new Set(Object.values(await account.verdicts()))).toEqual(new Set(['matched']));
});
