// Brings the database to this version's tables where something is missing. The only writing the client does, and only
// to the schema. Idempotent by file name.
import type { DatabasePool } from 'slonik';
import { migrate } from '../../sql/migrate.ts';
import { CannotDo } from '../cannot-do.ts';
import { chain } from '../explain-error.ts';
import type { SetupStep } from '../setup-step.ts';
import { migrationState } from './migration-state.ts';

const INSUFFICIENT_PRIVILEGE = '42501';

/** @param ownerUrl A login that may create roles and tables; the worker's own may not. */
export async function ensureSchema(database: DatabasePool, ownerUrl: string): Promise<SetupStep> {
  const before = await migrationState(database);
  const isCurrent = before.pending.length === 0 && before.edited.length === 0;
  if (isCurrent) return { step: 'database', state: 'unchanged', detail: `${before.total} migrations are applied` };
  try {
    const applied = await migrate(ownerUrl);
    return { step: 'database', state: 'changed', detail: `applied ${applied.join(', ')}` };
  } catch (error) {
    if (!chain(error).some((cause) => 'code' in cause && cause.code === INSUFFICIENT_PRIVILEGE)) throw error;
    throw new CannotDo(
      `the login may not change the schema (${chain(error).at(-1)?.message}): name one that may create roles and tables with --migrate-with VARIABLE`,
      { cause: error },
    );
  }
}
