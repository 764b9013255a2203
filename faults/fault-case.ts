// One story of a fault: a database, a mailbox and a company of its own over the same world as every other story of the
// file, so that whatever happens to its workers, what is left can be compared with what an undisturbed day leaves.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type WorkflowHandle } from '@temporalio/client';
import type { DatabasePool } from 'slonik';
import { type ReconcileWorkflow, startAccountDay } from '../client/temporal/account-day.ts';
import type { TemporalAccess } from '../client/temporal/open-temporal.ts';
import { hostEnvironment } from '../local/host-environment.ts';
import { type Mailbox, startMailbox } from '../local/mailbox.ts';
import { createDatabase } from '../sql/database.ts';
import { temporalPlace } from '../worker/temporal-place.ts';
import type { RunResult } from '../workflows/contracts.ts';
import { accountDayWorkflowId } from '../workflows/workflow-ids.ts';
import { decidedBy, mailsAbout, reportsOf, runsOf } from './observe.ts';
import { type CompanyOptions, openCompany, type TestCompany } from './test-company.ts';
import { TEST_POLICY, type TestServers } from './test-servers.ts';
import { startWorkerProcess, type WorkerCode, type WorkerProcess } from './worker-process.ts';

/** What is left of a day: equal for two stories that end the same. */
export interface Leftover {
  readonly runs: readonly object[];
  readonly decided: readonly string[];
  readonly mails: readonly (string | undefined)[];
  readonly reports: Readonly<Record<string, readonly string[]>>;
}

export type DayHandle = WorkflowHandle<ReconcileWorkflow>;

export interface FaultCase {
  readonly company: TestCompany;
  readonly database: DatabasePool;
  readonly mailbox: Mailbox;
  readonly workflowId: string;
  startWorker(checkpoint?: string, code?: WorkerCode): WorkerProcess;
  startDay(): Promise<DayHandle>;
  /** The result of the day; where it does not come in time, the error says what everybody was doing. */
  finish(handle: DayHandle): Promise<RunResult>;
  leftover(): Promise<Leftover>;
  /** How many pages of one of Stripe's lists were asked for again, of the list with most: several are read side by side. */
  pagesReadAgain(): number;
  stop(): Promise<void>;
}

export const ACCOUNT = 'stripe/us';
export const DATE = '2026-03-02';
/** Some pages of Stripe's hundred rows, all in one slice. */
export const TRANSACTIONS = 620;
const SHARD = '48h';

/** Differs from run to run, so that over time the faults hit everywhere; printed, so that a failure can be repeated. */
export const SEED = Number(hostEnvironment().RECON_FAULT_SEED ?? randomInt(1_000_000));

export async function openFaultCase(servers: TestServers, options: Partial<CompanyOptions> = {}): Promise<FaultCase> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const databaseUrl = options.databaseUrl ?? (await servers.newDatabase());
    const name = new URL(databaseUrl).pathname.slice(1);
    const mailbox = await startMailbox({ dir: join(servers.folder, `${name}-mail`) });
    stops.push(() => mailbox.stop());
    const company = await openCompany(
      { ...servers, mailbox },
      {
        ...{ account: ACCOUNT, firstDate: DATE, days: 1, transactionsPerDay: TRANSACTIONS, shard: SHARD },
        ...{ seed: String(SEED), ...options, databaseUrl },
      },
    );
    stops.push(company.stop);
    const database = await createDatabase({ url: databaseUrl, poolSizeMax: 2, applicationName: 'recon fault test' });
    stops.push(() => database.end());
    const access = accessOf(servers, company);
    const day = { account: ACCOUNT, date: DATE };
    const workers: WorkerProcess[] = [];
    return {
      company,
      database,
      mailbox,
      workflowId: accountDayWorkflowId(ACCOUNT, DATE),
      startWorker: (checkpoint, code) => {
        const logFile = join(servers.folder, `${name}-worker-${workers.length + 1}.log`);
        const worker = startWorkerProcess({
          configFile: company.configFile,
          logFile,
          ...(checkpoint === undefined ? {} : { checkpoint }),
          ...(code === undefined ? {} : { code }),
        });
        stops.push(() => worker.stop());
        workers.push(worker);
        return worker;
      },
      startDay: async () => (await startAccountDay(access, { ...day, trigger: 'manual', policy: TEST_POLICY })).handle,
      finish: (handle) => finish(handle, workers),
      leftover: async () => ({
        runs: (await runsOf(database, day)).map(({ run_id: _generated, ...run }) => run),
        decided: await decidedBy(database, ACCOUNT),
        mails: (await mailsAbout(mailbox, day)).map(({ subject }) => subject),
        reports: await reportsOf(company, DATE),
      }),
      pagesReadAgain: () => {
        const asked = company.emulator.requests();
        const lists = Map.groupBy(asked, ({ path, query }) => {
          const list = new URLSearchParams(query);
          list.delete('starting_after');
          return `${path}?${list}`;
        });
        const again = [...lists.values()].map(
          (pages) => pages.length - new Set(pages.map(({ query }) => String(query))).size,
        );
        return Math.max(...again);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As its configuration says: with a codec where there is one. */
function accessOf({ access }: TestServers, { config }: TestCompany): TemporalAccess {
  const { namespace, connection } = access;
  const { dataConverter } = temporalPlace(config.temporal, {});
  if (dataConverter === undefined) return access;
  return { ...access, client: new Client({ connection, namespace, dataConverter }) };
}

// Below the time a test has, so that this says why and not jest that. Above two minutes: what was handed to a worker just as it left
// comes again when its time is over (workflows/activity-options.ts).
const FINISH_TIMEOUT_MS = 150_000;
const LOG_TAIL_CHARS = 3_000;

async function finish(handle: DayHandle, workers: readonly WorkerProcess[]): Promise<RunResult> {
  const late = new AbortController();
  try {
    const timeout = delay(FINISH_TIMEOUT_MS, undefined, { signal: late.signal });
    const ended = await Promise.race([handle.result(), timeout]);
    if (ended !== undefined) return ended;
  } finally {
    late.abort();
  }
  const { status, raw } = await handle.describe();
  const pending = raw.pendingActivities?.map(({ activityType, attempt, lastFailure }) =>
    [activityType?.name, `attempt ${attempt}`, lastFailure?.message ?? ''].join(' '),
  );
  const said = workers.map(async (worker) => {
    const exit = worker.exit();
    const state = exit === undefined ? 'runs' : `ended (${exit.signal ?? exit.code})`;
    return `worker ${worker.pid} ${state}: ${(await worker.log()).slice(-LOG_TAIL_CHARS)}`;
  });
  const lines = [`${handle.workflowId} is still ${status.name}`, ...(pending ?? []), ...(await Promise.all(said))];
  throw new Error(lines.join('\n'));
}
