// Reads the audit log as it is stored, page by page, so that memory does not grow with its length. Believes nothing of it.
import { type CommonQueryMethods, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { AuditPoint, AuditRow } from '../../domain/audit-chain.ts';

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

/** In the order of the chain, through one cursor: page by page anew, a log that was never analysed was sorted for each page. */
export async function* readChain(connection: DatabaseTransactionConnection, chain: string): AsyncGenerator<AuditRow> {
  await connection.query(sql.unsafe`
    declare audit_chain no scroll cursor for
    select ${columns} from audit_log where chain = ${chain} order by epoch, seq`);
  let isUsable = true;
  try {
    for (let page = 0; page < PAGES_MAX; page += 1) {
      isUsable = false;
      // 500 rows a page; `fetch` takes no bind parameter.
      const rows = await connection.any(sql.type(auditRow)`fetch forward 500 from audit_chain`);
      isUsable = true;
      if (rows.length === 0) return;
      yield* rows;
    }
    throw new RangeError(`the audit chain of ${chain} has more than ${PAGES_MAX} pages of 500 rows`);
  } finally {
    // Also where the reader has seen enough. A transaction that failed is not asked any more.
    if (isUsable) await connection.query(sql.unsafe`close audit_chain`);
  }
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
