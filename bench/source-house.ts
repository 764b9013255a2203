// Where sources are measured: one PostgreSQL whose databases each hold one reading, and a folder with a recon.yaml for each source.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { startPostgres } from '../local/postgres.ts';
import { migrate } from '../sql/migrate.ts';
import { urlAsRole } from '../sql/url-as-role.ts';
import { BENCH_DAYS, BENCH_FIRST_DATE, BENCH_ZONE } from './bench-day.ts';
import { EMULATED_SECRET } from './emulated.ts';
import type { OpenSource } from './open-source.ts';
import type { SourceCase } from './source-cases.ts';

export interface SourceHouse {
  /** An empty folder. */
  newFolder(name: string): Promise<string>;
  /** An empty recon database: the worker's login. */
  newDatabase(): Promise<string>;
  stop(): Promise<void>;
}

export async function openSourceHouse(): Promise<SourceHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
  const postgres = await startPostgres({ durable: false });
  await migrate(postgres.url);
  const template = new URL(postgres.url).pathname.slice(1);
  let databases = 0;
  return {
    newFolder: async (name) => {
      await mkdir(join(folder, name, 'secrets'), { recursive: true });
      return join(folder, name);
    },
    newDatabase: async () => {
      databases += 1;
      const name = `bench_${databases}`;
      const admin = new Client({ connectionString: postgres.adminUrl });
      await admin.connect();
      try {
        // What is measured is done: it shall not compete for the disk and the cache.
        await admin.query(`drop database if exists bench_${databases - 1} with (force)`);
        await admin.query(`create database ${name} template ${template}`);
      } finally {
        await admin.end();
      }
      const url = new URL(postgres.adminUrl);
      url.pathname = `/${name}`;
      return urlAsRole(url.href, 'recon_worker');
    },
    stop: async () => {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @returns the path of a recon.yaml as a company with this one source would write it. */
export async function writeBenchConfig(folder: string, { account }: SourceCase, source: OpenSource): Promise<string> {
  await writeFile(join(folder, 'secrets', 'emulated'), EMULATED_SECRET);
  const nowhere = 'file:secrets/emulated';
  const file = join(folder, 'recon.yaml');
  const config = {
    reportingCurrency: 'USD',
    database: nowhere,
    accounts: [
      {
        account,
        zone: BENCH_ZONE,
        startDate: BENCH_FIRST_DATE,
        trailingDays: BENCH_DAYS - 1,
        source: source.config,
        internal: { kind: 'file', location: 'books' },
      },
    ],
    reports: { store: '.' },
    notifications: {
      from: 'bench@example.com',
      transport: { kind: 'smtp', url: nowhere },
      routes: [{ to: ['bench@example.com'], from: 'low' }],
    },
  };
  await writeFile(file, stringify(config));
  return file;
}
