// Makes the next key of the codec where the keys are kept. The audit log has it; no key is ever shown.
import { dirname, resolve } from 'node:path';
import type { DatabasePool } from 'slonik';
import { appendEvent, SYSTEM_CHAIN } from '../../activities/audit/append-event.ts';
import { newRing, ringText } from '../../worker/codec/new-ring.ts';
import type { Handler } from '../action.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { ringPlace } from './ring-place.ts';

export interface RotateOptions {
  readonly keys: string;
  readonly kms?: string;
  readonly namespace: string;
  readonly region?: string;
  readonly endpoint?: string;
}

export const rotate: Handler<RotateOptions> = async ({ io, options, context, output }) => {
  const { keys, kms, namespace, region, endpoint } = options;
  const aws = { region, endpoint };
  const place = ringPlace(keys, dirname(resolve(context.configPath)), aws);
  const database = await auditDatabase(context);
  const before = await place.read();
  const ring = await newRing(before?.trim() === '' ? undefined : before, {
    ...{ namespace, nowMs: io.nowMs() },
    ...(kms === undefined ? {} : { kms: { key: kms, ...aws } }),
  });
  await place.write(ringText(ring));
  const ids = Object.keys(ring.keys);
  const isAudited = database !== undefined;
  if (database !== undefined) {
    const body = { event: 'codec_key_rotated', key: ring.current, wrappedBy: kms ?? 'nobody', keys: ids.length };
    await appendEvent(database, { chain: SYSTEM_CHAIN, key: `codec/key/${ring.current}`, body });
  } else {
    output.note('This first key is not in the audit log, as the configuration cannot be used before there is one.');
  }
  output.result({ current: ring.current, keys: ids, audited: isAudited }, () =>
    [`${ring.current} encrypts from now on.`, `Old keys that still decrypt: ${ids.length - 1}`].join('\n'),
  );
  return EXIT.clean;
};

/** Opened before anything is changed. undefined where there is no configuration: it needs the first key to be one. */
async function auditDatabase(context: Context): Promise<DatabasePool | undefined> {
  const config = await context.config().catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ConfigInvalid') return undefined;
    throw error;
  });
  return config === undefined ? undefined : context.database();
}
