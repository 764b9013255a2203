// Decides how the laptop's PostgreSQL is tuned: a single node, no replicas, loopback only, and fast at bulk loads.
import { statfs } from 'node:fs/promises';

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  work_mem: '64MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '4GB',
  min_wal_size: '1GB',
  checkpoint_timeout: '30min',
  // Nobody replicates from it, and COPY into a table of the same transaction then writes no WAL.
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
  autovacuum: 'on',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_checkpoints: 'off',
  // DETAIL lines quote the values of the offending row, and logs hold no personal data.
  log_error_verbosity: 'terse',
};

// For data that is thrown away: a crash of the machine may lose or spoil it, a crash of the server may not. That is why
// synchronous_commit stays on: off, a killed server forgets what it has confirmed, and without fsync it saves no more
// than 0.02 ms a commit.
const THROWAWAY: Readonly<Record<string, string>> = { fsync: 'off', full_page_writes: 'off' };

// Parallel queries share memory through /dev/shm, of which a container has 64 MB by default; then files do, at some
// cost.
const SHARED_MEMORY_BYTES_MIN = 1024 ** 3;

/** @param archiveDir Where each finished file of the write-ahead log is copied, so that a base backup can be rolled forward. */
export async function postgresFlags(durable: boolean, archiveDir?: string): Promise<string[]> {
  const settings = {
    ...SETTINGS,
    ...(durable ? {} : THROWAWAY),
    ...(archiveDir === undefined ? {} : archiving(archiveDir)),
    dynamic_shared_memory_type: (await hasSharedMemory()) ? 'posix' : 'mmap',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

// Never over a file that is there, and never a half one under its own name: the PostgreSQL manual, "Setting Up WAL Archiving".
function archiving(folder: string): Readonly<Record<string, string>> {
  const file = `"${assertPlainPath(folder)}/%f"`;
  const part = `"${folder}/%f.part"`;
  return {
    wal_level: 'replica',
    archive_mode: 'on',
    archive_command: `test ! -f ${file} && cp "%p" ${part} && mv ${part} ${file}`,
  };
}

/** For commands that PostgreSQL gives to a shell, where % and quotes have meanings of their own. */
export function assertPlainPath(path: string): string {
  if (!/^\/[\w./ -]+$/.test(path)) throw new RangeError(`"${path}" has characters that a shell would not leave alone`);
  return path;
}

async function hasSharedMemory(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    const { bsize, bavail } = await statfs('/dev/shm');
    return bsize * bavail >= SHARED_MEMORY_BYTES_MIN;
  } catch {
    return false;
  }
}
