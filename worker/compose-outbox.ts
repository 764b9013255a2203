// Binds reports and mail to the configured store, transport and routes.

import { resolve } from 'node:path';
import type { DatabasePool } from 'slonik';
import { sql } from 'slonik';
import { DeliveryDeferred } from '../activities/errors.ts';
import type { Outbox } from '../activities/index.ts';
import { deliverOutbox } from '../activities/notify/deliver-outbox.ts';
import { enqueueNotifications } from '../activities/notify/enqueue-notifications.ts';
import type { MailTransport } from '../activities/notify/mail-transport.ts';
import { createSesTransport } from '../activities/notify/ses-transport.ts';
import { createSmtpTransport } from '../activities/notify/smtp-transport.ts';
import type { ObjectStore } from '../activities/report/object-store.ts';
import { openStore } from '../activities/report/open-store.ts';
import { publishReport } from '../activities/report/publish-report.ts';
import type { ReconConfig } from './config.ts';

// More than any run has; a sweep takes the rest in its next round.
const MAILS_PER_DELIVERY_MAX = 500;

export function composeStore(config: ReconConfig): ObjectStore {
  const { store, region, endpoint } = config.reports;
  const address = store.includes('://') ? store : resolve(config.folder, store);
  return openStore(address, {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
}

export function composeTransport(config: ReconConfig): MailTransport {
  const { transport } = config.notifications;
  if (transport.kind === 'smtp') return createSmtpTransport({ url: transport.url.reveal() });
  const { region, endpoint } = transport;
  return createSesTransport({ region, ...(endpoint === undefined ? {} : { endpoint }) });
}

export function composeOutbox(
  config: ReconConfig,
  database: DatabasePool,
  nowMs: () => number,
): Outbox & { close: () => Promise<void> } {
  const store = composeStore(config);
  const transport = composeTransport(config);
  const { routes: configured, from } = config.notifications;
  const routes = configured.map(({ digest, ...route }) => (digest === undefined ? route : { ...route, digest }));
  return {
    enqueueRun: async (connection, runId) => {
      await enqueueNotifications(connection, { kind: 'run_completed', runId }, routes);
    },
    failRun: ({ runId, cancelled, step, message }) =>
      database.transaction(async (connection) => {
        const closed = await connection.query(sql.unsafe`
          update reconciliation_runs
          set status = ${cancelled ? 'cancelled' : 'failed'}, error = ${message}, finished_at = ${new Date(nowMs()).toISOString()}::timestamptz
          where run_id = ${BigInt(runId)} and status = 'running'`);
        if (closed.rowCount === 0 || cancelled) return;
        await enqueueNotifications(
          connection,
          { kind: 'run_failed', runId: BigInt(runId), step, severity: 'high' },
          routes,
        );
      }),
    publish: (runId) => publishReport({ database, store }, { runId }),
    deliver: async (runId) => {
      const deps = { database, store, transport, clock: nowMs, from };
      const counts = await deliverOutbox(deps, { runId, limit: MAILS_PER_DELIVERY_MAX });
      if (counts.deferred > 0) throw new DeliveryDeferred(counts.deferred);
      return { sent: counts.delivered, failed: counts.failed };
    },
    close: () => transport.close(),
  };
}
