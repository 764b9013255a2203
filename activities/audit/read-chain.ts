// Reads the audit log as it is stored, page by page, so that memory does not grow with its length. Believes nothing of it.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { AuditPoint, AuditRow } from '../../domain/audit-chain.ts';

const ROWS_PER_PAGE = 500;
// A chain of ten runs a day grows by less than that in a century.
const PAGES_MAX = 20_000;

const auditRow = z.object({
  chain: z.string(),
  epoch: z.number(),
  seq: z.bigint(),
  eventKey: z.string(),
  event: z.string(),
  actor: z.string(),
  atMs: z.number(),
  body: z.string(),
  bodySha256: z.string(),
  prevHash: z.string(),
  hash: z.string(),
});

const columns = sql.fragment`chain, epoch, seq, event_key as "eventKey", event, actor, at as "atMs", body,
  body_sha256 as "bodySha256", prev_hash as "prevHash", hash`;

/** In the order of the chain. */
export async function* readChain(connection: CommonQueryMethods, chain: string): AsyncGenerator<AuditRow> {
  let after = { epoch: 0, seq: 0n };
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const rows = await connection.any(sql.type(auditRow)`
      select ${columns} from audit_log
      where chain = ${chain} and (epoch, seq) > (${after.epoch}, ${after.seq}) order by epoch, seq limit ${ROWS_PER_PAGE}`);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_PER_PAGE) return;
    after = last;
  }
  throw new RangeError(`the audit chain of ${chain} has more than ${PAGES_MAX * ROWS_PER_PAGE} rows`);
}

/** Those whose keys begin with this and a slash. */
export async function readEvents(
  connection: CommonQueryMethods,
  chain: string,
  prefix: string,
): Promise<readonly AuditRow[]> {
  // '0' is what comes after '/' in the order of the index.
  const rows = await connection.any(sql.type(auditRow)`
    select ${columns} from audit_log
    where chain = ${chain} and event_key >= ${`${prefix}/`} and event_key < ${`${prefix}0`}
    order by epoch, seq limit ${EVENTS_MAX + 1}`);
  if (rows.length > EVENTS_MAX) throw new RangeError(`${chain} has more than ${EVENTS_MAX} events of ${prefix}`);
  return rows;
}

// A run has a handful, a mail sent again and again some more.
const EVENTS_MAX = 10_000;

export function readHead(connection: CommonQueryMethods, chain: string): Promise<AuditPoint | null> {
  return connection.maybeOne(sql.type(z.object({ epoch: z.number(), seq: z.bigint(), hash: z.string() }))`
    select epoch, seq, hash from audit_heads where chain = ${chain}`);
}

/** Every chain that has a head or a row. */
export function readChains(connection: CommonQueryMethods): Promise<readonly string[]> {
  return connection.anyFirst(sql.type(z.object({ chain: z.string() }))`
    select chain from audit_heads union select distinct chain from audit_log order by chain`);
}
