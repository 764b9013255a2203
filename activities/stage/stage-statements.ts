// The statements that move staged rows into the volume tables and account for them per (home date, disposition).
import type { PoolClient } from 'pg';
import type { BusinessDate } from '../../domain/business-date.ts';
import type { ManifestEntry } from '../../domain/control-totals.ts';
import type { Kind, Level, Side } from '../../domain/vocabulary.ts';
import type { RowsMode } from './assign-payouts.ts';
import type { StageTarget } from './stage-page.ts';

export type Disposition = 'new' | 'version' | 'repeat';
export type StagedTotal = ManifestEntry & { readonly disposition: Disposition };

const SHARED =
  'line, kind, status, reverses, moves_balance, currency, external_id, merchant_reference, parent_id, unknown_code, content_hash, fee';
// The stage holds epoch milliseconds: writing them as text is a third of the cost of writing an instant.
const OCCURRED_AT = 'to_timestamp(s.occurred_ms / 1000::float8)';
const OWN: Readonly<Record<Side, string>> = {
  processor: 'gross, net, level, test_mode, payout_id, available_on, presentment_amount, presentment_currency, fx_rate',
  internal: 'amount, processor_reference',
};

export async function insertRows(client: PoolClient, target: StageTarget, mode: RowsMode): Promise<void> {
  const columns = `${SHARED}, ${OWN[target.side]}`;
  const qualified = columns.replaceAll(/\b(\w+)\b/g, 's.$1');
  const identity = mode === 'all_new' ? 's.row_id, s.home_date, 1' : 'r.row_id, r.home_date, r.version';
  const source =
    mode === 'all_new'
      ? `stage_${target.side} s`
      : `stage_${target.side} s join stage_resolved r on r.ord = s.ord and r.disposition <> 'repeat'`;
  await client.query(
    `insert into ${target.side}_transactions (batch_id, account_id, row_id, home_date, version, occurred_at, ${columns})
     select $1, $2, ${identity}, ${OCCURRED_AT}, ${qualified} from ${source}`,
    [target.batchId, target.accountId],
  );
  if (target.side === 'internal') return;
  await client.query(
    `insert into row_references (account_id, row_id, home_date, version, type, value)
     select $1, ${identity}, f.type, f.value from stage_references f
     ${mode === 'all_new' ? 'join stage_processor s using (ord)' : "join stage_resolved r on r.ord = f.ord and r.disposition <> 'repeat'"}
     on conflict do nothing`,
    [target.accountId],
  );
}

interface TotalRow {
  home_date: string;
  disposition: Disposition;
  level: Level;
  kind: Kind;
  currency: string;
  moves_balance: boolean;
  count: string;
  debits: string;
  credits: string;
  digest: string;
}

/** Totals of the resolved page per home date and disposition, computed from what was staged. */
export async function resolvedTotals(client: PoolClient, side: Side): Promise<StagedTotal[]> {
  const [level, amount] = side === 'processor' ? ['s.level', 's.gross'] : [`'activity'::level`, 's.amount'];
  const { rows } = await client.query<TotalRow>(
    `select to_char(r.home_date, 'YYYY-MM-DD') as home_date, r.disposition, ${level} as level, s.kind, s.currency, s.moves_balance, count(*),
            coalesce(sum(-${amount}) filter (where ${amount} < 0), 0) as debits,
            coalesce(sum(${amount}) filter (where ${amount} >= 0), 0) as credits,
            sum(s.content_hash) as digest
     from stage_${side} s join stage_resolved r using (ord)
     group by r.home_date, r.disposition, ${level}, s.kind, s.currency, s.moves_balance`,
  );
  return rows.map((row) => ({
    side,
    level: row.level,
    kind: row.kind,
    currency: row.currency,
    movesBalance: row.moves_balance,
    homeDate: row.home_date as BusinessDate,
    disposition: row.disposition,
    count: Number(row.count),
    debitsMinor: BigInt(row.debits),
    creditsMinor: BigInt(row.credits),
    digest: BigInt(row.digest),
  }));
}

export async function recordTotals(
  client: PoolClient,
  target: StageTarget,
  totals: readonly StagedTotal[],
): Promise<void> {
  await client.query(
    `insert into batch_totals as t
       (batch_id, account_id, side, home_date, disposition, level, kind, currency, moves_balance, count, debits, credits, digest)
     select $1, $2, $3, m.home_date, m.disposition, m.level, m.kind, m.currency, m.moves_balance, m.count, m.debits, m.credits, m.digest
     from unnest($4::date[], $5::disposition[], $6::level[], $7::kind[], $8::text[], $9::boolean[], $10::bigint[],
                 $11::numeric[], $12::numeric[], $13::numeric[])
       as m (home_date, disposition, level, kind, currency, moves_balance, count, debits, credits, digest)
     -- In one order, or two shards of a batch would take each other's lines and deadlock.
     order by m.home_date, m.disposition, m.level, m.kind, m.currency collate "C", m.moves_balance
     on conflict (batch_id, home_date, disposition, level, kind, currency, moves_balance) do update
       set count = t.count + excluded.count, debits = t.debits + excluded.debits,
           credits = t.credits + excluded.credits, digest = t.digest + excluded.digest`,
    [
      target.batchId,
      target.accountId,
      target.side,
      totals.map((total) => total.homeDate),
      totals.map((total) => total.disposition),
      totals.map((total) => total.level),
      totals.map((total) => total.kind),
      totals.map((total) => total.currency),
      totals.map((total) => total.movesBalance),
      totals.map((total) => total.count),
      totals.map((total) => String(total.debitsMinor)),
      totals.map((total) => String(total.creditsMinor)),
      totals.map((total) => String(total.digest)),
    ],
  );
}
