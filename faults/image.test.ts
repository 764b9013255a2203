// What the Dockerfile puts into the image is enough: its production packages, its precompiled workflows and its code reconcile a day,
// encrypted, and write nothing beside themselves. Laid out in a folder, as there is no container here.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { filesWritten } from '../scripts/image/files-written.ts';
import { layOut } from '../scripts/image/lay-out.ts';
import { newRing, ringText } from '../worker/codec/new-ring.ts';
import { type Leftover, openFaultCase } from './fault-case.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { undisturbedDay } from './undisturbed.ts';

let servers: TestServers;
let undisturbed: Leftover;
beforeAll(async () => {
  servers = await startTestServers();
  undisturbed = await undisturbedDay(servers);
});
afterAll(() => servers.stop());

test('the worker of the image finishes an encrypted day as the checkout does, and its command line tells of it', async () => {
  const image = layOut(process.cwd(), join(servers.folder, 'image'));
  const laidOutMs = Date.now();
  const codecKeys = ringText(await newRing(undefined, { namespace: 'default', nowMs: laidOutMs }));
  const story = await openFaultCase(servers, { codecKeys });
  try {
    const { RECON_BUNDLE_FOLDER: bundleFolder = '' } = image.environment;
    const worker = story.startWorker(undefined, { root: image.app, bundleFolder });
    await story.finish(await story.startDay());
    expect(await story.leftover()).toEqual(undisturbed);
    const env = { ...process.env, RECON_CONFIG: story.company.configFile };
    const command = ['--no-warnings', 'client/main.ts', 'status', '--json'];
    const { status, stdout } = spawnSync(process.execPath, command, { cwd: image.app, env, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('"stripe/us"');
    worker.terminate();
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(filesWritten(image, laidOutMs)).toEqual([]);
  } finally {
    await story.stop();
  }
});
