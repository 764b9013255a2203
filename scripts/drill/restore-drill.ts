// The drill: a cluster that archives its log, days that really run, a base backup while one of them runs, a restore point, a day after
// it, a crash; then another cluster from backup and archive, rolled forward to the point, and everything held against what was there.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { restoreBaseBackup, takeBaseBackup } from '../../local/base-backup.ts';
import { pollUntil } from '../../local/poll-until.ts';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { migrate } from '../../sql/migrate.ts';
import { urlAsRole } from '../../sql/url-as-role.ts';
import { type Check, replay, verifyAudit, verifyOldCopy } from './check-restored.ts';
import {
  type DrillCompany,
  type DrilledRun,
  openDrillCompany,
  runDrillDay,
  writeDrillConfig,
} from './drill-company.ts';

export interface DrillOptions {
  /** Everything of the drill; the caller removes it. */
  readonly folder: string;
  readonly transactionsPerDay: number;
  readonly onProgress: (line: string) => void;
  /** Does harm to the backup or the archive before it is needed: a drill that cannot fail proves nothing. */
  readonly disturb?: (lost: { readonly backupDir: string; readonly archiveDir: string }) => Promise<void>;
}

export interface DrillResult {
  readonly backup: { readonly files: number; readonly bytes: number; readonly ms: number };
  /** From the empty folder until the restored server answered. */
  readonly restoreMs: number;
  readonly checks: readonly Check[];
}

const TARGET = 'drill';
const ARCHIVED_TIMEOUT_MS = 60_000;

export async function restoreDrill(options: DrillOptions): Promise<DrillResult> {
  const { folder, onProgress, transactionsPerDay } = options;
  const places = placesIn(folder);
  const company = await openDrillCompany(folder, { days: 4, transactionsPerDay });
  const lost = await loseDatabase(company, places, onProgress);
  await options.disturb?.(places);
  onProgress('another cluster is restored from backup and log');
  const startedMs = performance.now();
  await restoreBaseBackup({
    backup: lost.backup,
    archiveDir: places.archiveDir,
    target: TARGET,
    dataDir: places.restoredDir,
  });
  const restored = await startPostgres({ dataDir: places.restoredDir, durable: true });
  const restoreMs = performance.now() - startedMs;
  try {
    onProgress('what was restored is verified');
    const { files, bytes, ms } = lost.backup;
    return { backup: { files, bytes, ms }, restoreMs, checks: await checkAll(company, restored, lost) };
  } finally {
    await restored.stop();
  }
}

type Places = ReturnType<typeof placesIn>;

function placesIn(folder: string) {
  const at = (name: string) => join(folder, name);
  return { archiveDir: at('archive'), backupDir: at('backup'), lostDir: at('lost'), restoredDir: at('restored') };
}

interface Lost {
  /** Up to the restore point. */
  readonly runs: readonly DrilledRun[];
  /** After it. */
  readonly lostRun: DrilledRun;
  readonly backup: DrillResult['backup'] & { readonly folder: string };
}

async function loseDatabase(company: DrillCompany, places: Places, onProgress: (line: string) => void): Promise<Lost> {
  const lost = await startPostgres({ dataDir: places.lostDir, durable: true, archiveDir: places.archiveDir });
  try {
    await migrate(lost.url);
    const configFile = await writeDrillConfig(company, 'lost', { databaseUrl: lost.url, evidence: 'evidence' });
    const runDay = async (day: number) => {
      await company.deliver(day);
      return runDrillDay(configFile, day);
    };
    onProgress('a day runs');
    const first = await runDay(0);
    onProgress('a base backup is taken while the next day runs');
    const startedMs = performance.now();
    const taken = takeBaseBackup(lost.adminUrl, places.lostDir, places.backupDir);
    const [backup, second] = await Promise.all([taken, runDay(1)]);
    const backupMs = performance.now() - startedMs;
    const third = await runDay(2);
    await query(lost, `select pg_create_restore_point('${TARGET}')`);
    await cp(join(company.folder, 'evidence'), join(company.folder, 'evidence-at-target'), { recursive: true });
    onProgress('a day runs after the restore point, and the server crashes');
    const lostRun = await runDay(3);
    await logIsArchived(lost);
    return { runs: [first, second, third], lostRun, backup: { ...backup, ms: backupMs } };
  } finally {
    await lost.kill();
  }
}

async function checkAll(company: DrillCompany, server: LocalPostgres, { runs, lostRun }: Lost): Promise<Check[]> {
  const auditorUrl = urlAsRole(server.url, 'recon_auditor');
  const configOver = (name: string, evidence: string) =>
    writeDrillConfig(company, name, { databaseUrl: server.url, evidence });
  const asOfThen = { configFile: await configOver('restored', 'evidence-at-target'), auditorUrl };
  const newest = { configFile: await configOver('restored-late', 'evidence'), auditorUrl };
  const checks = [await sameRuns(server, runs), await verifyAudit(asOfThen)];
  for (const { run } of runs) checks.push(await replay(asOfThen, run));
  checks.push(await verifyOldCopy(newest));
  return [...checks, await goesOn(await configOver('goes-on', 'evidence-after-restore'), lostRun)];
}

/** Just the runs up to the restore point, with the results that they had. */
async function sameRuns(server: LocalPostgres, expected: readonly DrilledRun[]): Promise<Check> {
  const startedMs = performance.now();
  const rows = await query<DrilledRun>(
    server,
    `select account || '/' || run_date || '#' || run_number as run, result_digest as "resultDigest"
     from reconciliation_runs order by run_id`,
  );
  const said = [rows, expected].map((runs) => runs.map(({ run, resultDigest }) => `${run} ${resultDigest}`).join(', '));
  const ok = said[0] === said[1];
  const what = `the ${expected.length} runs up to the restore point are there, and none after it`;
  return { what, ok, said: ok ? '' : `found ${said[0]}; expected ${said[1]}`, ms: performance.now() - startedMs };
}

/** The day that was lost runs again, with anchors that begin anew (docs/audit.md), and comes to what it had come to. */
async function goesOn(configFile: string, lostRun: DrilledRun): Promise<Check> {
  const startedMs = performance.now();
  const { run, resultDigest } = await runDrillDay(configFile, 3);
  const ok = run === lostRun.run && resultDigest === lostRun.resultDigest;
  const said = ok ? '' : `found ${run} ${resultDigest}; expected ${lostRun.run} ${lostRun.resultDigest}`;
  return {
    what: `${lostRun.run}, which was lost, ran again to the same result`,
    ok,
    said,
    ms: performance.now() - startedMs,
  };
}

async function logIsArchived(server: LocalPostgres): Promise<void> {
  const [switched] = await query<{ file: string }>(server, 'select pg_walfile_name(pg_switch_wal()) as file');
  await pollUntil({
    what: 'the end of the log to be archived',
    timeoutMs: ARCHIVED_TIMEOUT_MS,
    intervalMs: 50,
    check: async () => {
      const [row] = await query<{ last: string | null }>(
        server,
        'select last_archived_wal as last from pg_stat_archiver',
      );
      return (row?.last ?? '') >= (switched?.file ?? '') || undefined;
    },
  });
}

async function query<Row extends object>({ url }: LocalPostgres, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url, application_name: 'recon drill' });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
