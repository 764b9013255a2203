// Reads where audit chains stand, for a login that may not read the log itself. Writes nothing.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

const headRow = z.object({ chain: z.string(), seq: z.bigint(), hash: z.string() });
export type ChainHead = z.infer<typeof headRow>;

/** In the order given; a chain without a row is left out. */
export function readHeads(connection: CommonQueryMethods, chains: readonly string[]): Promise<readonly ChainHead[]> {
  return connection.any(sql.type(headRow)`
    select c.chain, p.seq, p.hash from unnest(${sql.array([...chains], 'text')}) with ordinality as c (chain, place)
    cross join lateral audit_point(c.chain) p order by c.place`);
}
