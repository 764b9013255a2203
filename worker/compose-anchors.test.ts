import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NotConfigured } from '../activities/errors.ts';
import { yamlForTests } from '../client/config-for-tests.ts';
import { composeAnchors } from './compose-anchors.ts';
import { ConfigInvalid, loadConfig, type ReconConfig } from './config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-anchors-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(evidence: string): Promise<ReconConfig> {
  const path = join(folder, 'recon.yaml');
  await writeFile(path, `${yamlForTests({ temporal: '127.0.0.1:1' })}\n${evidence}\n`);
  return loadConfig(path, { DATABASE_URL: 'postgres://recon@db/recon', SMTP_URL: 'smtp://mail:25' });
}

test('without an evidence store there are no anchors', async () => {
  expect(composeAnchors(await load(''), Date.now)).toBeNull();
});

test('a folder is meant as seen from the configuration, a bucket as it stands; both keep for seven years', async () => {
  const config = await load('evidence: { store: evidence }');
  expect(config.evidence).toEqual({ store: 'evidence', retentionDays: 2_557 });
  expect(composeAnchors(config, Date.now)?.place).toBe(join(folder, 'evidence'));
  const bucket = await load('evidence: { store: "s3://evidence/prod", region: eu-central-1, retentionDays: 3650 }');
  expect(composeAnchors(bucket, Date.now)?.place).toBe('s3://evidence/prod');
});

test.each(['{ store: "" }', '{ store: x, retentionDays: 0 }', '{ store: x, endpoint: nowhere }', '{ place: x }'])(
  'evidence: %s is refused',
  async (evidence) => {
    await expect(load(`evidence: ${evidence}`)).rejects.toThrow(ConfigInvalid);
  },
);

test('an address of another kind is refused with the place to correct it', async () => {
  const config = await load('evidence: { store: "https://example.com/x" }');
  expect(() => composeAnchors(config, Date.now)).toThrow(NotConfigured);
});
