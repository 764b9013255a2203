// Tells the routes that take the digest how a zone's day stands. Idempotent by (zone, nominal time, part, audience): told again
// after a crash, it is the message that was put in first.

import { hash } from 'node:crypto';
import type { DatabasePool } from 'slonik';
import { addDays, type BusinessDate, businessDateAt } from '../../../domain/business-date.ts';
import { SYSTEM_CHAIN } from '../../audit/append-event.ts';
import { type ChainHead, readHeads } from '../../audit/read-heads.ts';
import { DeliveryDeferred } from '../../errors.ts';
import type { Digest } from '../../report/digest/digest.ts';
import type { DigestPart } from '../../report/digest/digest-standing.ts';
import { readDigest } from '../../report/digest/read-digest.ts';
import { renderDigestHtml } from '../../report/digest/render-digest.ts';
import { type ObjectStore, StoreUnavailable } from '../../report/object-store.ts';
import { inSnapshot } from '../../report/read-report.ts';
import { CONTENT_TYPES, digestKey, reportFileKey, reportUrl } from '../../report/report-files.ts';
import { type DeliverDeps, deliverOutbox } from '../deliver-outbox.ts';
import { enqueueNotice } from '../enqueue-notice.ts';
import { audiencesOf, type Route } from '../route.ts';
import { composeDigest } from './compose-digest.ts';

export interface DigestAccount {
  readonly account: string;
  readonly zone: string;
  readonly startDate: BusinessDate;
}

export interface DigestDeps extends DeliverDeps {
  readonly database: DatabasePool;
  /** The page is kept beside the reports where there are links to them. */
  readonly store: Pick<ObjectStore, 'locate' | 'put'>;
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
  const names = accounts.map(({ account }) => account);
  const { baseUrl } = deps;
  const addressOf = (key: string) => (baseUrl === undefined ? null : reportUrl(baseUrl, reportFileKey(key, 'html')));
  const { digest, heads } = await inSnapshot(deps.database, async (snapshot) => ({
    digest: await readDigest(snapshot, { zone, date, accounts: names, addressOf }),
    heads: await readHeads(snapshot, [...names, SYSTEM_CHAIN]),
  }));
  const { kind, severity, notice, waiting } = composeDigest(digest, part);
  const link = baseUrl === undefined ? null : await publishPage(deps.store, baseUrl, digest);
  // Keyed by what it is for, not by what it found: asked again later, it may find something else.
  const dedupeKeys = await enqueueNotice(
    deps.database,
    { kind, key: `${part}/${zone}/${nominalTime}`, severity, notice: { ...notice, heads: heads.map(headWords), link } },
    audiences,
  );
  const { delivered, deferred } = await deliverOutbox(deps, { dedupeKeys, limit: dedupeKeys.length });
  if (deferred > 0) throw new DeliveryDeferred(deferred);
  return { sent: delivered, waiting };
}

/** Idempotent by content: told again after a crash, what it finds may have changed, and the page that was linked first stays. */
async function publishPage(store: DigestDeps['store'], baseUrl: string, digest: Digest): Promise<string | null> {
  const html = renderDigestHtml(digest);
  const sha256 = hash('sha256', html, 'hex');
  const key = digestKey(digest, sha256);
  try {
    await store.put(key, Buffer.from(html), { contentType: CONTENT_TYPES.html, sha256 });
  } catch (error) {
    // The message says everything without the page, and names the command that makes it.
    if (error instanceof StoreUnavailable) return null;
    throw error;
  }
  return reportUrl(baseUrl, key);
}

// Enough to tell one history from another, and to find the row by.
const HASH_CHARS_SHOWN = 12;

function headWords({ chain, seq, hash }: ChainHead): string {
  return `Audit chain ${chain}: row ${seq}, ${hash.slice(0, HASH_CHARS_SHOWN)}…`;
}
