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

export async function postgresFlags(durable: boolean): Promise<string[]> {
  const sharedMemory = (await hasSharedMemory()) ? 'posix' : 'mmap';
  const settings = { ...SETTINGS, ...(durable ? {} : THROWAWAY), dynamic_shared_memory_type: sharedMemory };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
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
