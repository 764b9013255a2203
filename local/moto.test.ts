import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { PythonMissing } from './errors.ts';
import { startMoto } from './moto.ts';
import { isRunning, startParent, untilGone } from './processes-for-tests.ts';

test('S3 takes an object once, refuses to overwrite it, and leaves nothing when it is stopped', async () => {
  const moto = await startMoto();
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const s3 = new S3Client({ endpoint: moto.url, region: 'us-east-1', forcePathStyle: true, credentials });
  try {
    await s3.send(new CreateBucketCommand({ Bucket: 'reports' }));
    const put = { Bucket: 'reports', Key: 'a.json', Body: '{}', IfNoneMatch: '*' };
    await s3.send(new PutObjectCommand(put));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'reports', Key: 'a.json' }));
    expect(await Body?.transformToString()).toBe('{}');
    await expect(s3.send(new PutObjectCommand(put))).rejects.toMatchObject({ name: 'PreconditionFailed' });
  } finally {
    s3.destroy();
    await moto.stop();
  }
  expect(isRunning(moto.pid)).toBe(false);
});

test('a killed parent leaves no emulator', async () => {
  const parent = startParent(`
    import { startMoto } from './moto.ts';
    console.log(JSON.stringify((await startMoto()).pid));
    setInterval(() => undefined, 1000);
  `);
  const pid = await parent.next<number>();
  parent.process.kill('SIGKILL');
  await untilGone(pid);
});

test('without python3 it says what to install', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recon-moto-test-'));
  try {
    await expect(startMoto({ environment: { PATH: folder, XDG_CACHE_HOME: folder } })).rejects.toThrow(PythonMissing);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
