// Sends what waits in the outbox, round after round as the hourly sweep does but without the hours between, until nothing
// waits, and says in one JSON line how long that took.
import { sql } from 'slonik';
import { z } from 'zod';
import { deliverOutbox } from '../activities/notify/deliver-outbox.ts';
import { createSmtpTransport } from '../activities/notify/smtp-transport.ts';
import { createDatabase } from '../sql/database.ts';
import { round } from './part.ts';

const LIMIT = 10_000;
const ROUNDS_MAX = 1_000;

const [url = '', smtpUrl = ''] = process.argv.slice(2);
const database = await createDatabase({ url, poolSizeMax: 2, applicationName: 'recon bench' });
const transport = createSmtpTransport({ url: smtpUrl });
// Notices name no report.
const store = { locate: (key: string) => key };
try {
  const startedMs = performance.now();
  let rounds = 0;
  while ((await count(sql.fragment`count(*) filter (where status = 'pending')`)) > 0) {
    if (rounds >= ROUNDS_MAX) throw new RangeError(`messages still wait after ${ROUNDS_MAX} rounds`);
    rounds += 1;
    await deliverOutbox({ database, store, transport, clock: Date.now, from: 'recon@example.com' }, { limit: LIMIT });
  }
  const seconds = round((performance.now() - startedMs) / 1_000);
  const tries = await count(sql.fragment`sum(attempts)`);
  process.stdout.write(`${JSON.stringify({ seconds, rounds, tries })}\n`);
} finally {
  await transport.close();
  await database.end();
}

async function count(what: ReturnType<typeof sql.fragment>): Promise<number> {
  const counted = z.object({ count: z.coerce.number() });
  return database.oneFirst(sql.type(counted)`select ${what} as count from notifications`);
}
