// What the codec costs a payload: the payloads of the stored histories, each encrypted and opened again, beside the conversion to JSON
// and back that every payload pays anyway.
import { readdir, readFile } from 'node:fs/promises';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { EncryptingCodec } from '../worker/codec/encrypting-codec.ts';
import { KeyRing } from '../worker/codec/key-ring.ts';
import { newRing, ringText } from '../worker/codec/new-ring.ts';
import { type BenchOptions, round } from './part.ts';

const HISTORIES = new URL('../workflows/histories/', import.meta.url);
const TIMES = 400;
const TIMES_QUICK = 20;
const NAMESPACE = 'recon';
const MICROSECONDS = 1_000;

export async function benchCodec({ quick, say }: BenchOptions): Promise<object> {
  const payloads = await storedPayloads();
  const ring = ringText(await newRing(undefined, { namespace: NAMESPACE, nowMs: Date.now() }));
  const unwrap = async () => {
    throw new TypeError('its key is kept plain');
  };
  const codec = new EncryptingCodec(new KeyRing({ read: async () => ring, unwrap }), NAMESPACE);
  const values = payloads.map((payload) => defaultPayloadConverter.fromPayload(payload));
  const kept = await codec.encode(payloads);
  const times = quick ? TIMES_QUICK : TIMES;
  const per = async (work: () => unknown) => {
    // Once before, so that it is compiled.
    for (let time = 0; time < TIMES_QUICK; time += 1) await work();
    const startedMs = performance.now();
    for (let time = 0; time < times; time += 1) await work();
    return round(((performance.now() - startedMs) * MICROSECONDS) / (times * payloads.length));
  };
  // One by one, as the SDK asks for most of them: each pays for the look at the keys.
  const figures = {
    payloads: payloads.length,
    bytesMean: Math.round(bytesOf(payloads) / payloads.length),
    bytesAddedMean: Math.round((bytesOf(kept) - bytesOf(payloads)) / payloads.length),
    jsonMicroseconds: await per(() =>
      values.map((value) => defaultPayloadConverter.fromPayload(defaultPayloadConverter.toPayload(value))),
    ),
    encodeMicroseconds: await per(() => oneByOne(payloads, (one) => codec.encode([one]))),
    decodeMicroseconds: await per(() => oneByOne(kept, (one) => codec.decode([one]))),
  };
  say(`codec: ${figures.payloads} payloads of ${figures.bytesMean} bytes on average`);
  say(`  to JSON and back  ${figures.jsonMicroseconds} µs a payload`);
  say(`  encrypt           ${figures.encodeMicroseconds} µs`);
  say(`  decrypt           ${figures.decodeMicroseconds} µs`);
  say(`  added             ${figures.bytesAddedMean} bytes`);
  return figures;
}

async function oneByOne(payloads: readonly Payload[], work: (payload: Payload) => Promise<unknown>): Promise<void> {
  for (const payload of payloads) await work(payload);
}

function bytesOf(payloads: readonly Payload[]): number {
  const sizes = payloads.flatMap(({ metadata, data }) => [data ?? new Uint8Array(), ...Object.values(metadata ?? {})]);
  return sizes.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Inputs and results of steps, as they were recorded. */
async function storedPayloads(): Promise<Payload[]> {
  const payloads: Payload[] = [];
  for (const name of (await readdir(HISTORIES)).filter((file) => file.endsWith('.json')).sort()) {
    const { events } = historyFromJSON(JSON.parse(await readFile(new URL(name, HISTORIES), 'utf8')));
    for (const event of events ?? []) {
      const scheduled = event.activityTaskScheduledEventAttributes?.input?.payloads ?? [];
      const completed = event.activityTaskCompletedEventAttributes?.result?.payloads ?? [];
      payloads.push(
        ...[...scheduled, ...completed].map(({ metadata, data }) => ({ metadata: metadata ?? {}, data: data ?? null })),
      );
    }
  }
  return payloads;
}
