// Keeps everybody else from appending to a chain until the transaction ends. For a REPEATABLE READ transaction that works long before
// it appends: an event in between would make its work in vain. Lock order: account, run, chain.
import { type CommonQueryMethods, sql } from 'slonik';

export async function holdChain(connection: CommonQueryMethods, chain: string): Promise<void> {
  await connection.query(sql.unsafe`select audit_hold(${chain})`);
}
