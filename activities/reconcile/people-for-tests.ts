// Decides in a person's place, with the rights that only the function for proposals will have, and reads what came of it.
import { expect } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Engine, EngineAccount } from '../engine-for-tests.ts';
import { replayRun } from './replay-run.ts';
import { internal, processor } from './situations-for-tests.ts';
import { readStandings } from './standings-for-tests.ts';

// Too far apart for rows without a key to meet.
export const EARLIER = '2026-01-27T12:00:00Z';

/** Two rows that nothing ties, and a pair. */
export const MISSING = [
  processor('ch_1', 'payment 10.00 USD'),
  internal('o_1', 'payment 10.00 USD', { at: EARLIER }),
  processor('ch_9', 'payment 9.00 USD', { order: '9' }),
  internal('o_9', 'payment 9.00 USD', { order: '9' }),
];

export const RECORD = `select record_manual_decision(a.account_id, $2, 'activity', $3, $4, $5) as id from accounts a where a.account = $1`;

export function peopleForTests(
  started: () => { readonly engine: Engine; readonly database: { readonly url: string } },
) {
  /** With the rights of the owner, as the function that decides proposals has them. */
  async function asOwner<T>(work: (owner: Client) => Promise<T>): Promise<T> {
    const owner = new Client({ connectionString: started().database.url });
    await owner.connect();
    try {
      await owner.query('set role recon_owner');
      return await work(owner);
    } finally {
      await owner.end();
    }
  }

  async function valuesOf(account: EngineAccount, kind: string, ids: readonly string[], reason = 'looked at both') {
    const rows = await started().engine.database.any(sql.type(
      z.object({ id: z.string(), row_id: z.bigint(), version: z.number() }),
    )`
      select external_id as id, row_id, version from row_verdicts_now where account = ${account.account}`);
    const found = ids.map((id) => rows.find((row) => row.id === id) ?? { row_id: 0n, version: 1 });
    return [account.account, kind, reason, found.map((row) => String(row.row_id)), found.map((row) => row.version)];
  }

  async function decide(account: EngineAccount, kind: string, ...ids: string[]): Promise<string> {
    const values = await valuesOf(account, kind, ids);
    return asOwner(async (owner) => {
      const { rows } = await owner.query<{ id: string }>(RECORD, values);
      return rows[0]?.id ?? '';
    });
  }

  const revoke = (decision: string) =>
    asOwner((owner) => owner.query(`select revoke_manual_decision($1, 'a mistake')`, [decision]));

  /** Verdict, rule and companions of a row, as one line. */
  async function standing(account: EngineAccount, key: string): Promise<string> {
    const levels = (await readStandings(started().engine.database, account.account)).get(key);
    const { verdict, rule, partners } = levels?.get('activity') ?? { verdict: 'none', rule: '', partners: [] };
    return [verdict, rule, ...partners].join(' ');
  }

  function said(statement: ReturnType<typeof sql.unsafe>) {
    return started().engine.database.anyFirst({ ...statement, parser: z.object({ said: z.string() }) });
  }

  const discrepancies = ({ account }: EngineAccount) =>
    said(sql.unsafe`
      select anchor_external_id || ': ' || verdict || ' ' || state || coalesce(' by ' || closed_by, '') as said from discrepancies
      where account = ${account} order by discrepancy_id`);

  const events = ({ account }: EngineAccount, id: string) =>
    said(sql.unsafe`
      select e.decision_seq || ' ' || e.event || ' ' || e.verdict || ' ' || e.state
             || coalesce(': ' || regexp_replace(e.detail, 'decision \\d+', 'decision n'), '') as said
      from discrepancy_events e join discrepancies d using (discrepancy_id)
      where d.account = ${account} and d.anchor_external_id = ${id} order by e.event_id`);

  /** Which runs decided the group lines that the row is in, and which opened them. */
  const lines = ({ account }: EngineAccount, id: string) =>
    said(sql.unsafe`
      select m.rule || ' ' || m.decided_seq || '-' || coalesce(m.released_seq::text, '') as said
      from matches m join accounts a using (account_id)
      join transaction_ids t on t.account_id = a.account_id and t.external_id = ${id} and t.row_id in (m.p_row_id, m.i_row_id)
      where a.account = ${account} and m.level = 'activity' order by m.decided_seq`);

  async function expectProved({ account }: EngineAccount): Promise<void> {
    const runs = await started().engine.database.anyFirst(sql.type(z.object({ run_id: z.bigint() }))`
      select run_id from reconciliation_runs where account = ${account} and status = 'completed' order by decision_seq`);
    expect(runs.length).toBeGreaterThan(0);
    for (const run of runs)
      expect(await replayRun(started().engine.database, run)).toMatchObject({
        verdict: 'intact',
        differences: [],
        reasons: [],
      });
  }

  return { asOwner, valuesOf, decide, revoke, standing, discrepancies, events, lines, expectProved };
}
