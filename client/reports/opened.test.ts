// Reports and evidence as people take them, over a run that was decided, published to S3 and sealed: what they get, and what the audit
// chain says of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DatabasePool } from 'slonik';
import { type Engine, startEngine } from '../../activities/engine-for-tests.ts';
import { openEvidenceStore } from '../../activities/evidence/evidence-store.ts';
import { sealEvidence } from '../../activities/evidence/seal-evidence.ts';
import { openStore } from '../../activities/report/open-store.ts';
import { publishReport } from '../../activities/report/publish-report.ts';
import { type Moto, startMoto } from '../../local/moto.ts';
import { freshDatabase, type TestDatabase } from '../../scripts/database-for-tests.ts';
import { createDatabase } from '../../sql/database.ts';
import { recon } from '../cli-processes-for-tests.ts';
import { yamlForTests } from '../config-for-tests.ts';
import { type Person, personsForTests } from '../discrepancies/persons-for-tests.ts';

const ACCOUNT = 'test/files';
const DAY = '2026-01-31';
const RUN = `${ACCOUNT}/${DAY}#1`;
const ROW = { kind: 'payment', currency: 'USD', occurredAt: `${DAY}T10:00:00Z` };

// First: their logins go before the database does.
const { login, asRoot } = personsForTests(() => database.url);
let folder: string;
let database: TestDatabase;
let worker: DatabasePool;
let engine: Engine;
let moto: Moto;
let client: S3Client;
let ann: Person;
let inBucket: Record<string, string>;
let inFolder: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-opened-test-'));
  database = await freshDatabase();
  moto = await startMoto();
  worker = await createDatabase({ url: database.workerUrl, poolSizeMax: 3, applicationName: 'recon opened test' });
  engine = await startEngine({ databaseUrl: database.url, folder: join(folder, 'files') });
  const credentials = { accessKeyId: 'WORKERKEY', secretAccessKey: 'any' };
  const s3 = { endpoint: moto.url, region: 'us-east-1', forcePathStyle: true, credentials };
  client = new S3Client(s3);
  await client.send(new CreateBucketCommand({ Bucket: 'recon-reports' }));
  const store = openStore('s3://recon-reports/daily', s3);
  const run = {
    date: DAY,
    asOf: '2026-02-20T00:00:00Z',
    processor: [{ ...ROW, id: 'ch_1', gross: '25.00' }],
    internal: [],
  };
  const runId = BigInt((await engine.accountOf(ACCOUNT).runDay(run)).runId);
  await publishReport({ database: worker, store }, { runId });
  const evidence = openEvidenceStore(join(folder, 'evidence'), { retentionDays: 1, nowMs: Date.now });
  await sealEvidence({ database: worker, reports: store, store: evidence, histories: async () => null }, { runId });
  // Has no report: nothing of it was published.
  await engine.accountOf(ACCOUNT).runDay({ ...run, date: '2026-02-01' });

  ann = await login('ann', ['operator']);
  const ownKeys = { AWS_ACCESS_KEY_ID: 'ANNSKEY', AWS_SECRET_ACCESS_KEY: 'hers', AWS_EC2_METADATA_DISABLED: 'true' };
  const bucket = `s3://recon-reports/daily, endpoint: "${moto.url}", region: us-east-1`;
  inBucket = { ...(await environmentOf('bucket', bucket)), ...ownKeys };
  inFolder = await environmentOf('folder', 'reports');
}, 120_000);
afterAll(async () => {
  client?.destroy();
  await engine?.stop();
  await worker?.end();
  await moto?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function environmentOf(name: string, store: string): Promise<Record<string, string>> {
  const config = join(folder, `${name}.yaml`);
  const yaml = yamlForTests({ temporal: '127.0.0.1:1', store });
  await writeFile(config, `${yaml}\nevidence: { store: evidence }\n`);
  return {
    RECON_CONFIG: config,
    DATABASE_URL: database.workerUrl,
    SMTP_URL: 'smtp://127.0.0.1:1',
    RECON_DATABASE_URL: ann.url,
  };
}

const typed = (line: string, environment = inBucket) => recon(line.split(' '), environment);

/** What the chain says that people opened: a command that is repeated within a minute is one event. */
async function told(): Promise<string[]> {
  const { rows } = await asRoot((root) =>
    root.query<{ event: string; actor: string }>(
      `select event, actor from audit_log where chain = $1 and event_key like '%/opening/%' order by seq`,
      [ACCOUNT],
    ),
  );
  return rows.map(({ event, actor }) => `${event} ${actor}`);
}

test('link: opens the one file for five minutes, made with the keys of who typed it, and the chain is told who', async () => {
  const { code, stdout, stderr } = await typed(`reports link ${RUN} --json`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { url, expiresAt, ...rest } = JSON.parse(stdout);
  expect(rest).toEqual({
    run: RUN,
    format: 'html',
    location: expect.stringMatching(/^s3:\/\/recon-reports\/daily\/.*\.html$/),
  });
  const { searchParams, pathname } = new URL(url);
  expect(searchParams.get('X-Amz-Credential')).toMatch(/^ANNSKEY\//);
  expect(`s3:/${pathname}`).toBe(rest.location);
  expect(Number(searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(300);
  const [, year, month, day, hour, minute, second] =
    /^(....)(..)(..)T(..)(..)(..)Z$/.exec(searchParams.get('X-Amz-Date') ?? '') ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  expect(Date.parse(expiresAt) - signedAt).toBe(Number(searchParams.get('X-Amz-Expires')) * 1_000);
  const page = await fetch(url);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(RUN)]);
  expect(await told()).toContain(`report_linked ${ann.login}`);
});

test('link: another file by --format; as text the link alone is on stdout, and how long it opens beside it', async () => {
  const { code, stdout, stderr } = await typed(`reports link ${ACCOUNT}/${DAY} --format csv`);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^http\S+\/report\.csv\?\S+\n$/);
  expect(stderr).toMatch(/reads the file without a login, until \d{4}-\S+Z/);
  expect(await (await fetch(stdout.trim())).text()).toContain('ch_1');
});

test('a link stands nowhere in the audit chain', async () => {
  const { url } = JSON.parse((await typed(`reports link ${RUN} --json`)).stdout);
  const signature = new URL(url).searchParams.get('X-Amz-Signature') ?? '';
  expect(signature).toMatch(/^[0-9a-f]{64}$/);
  const { rows } = await asRoot((root) =>
    root.query('select body from audit_log where position($1 in body) > 0 or position($2 in lower(body)) > 0', [
      signature,
      'x-amz',
    ]),
  );
  expect(rows).toEqual([]);
});

test('link: reports in a folder need none, and the answer is the path', async () => {
  const { code, stdout, stderr } = await typed(`reports link ${RUN}`, inFolder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('no link is needed') });
  expect(stdout.trim()).toBe(JSON.parse((await typed(`reports open ${RUN} --json`, inFolder)).stdout).reports.html);
  expect(JSON.parse((await typed(`reports link ${RUN} --json`, inFolder)).stdout)).toMatchObject({
    url: null,
    expiresAt: null,
  });
});

test('unknown run, run without a report, and no such format: said, with no link', async () => {
  expect(await typed(`reports link ${ACCOUNT}/${DAY}#7`)).toMatchObject({
    ...{ code: 2, stdout: '' },
    stderr: expect.stringContaining(`there are: ${RUN}`),
  });
  expect(await typed(`reports link ${ACCOUNT}/2026-02-01`)).toMatchObject({
    ...{ code: 3, stdout: '' },
    stderr: expect.stringContaining('has no report yet'),
  });
  expect(await typed(`reports link ${RUN} --format pdf`)).toMatchObject({
    ...{ code: 2, stdout: '' },
    stderr: expect.stringContaining('Allowed choices are html, xlsx, csv, json'),
  });
});

test('without AWS credentials of their own nobody gets a link', async () => {
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...keyless } = inBucket;
  expect(await typed(`reports link ${RUN}`, keyless)).toMatchObject({
    ...{ code: 3, stdout: '' },
    stderr: expect.stringContaining('no AWS credentials found'),
  });
});

test('open and export are told with the login that was used: one’s own, else the configured one', async () => {
  await typed(`reports open ${RUN} --json`);
  const { RECON_DATABASE_URL: _own, ...configured } = inBucket;
  const out = join(folder, 'exported');
  expect(await typed(`evidence export ${RUN} --out ${out}`, configured)).toMatchObject({ code: 0 });
  const eve = await login('eve', ['auditor']);
  await typed(`evidence export ${RUN} --out ${out}-2 --database ${eve.url}`);
  const workerLogin = new URL(database.workerUrl).username;
  expect(await told()).toEqual(
    expect.arrayContaining([
      `report_opened ${ann.login}`,
      `evidence_exported ${workerLogin}`,
      `evidence_exported ${eve.login}`,
    ]),
  );
  const { events } = JSON.parse(
    (await typed(`audit history ${RUN} --read-with EVE --json`, { ...inBucket, EVE: eve.url })).stdout,
  );
  expect(events.map(({ event }: { event: string }) => event)).toEqual(
    expect.arrayContaining(['report_opened', 'report_linked', 'evidence_exported']),
  );
});

test('evidence is not for operators: the refusal says so', async () => {
  expect(await typed(`evidence export ${RUN} --out ${join(folder, 'refused')}`)).toMatchObject({
    ...{ code: 3, stdout: '' },
    stderr: expect.stringContaining('evidence is for auditors'),
  });
});

test('what cannot be told is not given out: no place, no link, no package', async () => {
  const { RECON_DATABASE_URL: _own, ...configured } = inBucket;
  await asRoot((root) => root.query('revoke execute on function note_opening(bigint, text) from recon_worker'));
  try {
    for (const line of ['reports open', 'reports link', `evidence export --out ${join(folder, 'untold')}`]) {
      expect(await typed(`${line} ${RUN}`, configured)).toMatchObject({
        ...{ code: 3, stdout: '' },
        stderr: expect.stringContaining('cannot be told to the audit log who opens this, so it is not opened'),
      });
    }
  } finally {
    await asRoot((root) => root.query('grant execute on function note_opening(bigint, text) to recon_worker'));
  }
  const gone = { ...inBucket, RECON_DATABASE_URL: 'postgres://ann:secret@127.0.0.1:1/recon' };
  const { code, stdout, stderr } = await typed(`reports link ${RUN}`, gone);
  expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: expect.stringContaining('ECONNREFUSED') });
  expect(stderr).not.toContain('secret');
});

test('a file that is gone from the bucket gets no link', async () => {
  const { location } = JSON.parse((await typed(`reports link ${RUN} --format xlsx --json`)).stdout);
  const { host: Bucket, pathname } = new URL(location);
  await client.send(new DeleteObjectCommand({ Bucket, Key: pathname.slice(1) }));
  expect(await typed(`reports link ${RUN} --format xlsx`)).toMatchObject({
    ...{ code: 3, stdout: '' },
    stderr: expect.stringContaining('does not exist: publish the report of its run again'),
  });
});
