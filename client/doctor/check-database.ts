// Does the database answer, is it new enough, has it our tables, and may this login do a worker's work?
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { migrationState } from '../database/migration-state.ts';
import { TYPED_AS } from '../help-examples.ts';
import { type Check, check, fail, note, ok } from './check.ts';

const VERSION_MIN = 15;

export async function checkDatabase(open: () => Promise<DatabasePool>, place: string): Promise<readonly Check[]> {
  const connection = await check('database', async () => {
    const version = await (await open()).oneFirst(sql.type(z.object({ version: z.string() }))`
      select current_setting('server_version') as version`);
    const found = `PostgreSQL ${version} at ${place}`;
    return Number.parseInt(version, 10) >= VERSION_MIN
      ? ok(found)
      : fail(found, `use PostgreSQL ${VERSION_MIN} or newer`);
  });
  if (connection.state === 'fail') return [connection];
  return [
    connection,
    await check('database migrations', async () => migrations(await open())),
    await check('database role', async () => role(await open())),
  ];
}

async function migrations(database: DatabasePool) {
  const { total, pending, edited, newer } = await migrationState(database);
  if (edited.length > 0) {
    return fail(
      `${edited.join(', ')} was edited after it was applied`,
      'restore the file and write a new migration instead',
    );
  }
  if (pending.length > 0)
    return fail(`${pending.length} of ${total} are not applied: ${pending.join(', ')}`, `${TYPED_AS} setup`);
  if (newer.length > 0) return fail(`the database is newer than this program: ${newer.join(', ')}`, 'update recon');
  return ok(`${total} are applied`);
}

const roleRow = z.object({ login: z.string(), isSuperuser: z.boolean(), isOwner: z.boolean(), isWorker: z.boolean() });

async function role(database: DatabasePool) {
  const roles = await database.anyFirst(sql.type(z.object({ name: z.string() }))`
    select rolname as name from pg_roles where rolname in ('recon_owner', 'recon_worker')`);
  if (roles.length < 2) return fail('the roles of recon do not exist', `${TYPED_AS} setup`);
  const { login, isSuperuser, isOwner, isWorker } = await database.one(sql.type(roleRow)`
    select current_user::text as login, rolsuper as "isSuperuser",
           pg_has_role(current_user, 'recon_owner', 'member') as "isOwner",
           pg_has_role(current_user, 'recon_worker', 'member') as "isWorker"
    from pg_roles where rolname = current_user`);
  if (!isWorker) return fail(`${login} may not do a worker’s work`, `grant recon_worker to ${login}`);
  if (isSuperuser || isOwner) {
    return note(
      `${login} may also change the tables`,
      'fine on a laptop; in production use a login with recon_worker only',
    );
  }
  return ok(`${login} may do a worker’s work, and no more`);
}
