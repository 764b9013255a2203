// Copies the data directory of a running PostgreSQL so that it can be restored with the archived write-ahead log, and lays such a
// copy out as the cluster of a new server, to be rolled forward to a named point. What production does with its own tools; here
// it is what the restore drill is made of. Must never write to the directory that it copies.
import { appendFile, copyFile, lchown, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { systemErrorCode } from './errors.ts';
import { assertPlainPath } from './postgres-settings.ts';

export interface BaseBackup {
  /** Laid out as LocalPostgres keeps a cluster. */
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

// Of another server, of this one's memory, or made anew at each start: the PostgreSQL manual, "Making a Base Backup Using the
// Low Level API". The write-ahead log comes from the archive.
const EMPTIED = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const LEFT_OUT = /^(?:postmaster\.(?:pid|opts)|pg_internal\.init.*|pgsql_tmp.*|backup_label(?:\.old)?)$/;

/** @param from What LocalPostgres calls its dataDir. Waits until the log that the copy needs is archived. */
export async function takeBaseBackup(adminUrl: string, from: string, into: string): Promise<BaseBackup> {
  const client = new Client({ connectionString: adminUrl, application_name: 'recon base backup' });
  await client.connect();
  try {
    await client.query("select pg_backup_start('recon', fast => true)");
    const copied = await copyCluster(join(from, 'cluster'), join(into, 'cluster'));
    const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
      'select labelfile, spcmapfile from pg_backup_stop(wait_for_archive => true)',
    );
    const data = join(into, 'cluster', 'data');
    await writeAsOwner(join(data, 'backup_label'), rows[0]?.labelfile ?? '');
    return { folder: into, ...copied };
  } finally {
    await client.end();
  }
}

export interface RestoreOptions {
  readonly backup: BaseBackup;
  readonly archiveDir: string;
  /** A restore point: pg_create_restore_point. What was committed after it is not there any more. */
  readonly target: string;
  /** For startPostgres, which then recovers before it answers. */
  readonly dataDir: string;
}

/** @throws PostgreSQL itself, at its start, when the log does not reach to the target. */
export async function restoreBaseBackup({ backup, archiveDir, target, dataDir }: RestoreOptions): Promise<void> {
  if (!/^[\w-]{1,60}$/.test(target)) throw new RangeError(`"${target}" is no name of a restore point`);
  await copyCluster(join(backup.folder, 'cluster'), join(dataDir, 'cluster'), { keepLabel: true });
  const data = join(dataDir, 'cluster', 'data');
  await appendFile(
    join(data, 'postgresql.auto.conf'),
    [
      // Nobody reads before the end of the recovery: what is ready has all of it.
      'hot_standby = off',
      `restore_command = 'cp "${assertPlainPath(archiveDir)}/%f" "%p"'`,
      `recovery_target_name = '${target}'`,
      "recovery_target_action = 'promote'\n",
    ].join('\n'),
  );
  await writeAsOwner(join(data, 'recovery.signal'), '');
}

interface Copied {
  files: number;
  bytes: number;
}

async function copyCluster(from: string, to: string, { keepLabel = false } = {}): Promise<Copied> {
  const copied = { files: 0, bytes: 0 };
  await makeAs(dirname(from), dirname(to));
  await copyFolder(from, to, copied, keepLabel);
  return copied;
}

// Files that the server removes meanwhile are in the log: the copy is right without them.
async function copyFolder(from: string, to: string, copied: Copied, keepLabel: boolean): Promise<void> {
  await makeAs(from, to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      if (EMPTIED.has(entry.name)) await makeAs(source, target);
      else await copyFolder(source, target, copied, keepLabel);
    } else if (entry.isFile() && (!LEFT_OUT.test(entry.name) || (keepLabel && entry.name === 'backup_label'))) {
      await copyOne(source, target, copied);
    }
  }
}

async function copyOne(source: string, target: string, copied: Copied): Promise<void> {
  try {
    await copyFile(source, target);
    const { size, uid, gid } = await stat(source);
    await lchown(target, uid, gid);
    copied.files += 1;
    copied.bytes += size;
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

/** PostgreSQL refuses a data directory that others may read or that is not its own. */
async function makeAs(like: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, gid } = await stat(like);
  await lchown(folder, uid, gid);
}

async function writeAsOwner(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  const { uid, gid } = await stat(dirname(path));
  await lchown(path, uid, gid);
}
