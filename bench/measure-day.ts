// One account-day of N transactions from the emulated Stripe API to report and mail, in a process of its own. The stack is
// up before the clock starts. Prints one JSON line.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_ACCOUNTS } from '../client/demo-accounts.ts';
import { openDemoHouse } from '../client/demo-house.ts';
import { PRODUCTION_POLICY } from '../workflows/contracts.ts';
import type { reconcileAccountDay } from '../workflows/reconcile-account-day.ts';

const transactions = Number(process.argv[2]);
const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
try {
  const house = await openDemoHouse({
    folder,
    days: 1,
    transactionsPerDay: transactions,
    accounts: DEMO_ACCOUNTS.filter(({ account }) => account === 'stripe/us'),
    keepDatabase: false,
    nowMs: Date.now,
    onProgress: () => undefined,
    onPhase: () => undefined,
  });
  try {
    const [branch] = house.branches;
    if (branch === undefined) throw new Error('the bench has no account');
    const startedMs = performance.now();
    const result = await house.recon.temporal.workflow.execute<typeof reconcileAccountDay>('reconcileAccountDay', {
      args: [{ account: branch.account, date: branch.yesterday, trigger: 'manual', policy: PRODUCTION_POLICY }],
      taskQueue: 'recon',
      workflowId: 'bench-day',
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const mails = (await house.recon.stack.mailbox?.mails()) ?? [];
    if (!result.published || !result.delivered || mails.length === 0) throw new Error('no report or no mail');
    const rssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    process.stdout.write(
      `${JSON.stringify({ transactions, seconds: Math.round(seconds * 100) / 100, rowsPerSecond: Math.round(transactions / seconds), rssMb })}\n`,
    );
  } finally {
    await house.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
