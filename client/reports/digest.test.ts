// `recon reports digest` as a process of its own, over runs that really decided, one that failed, and an account that never ran.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type Engine, startEngine } from '../../activities/engine-for-tests.ts';
import { freshDatabase, type TestDatabase } from '../../scripts/database-for-tests.ts';
import { recon } from '../cli-processes-for-tests.ts';
import { yamlForTests } from '../config-for-tests.ts';

const DAY = '2026-01-31';
const ACCOUNTS = ['test/files', 'stripe/us', 'test/broken', 'test/never'];

let folder: string;
let database: TestDatabase;
let engine: Engine;
let environment: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-digest-cli-test-'));
  database = await freshDatabase();
  engine = await startEngine({ databaseUrl: database.url, folder: join(folder, 'files') });
  const accounts = ACCOUNTS.map(
    (account) => `
  - account: ${account}
    zone: ${account === 'stripe/us' ? 'America/New_York' : 'UTC'}
    startDate: 2026-01-01
    source: { kind: file, location: processor }
    internal: { kind: file, location: internal }`,
  );
  const yaml = yamlForTests({ temporal: '127.0.0.1:1' });
  const [head = ''] = yaml.split('accounts:');
  const config = join(folder, 'recon.yaml');
  await writeFile(config, `${head}accounts:${accounts.join('')}\n${yaml.slice(yaml.indexOf('reports:'))}`);
  environment = { RECON_CONFIG: config, DATABASE_URL: database.workerUrl, SMTP_URL: 'smtp://127.0.0.1:1' };

  const row = { kind: 'payment', currency: 'USD', occurredAt: `${DAY}T10:00:00Z` };
  await engine.accountOf('test/files').runDay({
    ...{ date: DAY, asOf: '2026-02-20T00:00:00Z' },
    processor: [{ ...row, id: 'ch_CANARY', gross: '25.00' }],
    internal: [{ ...row, id: 'ord_CANARY', amount: '10.00' }],
  });
  await engine.accountOf('test/broken').openDay({ date: DAY, processor: [], internal: [] });
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    update reconciliation_runs set status = 'failed', error = 'the token was rejected <401>', finished_at = now()
    where account = 'test/broken'`);
  await client.end();
});
afterAll(async () => {
  await engine?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

test('writes the zone’s day on one page: each account of the zone, the worst first, the failed and the waiting with their reason', async () => {
  const file = join(folder, 'day.html');
  const { code, stdout, stderr } = await recon(['reports', 'digest', `UTC/${DAY}`, '--output', file], environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    '1 failed; 1 differs, 35.00 USD at risk; 1 still waiting; 0 of 3 accounts agree. ' +
      'Start with test/files. Remove what stopped test/broken, then retry. test/never has no result yet; the day stays due.',
    file,
    '',
  ]);
  const page = await readFile(file, 'utf8');
  const places = ['test/broken', 'test/files', 'test/never'].map((account) =>
    page.indexOf(`<th scope="row">${account}</th>`),
  );
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(Math.min(...places)).toBeGreaterThan(0);
  expect(page).toContain('The run stopped: the token was rejected &lt;401&gt;.');
  expect(page).toContain(`npm run recon -- retry test/broken/${DAY}`);
  expect(page).toContain('It has not run yet.');
  expect(page).not.toContain('stripe/us');
  expect(page).not.toContain('CANARY');
});

test('--json prints the digest and writes nothing', async () => {
  const { code, stdout } = await recon(['reports', 'digest', `America/New_York/${DAY}`, '--json'], environment);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    format: 'recon-digest/1',
    zone: 'America/New_York',
    date: DAY,
    tone: 'inconclusive',
    accounts: [{ account: 'stripe/us', status: 'not_run', tone: 'waiting' }],
  });
});

test('a file that cannot be written is named, with what to do', async () => {
  const file = join(folder, 'none', 'day.html');
  const { code, stderr } = await recon(['reports', 'digest', `UTC/${DAY}`, '--output', file], environment);
  expect(code).toBe(3);
  expect(stderr).toContain(`${file} cannot be written (ENOENT): name another with --output`);
});
