// Row 22 of the fault table: the key of the codec is rotated, then removed. What was encrypted before still opens; a key that is
// missing is named, by worker and client, and the day goes on when it is back.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { readableHistory } from '../activities/evidence/readable-history.ts';
import { readSeal } from '../activities/evidence/seal-evidence.ts';
import { processIo } from '../client/client-io.ts';
import { openCodecServer } from '../client/codec/serve.ts';
import { createContext } from '../client/context.ts';
import { codecOf } from '../worker/codec/data-converter.ts';
import type { EncryptingCodec } from '../worker/codec/encrypting-codec.ts';
import { parseKeyRing } from '../worker/codec/key-ring.ts';
import { newRing, ringText } from '../worker/codec/new-ring.ts';
import { loadConfig } from '../worker/config.ts';
import type { dailyReconciliation } from '../workflows/daily-reconciliation.ts';
import { CODEC_KEYS, CODEC_TOKEN } from './company.ts';
import { type DayHandle, type FaultCase, type Leftover, openFaultCase } from './fault-case.ts';
import { failureOf, runsOf, until } from './observe.ts';
import { showHistory } from './temporal-cli.ts';
import { startTestServers, TEST_POLICY, type TestServers } from './test-servers.ts';
import { undisturbedDay } from './undisturbed.ts';

let servers: TestServers;
let undisturbed: Leftover;
let story: FaultCase | undefined;
beforeAll(async () => {
  servers = await startTestServers();
  undisturbed = await undisturbedDay(servers);
});
afterEach(() => story?.stop());
afterAll(() => servers?.stop());

const making = { namespace: 'default', nowMs: Date.now() };

async function openWithCodec(): Promise<FaultCase> {
  const keys = ringText(await newRing(undefined, making));
  return openFaultCase(servers, { codecKeys: keys });
}

function keyFile({ company }: FaultCase): string {
  return join(dirname(company.configFile), 'secrets', CODEC_KEYS);
}

async function keep(path: string, ring: string): Promise<void> {
  await writeFile(`${path}.new`, ring);
  await rename(`${path}.new`, path);
}

/** As Temporal keeps it: which keys encrypted, and everything that is not encrypted. */
async function kept(handle: DayHandle) {
  const text = JSON.stringify(encodedParts(JSON.parse(historyToJSON(await handle.fetchHistory()))));
  return { text, keys: metadataOf(text, 'encryption-key-id'), encodings: metadataOf(text, 'encoding') };
}

function metadataOf(text: string, name: string): string[] {
  const found = [...text.matchAll(new RegExp(`"${name}":"([^"]+)"`, 'g'))];
  return [...new Set(found.map(([, value = '']) => Buffer.from(value, 'base64').toString()))].sort();
}

// Search attributes are for searching; names of patches are markers of the SDK's core. No codec is asked about either.
const NOT_ENCODED: ReadonlySet<string> = new Set(['searchAttributes', 'markerRecordedEventAttributes']);

function encodedParts(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(encodedParts);
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).filter(([name]) => !NOT_ENCODED.has(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, encodedParts(inner)]));
}

/** As somebody has it who starts now. */
async function codecNow({ company }: FaultCase): Promise<EncryptingCodec> {
  const { codec, namespace } = (await loadConfig(company.configFile, {})).temporal;
  if (codec === undefined) throw new TypeError('the company has no codec');
  return codecOf(codec, namespace);
}

async function readNow(open: FaultCase, handle: DayHandle) {
  const { connection, namespace } = servers.access;
  const client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [await codecNow(open)] } });
  return readableHistory(await handle.fetchHistory(), client.options.loadedDataConverter);
}

/** What the payloads of a history say that the temporal command shows. */
async function shown(handle: DayHandle, codec: readonly string[] = []): Promise<string> {
  const text = await showHistory(servers, handle, codec);
  return [...text.matchAll(/"data": ?"([^"]*)"/g)].map(([, data = '']) => Buffer.from(data, 'base64')).join('\n');
}

async function throughServer<T>({ company }: FaultCase, work: (url: string) => Promise<T>): Promise<T> {
  const io = { ...processIo(process), environment: { RECON_CONFIG: company.configFile } };
  const context = createContext(io, {});
  const server = await openCodecServer(context, { host: '127.0.0.1', port: 0 }, () => undefined);
  try {
    return await work(server.url);
  } finally {
    await server.close();
    await context.close();
  }
}

test('row 22: a key is rotated in the middle of a day; both halves open, and the day is the same', async () => {
  story = await openWithCodec();
  const path = keyFile(story);
  const before = await readFile(path, 'utf8');
  const worker = story.startWorker('before_gate:1:stop');
  const handle = await story.startDay();
  await worker.stoodStill();
  const rotated = await newRing(before, making);
  await keep(path, ringText(rotated));
  await worker.stop();
  story.startWorker();
  await story.finish(handle);
  expect(await story.leftover()).toEqual(undisturbed);

  const { text, keys, encodings } = await kept(handle);
  expect(keys).toEqual(Object.keys(rotated.keys).sort());
  expect(encodings).toEqual(['binary/encrypted']);
  expect(text).not.toContain('resultDigest');
  const [run] = await runsOf(story.database, { account: 'stripe/us', date: '2026-03-02' });
  const seal = await readSeal(story.database, run?.run_id ?? 0n);
  const sealed = await readFile(join(seal?.location ?? '', 'history.json'), 'utf8');
  expect(sealed).toContain('resultDigest');
  expect(sealed).not.toContain('encryption-key-id');
  // Temporal's own command, through the codec server.
  expect(await shown(handle)).not.toContain('resultDigest');
  const codec = (url: string) => ['--codec-endpoint', url, '--codec-auth', `Bearer ${CODEC_TOKEN}`];
  expect(await throughServer(story, (url) => shown(handle, codec(url)))).toContain('resultDigest');
});

test('row 22: a key is removed; it is named, nothing fails for good, and back again the day is the same', async () => {
  story = await openWithCodec();
  const path = keyFile(story);
  const before = await readFile(path, 'utf8');
  const { current: lost } = parseKeyRing(before);
  const worker = story.startWorker('before_gate:1:stop');
  const handle = await story.startDay();
  await worker.stoodStill();
  await worker.stop();
  const { keys, ...rotated } = await newRing(before, making);
  const { [lost]: _lost, ...left } = keys;
  await keep(path, ringText({ ...rotated, keys: left }));

  const without = story.startWorker();
  await until(
    'the worker to name the key',
    async () => (await without.log()).includes(`no key \\"${lost}\\"`) || undefined,
  );
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await expect(readNow(story, handle)).rejects.toMatchObject({
    name: 'CodecKeyUnknown',
    keyId: lost,
  });
  // The type of the failure can be read by anybody, its message only with a key.
  const failure = await until('the step to fail for now', async () => {
    const { raw } = await handle.describe();
    const { lastFailure } = raw.pendingActivities?.[0] ?? {};
    return lastFailure?.applicationFailureInfo?.type === 'CodecKeyUnknown' ? lastFailure : undefined;
  });
  expect(failure).toMatchObject({ message: 'Encoded failure', applicationFailureInfo: { nonRetryable: false } });
  const [opened] = await (await codecNow(story)).decode([failure.encodedAttributes ?? {}]);
  expect(Buffer.from(opened?.data ?? []).toString()).toContain(lost);

  await keep(path, ringText({ ...rotated, keys }));
  await story.finish(handle);
  expect(await story.leftover()).toEqual(undisturbed);
});

test('a day that fails says in Temporal what kind of failure it is, and only to those with a key what it says', async () => {
  const codecKeys = ringText(await newRing(undefined, making));
  story = await openFaultCase(servers, { codecKeys, stripeKey: 'rk_test_of_yesterday_0123456789' });
  story.startWorker();
  const handle = await story.startDay();
  const failure = await failureOf(handle.result());
  expect(failure).toMatchObject({ type: 'AuthRejected', message: expect.stringContaining('does not accept the key') });
  const { text, encodings } = await kept(handle);
  expect(encodings).toEqual(['binary/encrypted']);
  expect(text).toContain('"type":"AuthRejected"');
  expect(text).not.toMatch(/does not accept|restricted key|activities\/fetch/);
  // What a workflow itself throws is encoded in its sandbox.
  const daily = await handle.client.start<typeof dailyReconciliation>('dailyReconciliation', {
    ...{
      args: [{ zone: 'UTC', policy: TEST_POLICY }],
      taskQueue: servers.access.taskQueue,
      workflowId: 'daily-by-hand',
    },
  });
  expect(await failureOf(daily.result())).toMatchObject({ message: expect.stringContaining('neither by a schedule') });
  const ofDaily = historyToJSON(await daily.fetchHistory());
  expect(ofDaily).toContain('MissingNominalTime');
  expect(ofDaily).not.toContain('neither by a schedule');
});
