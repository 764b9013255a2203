// Tells the audit chain that somebody opens a report or takes evidence, as the login of the connection. Before it is given out: what
// cannot be told must not be opened.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { CannotDo } from '../cannot-do.ts';
import { refusalOf } from './refusal-of.ts';

/** As note_opening has them (sql/migrations/0016_opened.sql). */
export type Opening = 'report_opened' | 'report_linked' | 'evidence_exported';

/** Within a minute, the same again by the same login is the same event. */
export async function noteOpening(connection: CommonQueryMethods, runId: bigint, what: Opening): Promise<void> {
  try {
    await connection.oneFirst(sql.type(z.object({ seq: z.bigint() }))`select note_opening(${runId}, ${what}) as seq`);
  } catch (cause) {
    const refusal = refusalOf(cause);
    if (refusal === undefined) throw cause;
    throw new CannotDo(`it cannot be told to the audit log who opens this, so it is not opened: ${refusal}`, { cause });
  }
}
