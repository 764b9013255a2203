// Binds reports and mail to the configured store, transport and routes.

import { resolve } from 'node:path';
import type { DatabasePool } from 'slonik';
import { sql } from 'slonik';
import { anchorChain } from '../activities/audit/anchor-chain.ts';
import { SYSTEM_CHAIN } from '../activities/audit/append-event.ts';
import { auditMessageSent } from '../activities/audit/delivery-events.ts';
import { auditRunEnded, readAuditedRun } from '../activities/audit/run-events.ts';
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
import { composeAnchors } from './compose-anchors.ts';
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
  const anchors = composeAnchors(config, nowMs);
  const { routes: configured, from } = config.notifications;
  const routes = configured.map(({ digest, ...route }) => (digest === undefined ? route : { ...route, digest }));
  return {
    enqueueRun: async (connection, runId) => {
      await enqueueNotifications(connection, { kind: 'run_completed', runId }, routes);
    },
    failRun: ({ runId, cancelled, step, message }) =>
      database.transaction(async (connection) => {
        const id = BigInt(runId);
        const status = cancelled ? 'cancelled' : 'failed';
        const closed = await connection.query(sql.unsafe`
          update reconciliation_runs
          set status = ${status}, error = ${message}, finished_at = ${new Date(nowMs()).toISOString()}::timestamptz
          where run_id = ${id} and status = 'running'`);
        if (closed.rowCount === 0) return;
        if (!cancelled) {
          await enqueueNotifications(connection, { kind: 'run_failed', runId: id, step, severity: 'high' }, routes);
        }
        await auditRunEnded(connection, await readAuditedRun(connection, id), { status, step, error: message });
      }),
    publish: (runId) => publishReport({ database, store }, { runId }),
    deliver: async (runId) => {
      const deps = { database, store, transport, clock: nowMs, from, onSent: auditMessageSent };
      const counts = await deliverOutbox(deps, { runId, limit: MAILS_PER_DELIVERY_MAX });
      // What the run came to, and that it was told, is kept outside before anybody relies on it.
      if (anchors !== null) {
        const { account } = await readAuditedRun(database, runId);
        for (const chain of [account, SYSTEM_CHAIN]) await anchorChain({ database, store: anchors, nowMs }, chain);
      }
      if (counts.deferred > 0) throw new DeliveryDeferred(counts.deferred);
      return { sent: counts.delivered, failed: counts.failed };
    },
    close: () => transport.close(),
  };
}
