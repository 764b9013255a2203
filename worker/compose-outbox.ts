// Binds reports, mails and hooks to the configured store, transport and routes.
import type { DatabasePool } from 'slonik';
import { sql } from 'slonik';
import { auditMessageSent } from '../activities/audit/delivery-events.ts';
import { auditRunEnded, readAuditedRun } from '../activities/audit/run-events.ts';
import { DeliveryDeferred } from '../activities/errors.ts';
import type { Outbox } from '../activities/index.ts';
import { type AlertSteps, createAlertSteps } from '../activities/notify/alert-steps.ts';
import { deliverOutbox } from '../activities/notify/deliver-outbox.ts';
import { enqueueNotifications } from '../activities/notify/enqueue-notifications.ts';
import type { MailTransport } from '../activities/notify/mail-transport.ts';
import { createSesTransport } from '../activities/notify/ses-transport.ts';
import { createSmtpTransport } from '../activities/notify/smtp-transport.ts';
import type { ObjectStore } from '../activities/report/object-store.ts';
import { openStore } from '../activities/report/open-store.ts';
import { publishReport } from '../activities/report/publish-report.ts';
import { composeHooks } from './compose-hooks.ts';
import type { ReconConfig } from './config.ts';
import { storePlace } from './store-place.ts';

// More than any run has; a sweep takes the rest in its next round.
const MAILS_PER_DELIVERY_MAX = 500;

export function composeStore(config: ReconConfig): ObjectStore {
  const { address, s3 } = storePlace(config.folder, config.reports);
  return openStore(address, s3);
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
): Outbox & { alerts: AlertSteps; close: () => Promise<void> } {
  const store = composeStore(config);
  const transport = composeTransport(config);
  const { routes, from, baseUrl, escalation } = config.notifications;
  const publish = (runId: bigint) => publishReport({ database, store }, { runId });
  const deps = {
    ...{ database, store, transport, from, clock: nowMs, hooks: composeHooks(config, nowMs), onSent: auditMessageSent },
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
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
    publish,
    alerts: createAlertSteps({ ...deps, routes, escalation, accounts: config.accounts, publish }),
    deliver: async (runId) => {
      const counts = await deliverOutbox(deps, { runId, limit: MAILS_PER_DELIVERY_MAX });
      if (counts.deferred > 0) throw new DeliveryDeferred(counts.deferred);
      return { sent: counts.delivered, failed: counts.failed };
    },
    close: () => transport.close(),
  };
}
