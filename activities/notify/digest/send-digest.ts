// Tells the routes that take the digest how a zone's day stands. Idempotent by (zone, nominal time, part, audience): told again
// after a crash, it is the message that was put in first.
import type { DatabasePool } from 'slonik';
import { addDays, type BusinessDate, businessDateAt } from '../../../domain/business-date.ts';
import { DeliveryDeferred } from '../../errors.ts';
import { inSnapshot } from '../../report/read-report.ts';
import { type DeliverDeps, deliverOutbox } from '../deliver-outbox.ts';
import { enqueueNotice } from '../enqueue-notice.ts';
import { audiencesOf, type Route } from '../route.ts';
import { composeDigest, type DigestPart } from './compose-digest.ts';
import { readZoneStanding } from './read-zone-standing.ts';

export interface DigestAccount {
  readonly account: string;
  readonly zone: string;
  readonly startDate: BusinessDate;
  readonly reportingCurrency: string;
}

export interface DigestDeps extends DeliverDeps {
  readonly database: DatabasePool;
  readonly routes: readonly Route[];
  readonly accounts: readonly DigestAccount[];
}

export interface DigestInput {
  readonly zone: string;
  /** Of the schedule's tick, ISO: the digest is about the day before it. */
  readonly nominalTime: string;
  readonly part: DigestPart;
}

export interface DigestSent {
  readonly sent: number;
  readonly waiting: readonly string[];
}

/** @throws DeliveryDeferred while somebody cannot be reached. */
export async function sendDigest(deps: DigestDeps, { zone, nominalTime, part }: DigestInput): Promise<DigestSent> {
  const date = addDays(businessDateAt(Date.parse(nominalTime), zone), -1);
  const accounts = deps.accounts.filter((account) => account.zone === zone && account.startDate <= date);
  const audiences = audiencesOf(deps.routes.filter(({ digest }) => digest === true || digest === 'only'));
  if (accounts.length === 0 || audiences.length === 0) return { sent: 0, waiting: [] };
  const standings = await inSnapshot(deps.database, (snapshot) => readZoneStanding(snapshot, accounts, date));
  const { kind, severity, notice, waiting } = composeDigest({ zone, date, part, standings });
  // Keyed by what it is for, not by what it found: asked again later, it may find something else.
  const dedupeKeys = await enqueueNotice(
    deps.database,
    { kind, key: `${part}/${zone}/${nominalTime}`, severity, notice },
    audiences,
  );
  const { delivered, deferred } = await deliverOutbox(deps, { dedupeKeys, limit: dedupeKeys.length });
  if (deferred > 0) throw new DeliveryDeferred(deferred);
  return { sent: delivered, waiting };
}
