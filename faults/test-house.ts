// Servers, one database and a worker in this process, for the tests of workflows: each test opens companies of its own.
import type { DatabasePool } from 'slonik';
import { startAccountDay } from '../client/temporal/account-day.ts';
import type { ReconcileInput } from '../workflows/contracts.ts';
import { type CompanyOptions, openCompany, type TestCompany } from './test-company.ts';
import { startTestServers, TEST_POLICY, type TestServers } from './test-servers.ts';
import { startTestWorker, type TestWorker } from './test-worker.ts';

export interface TestHouse extends TestServers {
  readonly databaseUrl: string;
  readonly worker: TestWorker;
  readonly database: DatabasePool;
  open(options: Omit<CompanyOptions, 'databaseUrl'>): Promise<TestCompany>;
  /** Starts the workflow of a day as the client does, or joins the one under way. */
  startDay(day: Pick<ReconcileInput, 'account' | 'date'> & Partial<ReconcileInput>): ReturnType<typeof startAccountDay>;
}

export async function openTestHouse(): Promise<TestHouse> {
  const servers = await startTestServers();
  const stops: (() => Promise<void>)[] = [servers.stop];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const databaseUrl = await servers.newDatabase();
    const open = async (options: Omit<CompanyOptions, 'databaseUrl'>) => {
      const company = await openCompany(servers, { ...options, databaseUrl });
      stops.push(company.stop);
      return company;
    };
    const nobody = await open({ account: 'stripe/nobody', firstDate: '2026-01-01', days: 1 });
    const worker = await startTestWorker(servers, nobody);
    stops.push(worker.stop);
    return {
      ...servers,
      databaseUrl,
      worker,
      database: worker.database,
      open: async (options) => {
        const company = await open(options);
        worker.serve(company);
        return company;
      },
      startDay: (day) => startAccountDay(servers.access, { trigger: 'manual', policy: TEST_POLICY, ...day }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
