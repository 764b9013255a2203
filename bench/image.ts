// What an image holds and how soon its worker gets work, without a container: laid out as the Dockerfile says, tables and schedules set up
// by its own command, its worker started and asked to stop, over and over.
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { startServerChild } from '../local/child-process.ts';
import { bareEnvironment, hostEnvironment } from '../local/host-environment.ts';
import { pollUntil } from '../local/poll-until.ts';
import { startPostgres } from '../local/postgres.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { filesOf, filesWritten } from '../scripts/image/files-written.ts';
import { type LaidOut, layOut } from '../scripts/image/lay-out.ts';
import { urlAsRole } from '../sql/url-as-role.ts';
import { type BenchOptions, round } from './part.ts';

const STARTS = 10;
const STARTS_QUICK = 3;
const POLL_WAIT = { timeoutMs: 60_000, intervalMs: 10 };
// As ECS and compose give it.
const STOP_GRACE_MS = 120_000;
const ACTIVITY_QUEUE = 2;
const TASK_QUEUE = 'recon';

export async function benchImage({ quick, say }: BenchOptions): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'recon-image-'));
  try {
    const sinceMs = performance.now();
    const image = layOut(process.cwd(), join(folder, 'image'));
    const size = { appMb: megabytes(image.app), packagesMb: megabytes(join(image.app, 'node_modules')) };
    say(`image: /app ${size.appMb} MB, packages ${size.packagesMb} of them (${seconds(sinceMs)} s to lay out)`);
    const laidOutMs = Date.now();
    const starts = await startsOf(image, folder, quick ? STARTS_QUICK : STARTS);
    const figures = { ...size, ...starts, filesWritten: filesWritten(image, laidOutMs).length };
    say(`  start to first poll  ${figures.firstPollSeconds.join(' ')} s`);
    say(`  SIGTERM to the end   ${figures.stopSeconds.join(' ')} s`);
    say(`  written into itself  ${figures.filesWritten} files`);
    return { image: figures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startsOf(image: LaidOut, folder: string, times: number) {
  const postgres = await startPostgres({ durable: false });
  const temporal = await startTemporalServer({ ui: false });
  const connection = await Connection.connect({ address: temporal.address });
  try {
    const environment = { ...bareEnvironment(hostEnvironment()), ...image.environment };
    const named = { RECON_CONFIG: configuration(folder, postgres.url, temporal.address), OWNER_URL: postgres.url };
    const env = { ...environment, ...named };
    const setup = ['client/main.ts', 'setup', '--migrate-with', 'OWNER_URL'];
    const { status, stderr } = spawnSync(process.execPath, setup, { cwd: image.app, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`the image's setup ended with ${status}: ${stderr}`);
    const firstPollSeconds: number[] = [];
    const stopSeconds: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const [, ...args] = image.command;
      const sinceMs = performance.now();
      const logFile = join(folder, 'worker.log');
      const stopSteps = [
        { signal: 'SIGTERM', graceMs: STOP_GRACE_MS },
        { signal: 'SIGKILL', graceMs: 5_000 },
      ] as const;
      const worker = startServerChild({ command: process.execPath, args, cwd: image.app, env, logFile, stopSteps });
      try {
        await pollUntil({ ...POLL_WAIT, what: 'the first poll', check: () => polls(connection, worker.pid) });
        firstPollSeconds.push(seconds(sinceMs));
      } finally {
        const askedMs = performance.now();
        await worker.stop();
        stopSeconds.push(seconds(askedMs));
      }
    }
    return { firstPollSeconds, stopSeconds };
  } finally {
    await connection.close();
    await temporal.stop();
    await postgres.stop();
  }
}

/** Whether Temporal has been asked for work by the process. */
async function polls(connection: Connection, pid: number): Promise<true | undefined> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: ACTIVITY_QUEUE,
  });
  return pollers?.some(({ identity }) => identity?.endsWith(`-${pid}`) === true) || undefined;
}

function configuration(folder: string, databaseUrl: string, address: string): string {
  const path = join(folder, 'recon.yaml');
  writeFileSync(join(folder, 'database-url'), urlAsRole(databaseUrl, 'recon_worker'));
  writeFileSync(join(folder, 'smtp-url'), 'smtp://127.0.0.1:1');
  writeFileSync(
    path,
    `reportingCurrency: USD
database: file:database-url
temporal: { address: "${address}", namespace: default, taskQueue: ${TASK_QUEUE} }
accounts:
  - account: stripe/us
    zone: America/New_York
    startDate: 2026-01-01
    source: { kind: file, location: processor }
    internal: { kind: file, location: internal }
reports: { store: . }
notifications: { from: recon@example.com, transport: { kind: smtp, url: file:smtp-url }, routes: [{ to: [ops@example.com], from: low }] }
`,
  );
  return path;
}

/** On disk, as du counts. */
function megabytes(folder: string): number {
  const bytes = filesOf(folder).reduce((sum, file) => sum + lstatSync(file).blocks * 512, 0);
  return Math.round(bytes / 1_048_576);
}

function seconds(sinceMs: number): number {
  return round((performance.now() - sinceMs) / 1_000);
}
