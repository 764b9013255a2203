// Brings the database to this version's tables where something is missing. The only writing the client does, and only
// to the schema. Idempotent by file name.
import { migrate } from '../../sql/migrate.ts';
import { openDatabase } from '../../worker/open-database.ts';
import type { Secret } from '../../worker/secret.ts';
import { CannotDo } from '../cannot-do.ts';
import { chain } from '../explain-error.ts';
import type { SetupStep } from '../setup-step.ts';
import { type MigrationState, migrationState } from './migration-state.ts';

const INSUFFICIENT_PRIVILEGE = '42501';

/** @param owner A login that may create roles and tables; the worker's own may not, and may not even exist yet. */
export async function ensureSchema(owner: Secret): Promise<SetupStep> {
  const before = await stateSeenBy(owner);
  const isCurrent = before.pending.length === 0 && before.edited.length === 0;
  if (isCurrent) return { step: 'database', state: 'unchanged', detail: `${before.total} migrations are applied` };
  try {
    const applied = await migrate(owner.reveal());
    return { step: 'database', state: 'changed', detail: `applied ${applied.join(', ')}` };
  } catch (error) {
    if (!chain(error).some((cause) => 'code' in cause && cause.code === INSUFFICIENT_PRIVILEGE)) throw error;
    throw new CannotDo(
      `the login may not change the schema (${chain(error).at(-1)?.message}): name one that may create roles and tables with --migrate-with VARIABLE`,
      { cause: error },
    );
  }
}

async function stateSeenBy(login: Secret): Promise<MigrationState> {
  const database = await openDatabase(login, { poolSizeMax: 1, applicationName: 'recon setup' });
  try {
    return await migrationState(database);
  } finally {
    await database.end();
  }
}
