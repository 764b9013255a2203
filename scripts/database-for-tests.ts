// The one way in which tests get a real PostgreSQL: a database of their own, cloned from a template that is migrated once
// a server. The server is the one the whole run shares; without it a file has one of its own while it has databases.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { hostEnvironment } from '../local/host-environment.ts';
import { type LocalPostgres, startPostgres } from '../local/postgres.ts';
import { migrate } from '../sql/migrate.ts';
import { urlAsRole } from '../sql/url-as-role.ts';

export interface TestDatabase {
  /** Superuser. */
  readonly url: string;
  readonly workerUrl: string;
  readonly auditorUrl: string;
  /** Ends what is still connected. More than once is fine. */
  drop(): Promise<void>;
}

const MIGRATIONS = new URL('../sql/migrations/', import.meta.url);
const TEMPLATE_LOCK_KEY = 7_276_002;

/** An empty recon database of the current schema. */
export async function freshDatabase(): Promise<TestDatabase> {
  return newDatabase(migratedTemplate);
}

/** A database without anything in it, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return newDatabase(async () => 'template1');
}

async function newDatabase(templateOf: (adminUrl: string) => Promise<string>): Promise<TestDatabase> {
  const adminUrl = await acquireServer();
  try {
    const template = await templateOf(adminUrl);
    const name = `recon_test_${randomBytes(6).toString('hex')}`;
    await asAdmin(adminUrl, (admin) => admin.query(`create database ${name} template ${template}`));
    const url = urlOf(adminUrl, name);
    let isDropped = false;
    return {
      url,
      workerUrl: urlAsRole(url, 'recon_worker'),
      auditorUrl: urlAsRole(url, 'recon_auditor'),
      drop: async () => {
        if (isDropped) return;
        isDropped = true;
        await asAdmin(adminUrl, (admin) => admin.query(`drop database ${name} with (force)`));
        await releaseServer();
      },
    };
  } catch (error) {
    await releaseServer();
    throw error;
  }
}

/** Named by its content: an edited migration makes another. Several processes may ask at once; one of them builds. */
async function migratedTemplate(adminUrl: string): Promise<string> {
  const name = `recon_template_${await migrationsDigest()}`;
  await asAdmin(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK_KEY]);
    const { rows } = await admin.query<{ is_ready: boolean }>(
      'select datistemplate as is_ready from pg_database where datname = $1',
      [name],
    );
    if (rows[0]?.is_ready === true) return;
    // Half-built by a run that was killed: migrating goes on where it stopped.
    if (rows.length === 0) await admin.query(`create database ${name}`);
    await migrate(urlOf(adminUrl, name));
    // Nobody may be connected to a database while it is cloned.
    await admin.query(`alter database ${name} is_template true allow_connections false`);
  });
  return name;
}

async function migrationsDigest(): Promise<string> {
  const digest = createHash('sha256');
  for (const file of (await readdir(MIGRATIONS)).sort()) {
    digest.update(`${file}\n`).update(await readFile(new URL(file, MIGRATIONS)));
  }
  return digest.digest('hex').slice(0, 12);
}

function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdmin<T>(adminUrl: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: adminUrl, application_name: 'recon tests' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

let own: { readonly server: Promise<LocalPostgres>; databases: number } | undefined;

async function acquireServer(): Promise<string> {
  const shared = hostEnvironment().RECON_TEST_DATABASE;
  if (shared !== undefined && shared !== '') return shared;
  own ??= { server: startPostgres({ durable: false }), databases: 0 };
  own.databases += 1;
  return (await own.server).adminUrl;
}

async function releaseServer(): Promise<void> {
  if (own === undefined) return;
  own.databases -= 1;
  if (own.databases > 0) return;
  const { server } = own;
  own = undefined;
  await (await server).stop();
}
