// Brings a database to the current schema: numbered files, forward only, one transaction each, never edited after they
// landed (their SHA-256 is kept and compared). Idempotent by file name; two migrators wait for each other.
import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { connectionOf } from './database-link.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;
const LOCK_KEY = 7_276_001;

export const DATABASE_ROLES = [
  'recon_owner',
  'recon_worker',
  'recon_auditor',
  'recon_operator',
  'recon_approver',
  'recon_admin',
] as const;

/** An already applied migration file was changed. */
export class MigrationEdited extends Error {
  override readonly name = 'MigrationEdited';
  constructor(file: string) {
    super(`sql/migrations/${file} was edited after it was applied: restore it and write a new migration instead`);
  }
}

export interface MigrateOptions {
  /** Ends after the file of this number, such as 0009: how an older version left a database. */
  readonly upTo?: string;
  /** How long one statement waits for whoever holds its table; all who come after wait behind it. */
  readonly lockTimeoutMs?: number;
}

const LOCK_TIMEOUT_MS = 60_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Applies what is missing and returns the names of the files applied now.
 * The login must be able to create roles the first time (a superuser or CREATEROLE).
 */
export async function migrate(
  url: string,
  { upTo = '9999', lockTimeoutMs = LOCK_TIMEOUT_MS }: MigrateOptions = {},
): Promise<string[]> {
  const client = new Client({ ...connectionOf(url), application_name: 'recon migrate' });
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await prepare(client);
    await client.query(`set lock_timeout = ${Math.ceil(lockTimeoutMs)}`);
    const files = (await readdir(FOLDER)).filter((name) => FILE_NAME.test(name) && name.slice(0, 4) <= upTo).sort();
    const applied = await readApplied(client);
    const done: string[] = [];
    for (const file of files) {
      const text = await readFile(new URL(file, FOLDER), 'utf8');
      const sha256 = hash('sha256', text, 'hex');
      const known = applied.get(file);
      if (known !== undefined && known !== sha256) throw new MigrationEdited(file);
      if (known !== undefined) continue;
      await applyOne(client, file, text, sha256);
      done.push(file);
    }
    return done;
  } finally {
    await client.end();
  }
}

async function prepare(client: Client): Promise<void> {
  for (const role of DATABASE_ROLES) {
    // Roles belong to the cluster: another database of the same cluster may be creating them at this moment.
    await client.query(
      `do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`,
    );
  }
  await client.query('grant recon_owner to current_user');
  // Open to everybody in clusters that were made before PostgreSQL 15, and only the schema's owner can close it.
  await client.query('revoke create on schema public from public');
  await client.query('grant usage, create on schema public to recon_owner');
  await client.query('set role recon_owner');
  await client.query(
    'create table if not exists schema_migrations (file text primary key, sha256 text not null, applied_at timestamptz not null default now())',
  );
}

async function readApplied(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ file: string; sha256: string }>('select file, sha256 from schema_migrations');
  return new Map(rows.map((row) => [row.file, row.sha256]));
}

/** From the migration on that brings the log. */
async function audit(client: Client, file: string, sha256: string): Promise<void> {
  const { rows } = await client.query<{ is_there: boolean }>(
    `select to_regprocedure('public.audit_append(text, text, text)') is not null as is_there`,
  );
  if (rows[0]?.is_there !== true) return;
  const body = JSON.stringify({ event: 'migration_applied', file, sha256 });
  await client.query('select audit_append($1, $2, $3)', ['system', `migration/${file}`, body]);
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

async function applyOne(client: Client, file: string, text: string, sha256: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query(text);
    await client.query('insert into schema_migrations (file, sha256) values ($1, $2)', [file, sha256]);
    await audit(client, file, sha256);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    const isHeld = errorCode(cause) === LOCK_NOT_AVAILABLE;
    const next = isHeld ? '. Somebody works on its tables: stop the workers, or try again' : '';
    const why = cause instanceof Error ? cause.message : cause;
    throw new Error(`sql/migrations/${file} could not be applied: ${why}${next}`, { cause });
  }
}
