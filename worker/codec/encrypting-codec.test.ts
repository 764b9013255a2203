import { expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { EncryptingCodec, keyIdsOf, PayloadSpoilt } from './encrypting-codec.ts';
import { CodecKeyUnknown, KeyRing, KeyRingInvalid, parseKeyRing, type StoredRing } from './key-ring.ts';
import { newRing } from './new-ring.ts';

const making = { namespace: 'recon', nowMs: Date.UTC(2026, 10, 23) };
const neverWrapped = async () => {
  throw new TypeError('no key of this test is wrapped');
};

/** A codec over keys that the test may change at any time, with a clock that it moves. */
function codecOver(first: StoredRing, namespace = 'recon') {
  const kept = { ring: first, nowMs: 0, reads: [] as boolean[], cached: first };
  const keys = new KeyRing({
    read: async ({ fresh }) => {
      kept.reads.push(fresh);
      if (fresh) kept.cached = kept.ring;
      return JSON.stringify(kept.cached);
    },
    unwrap: neverWrapped,
    clock: () => kept.nowMs,
  });
  return { kept, codec: new EncryptingCodec(keys, namespace) };
}

const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const opened = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload ?? {});

function withByte({ metadata, data }: Payload, at: number): Payload {
  const changed = Buffer.from(data ?? []);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return { metadata: metadata ?? null, data: changed };
}

test('whatever goes in comes out, in the same order', async () => {
  const { codec } = codecOver(await newRing(undefined, making));
  const values = fc.array(fc.oneof(fc.jsonValue(), fc.uint8Array()), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(values, async (given) => {
      const payloads = given.map(payloadOf);
      const back = await codec.decode(await codec.encode(payloads));
      expect(back.map(opened)).toEqual(payloads.map(opened));
    }),
    { numRuns: 100 },
  );
});

test('nothing of a payload can be read, not even what kind of value it is', async () => {
  const { codec } = codecOver(await newRing(undefined, making));
  const [kept] = await codec.encode([payloadOf({ resultDigest: 'abc' })]);
  const text = Buffer.from(kept?.data ?? []).toString('latin1');
  expect(text).not.toMatch(/resultDigest|abc|json/);
});

test('the same payload is never the same bytes twice', async () => {
  const { codec } = codecOver(await newRing(undefined, making));
  const same = payloadOf('same');
  const kept = await codec.encode(Array(1_000).fill(same));
  expect(new Set(kept.map(({ data }) => Buffer.from(data ?? []).toString('hex', 0, 12))).size).toBe(1_000);
});

test('a payload that was changed in any byte is refused', async () => {
  const { codec } = codecOver(await newRing(undefined, making));
  const [kept = {}] = await codec.encode([payloadOf('x')]);
  for (let at = 0; at < (kept.data?.byteLength ?? 0); at += 1) {
    await expect(codec.decode([withByte(kept, at)])).rejects.toThrow(PayloadSpoilt);
  }
  await expect(codec.decode([{ ...kept, data: new Uint8Array(27) }])).rejects.toThrow('cut short');
});

test('a payload of another namespace is refused, though the key is the same', async () => {
  const ring = await newRing(undefined, making);
  const kept = await codecOver(ring, 'recon').codec.encode([payloadOf('x')]);
  await expect(codecOver(ring, 'payroll').codec.decode(kept)).rejects.toThrow('in the namespace payroll');
});

test('a payload that names another key than its own is refused', async () => {
  const first = await newRing(undefined, making);
  const second = await newRing(JSON.stringify(first), making);
  const [kept = {}] = await codecOver(first).codec.encode([payloadOf('x')]);
  const moved = { ...kept, metadata: { ...kept.metadata, 'encryption-key-id': Buffer.from(second.current) } };
  await expect(codecOver(second).codec.decode([moved])).rejects.toThrow(PayloadSpoilt);
});

test('what was there before the codec comes back as it is', async () => {
  const { codec } = codecOver(await newRing(undefined, making));
  const plain = payloadOf({ before: true });
  expect(await codec.decode([plain])).toEqual([plain]);
});

test('after a rotation the new key encrypts, and the old one still opens', async () => {
  const first = await newRing(undefined, making);
  const { codec, kept } = codecOver(first);
  const before = await codec.encode([payloadOf('before')]);
  kept.ring = kept.cached = await newRing(JSON.stringify(first), making);
  const after = await codec.encode([payloadOf('after')]);
  expect(keyIdsOf([...before, ...after])).toEqual([first.current, kept.ring.current].sort());
  expect((await codec.decode([...before, ...after])).map(opened)).toEqual(['before', 'after']);
});

test('a key that another process has just made is fetched; one that nobody has is named, and asked for once a second', async () => {
  const first = await newRing(undefined, making);
  const second = await newRing(JSON.stringify(first), making);
  const { codec, kept } = codecOver(first);
  const theirs = await codecOver(second).codec.encode([payloadOf('theirs')]);
  const error = await codec.decode(theirs).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CodecKeyUnknown);
  expect(String(error)).toContain(second.current);
  await expect(codec.decode(theirs)).rejects.toThrow(CodecKeyUnknown);
  expect(kept.reads.filter(Boolean)).toHaveLength(1);
  kept.ring = second;
  kept.nowMs += 1_000;
  expect((await codec.decode(theirs)).map(opened)).toEqual(['theirs']);
  expect(kept.reads.filter(Boolean)).toHaveLength(2);
});

test.each([
  ['not JSON', 'hunter2'],
  ['another format', JSON.stringify({ format: 'other', current: 'a', keys: { a: { local: 'aHVudGVyMg==' } } })],
  [
    'no current key',
    JSON.stringify({ format: 'recon-codec-keys/1', current: 'b', keys: { a: { local: 'aHVudGVyMg==' } } }),
  ],
  ['a name of Object', JSON.stringify({ format: 'recon-codec-keys/1', current: 'toString', keys: {} })],
])('keys that are %s are refused without being shown', (_what, text) => {
  expect(() => parseKeyRing(text)).toThrow(KeyRingInvalid);
  expect(() => parseKeyRing(text)).not.toThrow(/hunter2|aHVudGVyMg/);
});

test('a key of the wrong length is refused', async () => {
  const ring = { format: 'recon-codec-keys/1', current: 'a', keys: { a: { local: 'aHVudGVyMg==' } } } as const;
  await expect(codecOver(ring).codec.encode([payloadOf('x')])).rejects.toThrow('has 7 bytes, not 32');
});

test('a key that could not be unwrapped is tried again by the next payload, and not by every one after that', async () => {
  let asked = 0;
  const unwrap = async () => {
    asked += 1;
    if (asked === 1) throw new Error('not now');
    return new Uint8Array(32);
  };
  const ring = { format: 'recon-codec-keys/1', current: 'a', keys: { a: { kms: 'AAAA' } } };
  const codec = new EncryptingCodec(new KeyRing({ read: async () => JSON.stringify(ring), unwrap }), 'recon');
  await expect(codec.encode([payloadOf('x')])).rejects.toThrow('not now');
  await codec.encode([payloadOf('x')]);
  await codec.encode([payloadOf('x')]);
  expect(asked).toBe(2);
});
