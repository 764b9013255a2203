// Compares the migrations of this version with those the database has. Reads only: setup applies them.
import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

const FOLDER = new URL('../../sql/migrations/', import.meta.url);

export interface MigrationState {
  readonly total: number;
  /** Of this version, not applied yet. */
  readonly pending: readonly string[];
  /** Applied, and since then not what they were. */
  readonly edited: readonly string[];
  /** Applied by a newer version of recon. */
  readonly newer: readonly string[];
}

export async function migrationState(database: DatabasePool): Promise<MigrationState> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  const applied = await readApplied(database);
  const edited: string[] = [];
  for (const file of files) {
    const known = applied.get(file);
    if (known !== undefined && known !== hash('sha256', await readFile(new URL(file, FOLDER)), 'hex'))
      edited.push(file);
  }
  return {
    total: files.length,
    pending: files.filter((file) => !applied.has(file)),
    edited,
    newer: [...applied.keys()].filter((file) => !files.includes(file)).sort(),
  };
}

async function readApplied(database: DatabasePool): Promise<Map<string, string>> {
  const isThere = await database.oneFirst(sql.type(z.object({ is_there: z.boolean() }))`
    select to_regclass('schema_migrations') is not null as is_there`);
  if (!isThere) return new Map();
  const rows = await database.any(sql.type(z.object({ file: z.string(), sha256: z.string() }))`
    select file, sha256 from schema_migrations`);
  return new Map(rows.map((row) => [row.file, row.sha256]));
}
