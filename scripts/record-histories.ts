// Records the golden histories of workflows/histories, which replay.test.ts holds the workflows to: run it again after every
// intended change of a workflow. Real servers, the sandbox's made-up company, and production's waiting times.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startBackfill } from '../client/temporal/backfill-workflow.ts';
import { fireSchedule } from '../faults/fire-schedule.ts';
import { until } from '../faults/observe.ts';
import { openTestHouse, type TestHouse } from '../faults/test-house.ts';
import { backfillProgress, pauseBackfill, resumeBackfill } from '../workflows/backfill.ts';
import { PRODUCTION_POLICY } from '../workflows/contracts.ts';

const FOLDER = fileURLToPath(new URL('../workflows/histories/', import.meta.url));
const MON = '2026-03-02';
const TUE = '2026-03-03';

const SITUATIONS: Readonly<Record<string, (house: TestHouse) => Promise<WorkflowHandle>>> = {
  'clean-day': async (house) => {
    const { account } = await house.open({ account: 'stripe/clean', firstDate: MON, days: 1, plant: false });
    return dayOf(house, account);
  },
  'failed-day': async (house) => {
    const stripeKey = 'rk_wrong';
    const { account } = await house.open({ account: 'stripe/failed', firstDate: MON, days: 1, stripeKey });
    return dayOf(house, account);
  },
  'cancelled-day': async (house) => {
    const faults = [{ on: 1, answer: { kind: 'hanging' } }] as const;
    const company = await house.open({ account: 'stripe/cancelled', firstDate: MON, days: 1, shard: '48h', faults });
    const handle = await dayOf(house, company.account);
    await until('the fetch to hang', async () => company.emulator.requests().length > 0 || undefined);
    await handle.cancel();
    return handle;
  },
  'daily-tick-of-two-days': async (house) => {
    const company = await house.open({ account: 'stripe/daily', firstDate: MON, days: 2, zone: 'Europe/Berlin' });
    const [from, to] = ['2026-03-04T03:00:00Z', '2026-03-04T03:00:00Z'] as const;
    const tickAt = await fireSchedule(house, [company], { from, to });
    return tickAt(from);
  },
  'paused-backfill': async (house) => {
    const { account } = await house.open({ account: 'stripe/backfill', firstDate: MON, days: 2, latencyMs: 200 });
    const input = { account, from: MON, to: TUE, force: false, policy: PRODUCTION_POLICY };
    const handle = await startBackfill(house.access, input);
    await until('the first day', async () => (await handle.query(backfillProgress)).current === MON || undefined);
    await handle.signal(pauseBackfill);
    await until(
      'the first day to end',
      async () => (await handle.query(backfillProgress)).current === null || undefined,
    );
    await handle.signal(resumeBackfill);
    return handle;
  },
};

async function dayOf(house: TestHouse, account: string): Promise<WorkflowHandle> {
  return (await house.startDay({ account, date: MON, policy: PRODUCTION_POLICY })).handle;
}

/** Who recorded it, on which machine and from which folder is nobody's business, and nothing to a replay. */
function anonymous(folder: string): (name: string, value: unknown) => unknown {
  return (name, value) => {
    if (/identity$/i.test(name)) return 'recorded';
    if (name === 'stackTrace') return '';
    if (name !== 'data' || typeof value !== 'string') return value;
    const payload = Buffer.from(value, 'base64').toString();
    return payload.includes(folder) ? Buffer.from(payload.replaceAll(folder, '/recorded')).toString('base64') : value;
  };
}

const house = await openTestHouse();
try {
  await mkdir(FOLDER, { recursive: true });
  for (const [name, record] of Object.entries(SITUATIONS)) {
    const handle = await record(house);
    await handle.result().catch(() => undefined);
    const history = JSON.parse(historyToJSON(await handle.fetchHistory()), anonymous(house.folder));
    await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(history, null, 1)}\n`);
    process.stdout.write(`${name}: ${history.events.length} events\n`);
  }
} finally {
  await house.stop();
}
