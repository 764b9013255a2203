import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { yamlForTests } from '../client/config-for-tests.ts';
import { BUNDLE_FOLDER } from '../faults/bundle-folder.ts';
import { pollUntil } from '../local/poll-until.ts';
import { type LocalTemporal, startTemporalServer } from '../local/temporal-server.ts';
import { PRODUCTION_POLICY } from '../workflows/contracts.ts';
import { dataConverterOf, FAILURE_CONVERTER } from './codec/data-converter.ts';
import { newRing, ringText } from './codec/new-ring.ts';
import { loadConfig } from './config.ts';
import { workflowBundle } from './run-worker.ts';

const MAIN = fileURLToPath(new URL('replay-open.ts', import.meta.url));
const WAIT = { timeoutMs: 60_000, intervalMs: 100 };

let folder = '';
let temporal: LocalTemporal;
let open: Connection;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  folder = await mkdtemp(join(tmpdir(), 'recon-open-'));
  temporal = await startTemporalServer({ ui: false });
  await writeFile(join(folder, 'recon.yaml'), yamlForTests({ temporal: temporal.address }));
  open = await Connection.connect({ address: temporal.address });
});
afterAll(async () => {
  await open.close();
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
});

const NAMED = { DATABASE_URL: 'postgres://127.0.0.1:1/recon', SMTP_URL: 'smtp://127.0.0.1:1' };

function replayOpen(configuration: string) {
  const env = {
    ...process.env,
    ...NAMED,
    RECON_CONFIG: join(folder, configuration),
    RECON_BUNDLE_FOLDER: BUNDLE_FOLDER,
  };
  const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', MAIN], { encoding: 'utf8', env });
  return {
    status,
    lines: stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  };
}

/** Leaves a run that waits for its first activity, as workflows of this code began it. */
async function begin(workflowId: string, code: string, dataConverter: DataConverter = {}): Promise<void> {
  const connection = await NativeConnection.connect({ address: temporal.address });
  const worker = await Worker.create({ connection, taskQueue: workflowId, workflowBundle: { code }, dataConverter });
  const client = new Client({ connection: open, dataConverter });
  const args = [{ account: 'stripe/us', date: '2026-01-31', trigger: 'manual', policy: PRODUCTION_POLICY }];
  const handle = await client.workflow.start('reconcileAccountDay', { workflowId, taskQueue: workflowId, args });
  await worker.runUntil(
    pollUntil({
      ...WAIT,
      what: 'the first activity',
      check: async () => ((await handle.describe()).raw.pendingActivities?.length ?? 0) > 0 || undefined,
    }),
  );
  await connection.close();
  const query = `WorkflowId = '${workflowId}' AND ExecutionStatus = 'Running'`;
  const what = 'the run to be listed';
  await pollUntil({ ...WAIT, what, check: async () => (await client.workflow.count(query)).count > 0 || undefined });
}

test('a run that began on these workflows may go on; one that began on others stops the delivery', async () => {
  const code = await readFile(await workflowBundle(BUNDLE_FOLDER), 'utf8');
  await begin('began-on-these', code);
  expect(replayOpen('recon.yaml')).toMatchObject({
    status: 0,
    lines: [{ msg: 'open runs replayed', open: 1, failures: 0 }],
  });
  const otherwise = code.replaceAll('.openRun(', '.beginRun(');
  expect(otherwise).not.toBe(code);
  await begin('began-on-others', otherwise);
  expect(replayOpen('recon.yaml')).toMatchObject({
    status: 1,
    lines: [
      { msg: 'this run does not replay', workflowId: 'began-on-others', err: { type: 'DeterminismViolationError' } },
      { msg: 'open runs replayed', open: 2, failures: 1 },
    ],
  });
});

test('a run whose payloads are encrypted replays with the keys of the configuration, and stops the delivery without', async () => {
  await writeFile(
    join(folder, 'codec-keys.json'),
    ringText(await newRing(undefined, { namespace: 'default', nowMs: Date.now() })),
  );
  const clear = yamlForTests({ temporal: temporal.address });
  const encrypted = clear.replace('temporal: {', 'temporal: { codec: { keys: "file:codec-keys.json" },');
  await writeFile(join(folder, 'encrypted.yaml'), encrypted);
  const { codec: configured } = (await loadConfig(join(folder, 'encrypted.yaml'), NAMED)).temporal;
  if (configured === undefined) throw new TypeError('no codec is configured');
  const code = await readFile(await workflowBundle(BUNDLE_FOLDER, FAILURE_CONVERTER), 'utf8');
  await begin('encrypted', code, dataConverterOf(configured, 'default'));
  const ofIt = (lines: readonly unknown[]) => lines.filter((line) => JSON.stringify(line).includes('"encrypted"'));
  expect(ofIt(replayOpen('recon.yaml').lines)).toHaveLength(1);
  expect(ofIt(replayOpen('encrypted.yaml').lines)).toEqual([]);
});
