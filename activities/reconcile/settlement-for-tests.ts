// Situations of the settlement level as tests: payouts with their entries in, and what stands at that level out.
import { sql } from 'slonik';
import { z } from 'zod';
import type { Engine, EngineAccount } from '../engine-for-tests.ts';
import { internal, processor, type SituationRow } from './situations-for-tests.ts';

export const ITEMISED = { payoutsItemised: true };
export const PAID = { asOf: '2026-03-31T00:00:00Z' };
export const SOON = { asOf: '2026-02-01T00:00:00Z' };
export const NEXT_DAY = '2026-02-01';

type ProcessorDetails = Parameters<typeof processor>[2];

/** A payment that is booked, so that only its payout is in question. */
export function sale(id: string, amount: string, details: ProcessorDetails = {}): SituationRow[] {
  return [
    processor(id, `payment ${amount}`, details),
    internal(`o_${id}`, `payment ${amount}`, { names: id, ...(details.at === undefined ? {} : { at: details.at }) }),
  ];
}

export function payout(gross: string, details: ProcessorDetails = {}): SituationRow {
  return processor('po_1', `payout ${gross}`, { fee: '0.00', ...details });
}

const text = z.object({ line: z.string() });

/** What stands at the settlement level of an account. */
export function settlementOf(engine: () => Engine) {
  const lines = async (query: ReturnType<typeof sql.fragment>) => {
    const rows = await engine().database.any(sql.type(text)`${query}`);
    return rows.map(({ line }) => line);
  };
  return {
    /** Live lines: row, verdict, rule. */
    settled: ({ account }: EngineAccount) =>
      lines(sql.fragment`
        select concat_ws(' ', t.external_id, m.verdict, 'by', m.rule) as line
        from matches m join processor_transactions t on t.home_date = m.p_home_date and t.row_id = m.p_row_id and t.version = m.p_version
        join accounts a on a.account_id = m.account_id
        where a.account = ${account} and m.level = 'settlement' and m.released_seq is null order by 1`),
    /** Open items, with their latest verdict. */
    open: ({ account }: EngineAccount) =>
      lines(sql.fragment`
        select concat_ws(' ', t.external_id, v.verdict, v.reason) as line
        from open_items o join accounts a using (account_id)
        join processor_transactions t on t.home_date = o.home_date and t.row_id = o.row_id and t.version = o.version
        cross join lateral (select v.verdict, v.reason from row_verdicts v
          where v.row_id = o.row_id and v.level = o.level order by v.decision_seq desc limit 1) v
        where a.account = ${account} and o.level = 'settlement' order by 1`),
    /** Discrepancies: anchor, verdict, amount, state. */
    differences: ({ account }: EngineAccount) =>
      lines(sql.fragment`
        select concat_ws(' ', anchor_external_id, verdict, amount, currency, state, closed_by) as line
        from discrepancies where account = ${account} and level = 'settlement' order by 1`),
  };
}
