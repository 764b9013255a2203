import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Moto, startMoto } from '../../../local/moto.ts';
import { AuthRejected, RateLimited, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import { ACCOUNT, ZONE } from '../row/rows-for-tests.ts';
import type { Shard } from '../source.ts';
import { type LocationSourceOptions, locationSource } from './file-location.ts';
import { CSV_HEADER, csvLine, idsOf, processorLine } from './files-for-tests.ts';
import { s3Error } from './s3-error.ts';
import type { S3Access } from './s3-session.ts';
import { zipOf } from './zip-for-tests.ts';

const BUCKET = 'settlements';
const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
const WEEK = { fromMs: Date.UTC(2026, 1, 1), toMs: Date.UTC(2026, 1, 8) };
let moto: Moto;
let client: S3Client;
beforeAll(async () => {
  moto = await startMoto();
  client = new S3Client({ endpoint: moto.url, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(async () => {
  client.destroy();
  await moto.stop();
});

const put = (Key: string, content: string | Buffer) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Buffer.from(content) }));
const remove = (Key: string) => client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));

function sourceOf(location: string, options: Partial<LocationSourceOptions> = {}, access: S3Access = {}) {
  const s3 = { endpoint: moto.url, credentials, ...access };
  return locationSource({ account: ACCOUNT, zone: ZONE, location, pattern: '*', s3, ...options, side: 'processor' });
}

async function firstPage(source: ReturnType<typeof sourceOf>, shard: Shard | undefined) {
  const pages = source.read(shard ?? { name: 'none', fromMs: 0, toMs: 1 }, null, NEVER_ABORTED);
  return pages[Symbol.asyncIterator]().next();
}

test('objects right below the prefix are shards, each with its ETag and size', async () => {
  await put('days/b.csv', CSV_HEADER + csvLine('b'));
  await put('days/a.csv.gz', gzipSync(CSV_HEADER + csvLine('a')));
  await put(
    'days/c.zip',
    zipOf([
      { name: 'c.csv', content: CSV_HEADER + csvLine('c') },
      { name: 'd.csv', content: '' },
    ]),
  );
  await put('days/', '');
  await put('days/older/x.csv', 'not here');
  await put('days/e.csv.part', 'not yet');
  await put('daysx.csv', 'of others');
  const source = sourceOf(`s3://${BUCKET}/days`);
  const plan = await source.plan(WEEK, NEVER_ABORTED);
  expect(plan).toMatchObject({ sourceName: 'a.csv.gz, b.csv, c.zip', fetchedUntilMs: WEEK.toMs, reachesLastRow: true });
  expect(plan.shards.map(({ name }) => name)).toEqual(['a.csv.gz', 'b.csv', 'c.zip/c.csv', 'c.zip/d.csv']);
  expect(plan.shards[1]?.contentKey).toMatch(/^b\.csv [0-9a-f]{32} \d+$/);
  expect(plan.shards[2]?.contentKey).toMatch(/^c\.zip\/c\.csv [0-9a-f]{32} \d+$/);
  expect(idsOf((await readAll(source)).rows)).toEqual(['a', 'b', 'c']);
  expect(source.name).toBe(`s3://${BUCKET}/days/*`);
  expect((await source.plan(WEEK, NEVER_ABORTED)).sourceKey).toBe(plan.sourceKey);
  const reachMs = (await source.watermarkMs(NEVER_ABORTED)) ?? 0;
  expect(Math.abs(reachMs - Date.now())).toBeLessThan(600_000);
  expect(await source.probe(NEVER_ABORTED)).toEqual({
    detail: expect.stringMatching(/^3 files; the newest, .* can be read$/),
  });
});

test('an object of several ranges is read from any cursor, by as many requests as it has ranges', async () => {
  const count = 40_000;
  const text = Array.from({ length: count }, (_none, index) =>
    processorLine(`row${index}`, { note: 'x'.repeat(120) }),
  ).join('');
  expect(text.length).toBeGreaterThan(8 * 1024 ** 2);
  await put('big/rows.ndjson', text);
  let requests = 0;
  const gate = {
    pass: async () => {
      requests += 1;
    },
    pause: async () => undefined,
  };
  const source = sourceOf(`s3://${BUCKET}/big/`, {}, { gate });
  const whole = await readAll(source);
  expect(whole.rows).toHaveLength(count);
  expect(requests).toBe(1 + Math.ceil(text.length / 4 / 1024 ** 2));
  const page = whole.pages[3];
  const rest = await readAll(source, undefined, page?.cursor ?? null);
  expect(idsOf(rest.rows)).toEqual(idsOf(whole.rows).slice(20_000));
});

test('more keys than a page of the list are all listed', async () => {
  for (let from = 0; from < 1_005; from += 67) {
    await Promise.all(Array.from({ length: 67 }, (_none, index) => put(`many/${from + index}.csv`, '')));
  }
  expect((await sourceOf(`s3://${BUCKET}/many/`).plan(WEEK, NEVER_ABORTED)).shards).toHaveLength(1_005);
});

test('a prefix without a matching object reaches nowhere and covers nothing', async () => {
  const source = sourceOf(`s3://${BUCKET}/nothing/`, { complete: true });
  expect(await source.watermarkMs(NEVER_ABORTED)).toBe(0);
  expect(await source.plan(WEEK, NEVER_ABORTED)).toMatchObject({
    shards: [],
    fetchedUntilMs: 0,
    statesCompleteness: false,
  });
});

test('an object that is replaced or gone is never read as the one that was planned', async () => {
  const source = sourceOf(`s3://${BUCKET}/changes/`, { pattern: '*.csv', chunkRows: 1 });
  await put('changes/a.csv', CSV_HEADER + csvLine('a') + csvLine('b'));
  const [shard] = (await source.plan(WEEK, NEVER_ABORTED)).shards;
  await put('changes/a.csv', CSV_HEADER + csvLine('c') + csvLine('d'));
  await expect(firstPage(source, shard)).rejects.toBeInstanceOf(SourceRejected);
  await expect(firstPage(source, shard)).rejects.toThrow('a.csv: is not the object that was listed any more');
  await remove('changes/a.csv');
  await expect(firstPage(source, shard)).rejects.toThrow('a.csv: there is no such object any more');

  const half = Array.from({ length: 40_000 }, (_none, index) =>
    processorLine(`row${index}`, { note: 'x'.repeat(120) }),
  );
  await put('changes/b.ndjson', half.join(''));
  const long = sourceOf(`s3://${BUCKET}/changes/`, { pattern: '*.ndjson' });
  const [planned] = (await long.plan(WEEK, NEVER_ABORTED)).shards;
  const reading = (async () => {
    for await (const page of long.read(planned ?? { name: '', fromMs: 0, toMs: 0 }, null, NEVER_ABORTED)) {
      expect(page.done).toBe(false);
      await put('changes/b.ndjson', half.reverse().join(''));
    }
  })();
  await expect(reading).rejects.toBeInstanceOf(SourceUnavailable);
  await expect(reading).rejects.toThrow('b.ndjson: changed while it was read');
});

test('says what is wrong and what to do: no bucket, nobody there, no address', async () => {
  const plan = (location: string, access: S3Access = {}) => sourceOf(location, {}, access).plan(WEEK, NEVER_ABORTED);
  await expect(plan('s3://no-such-bucket/x/')).rejects.toThrow(
    'the bucket does not exist: create it, or correct the location',
  );
  const nobody = plan(`s3://${BUCKET}/`, { endpoint: 'http://127.0.0.1:1' });
  await expect(nobody).rejects.toBeInstanceOf(SourceUnavailable);
  await expect(nobody).rejects.toThrow(`s3://${BUCKET}/: cannot be reached or took too long`);
  for (const location of ['s3://', 's3:///x', 's3://UPPER/x', `s3://${BUCKET}//x`]) {
    expect(() => sourceOf(location)).toThrow('is not s3://bucket/prefix/: correct the location');
  }
});

test('an answer that never comes, or stops in its middle, ends by the time that was given', async () => {
  const server: Server = createServer((request, response) => {
    if (!request.url?.includes('half')) return;
    response.writeHead(206, { 'content-length': '10', etag: '"e"' });
    response.write('12345');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = sourceOf(`s3://${BUCKET}/`, {}, { endpoint, requestTimeoutMs: 200 });
    await expect(source.plan(WEEK, NEVER_ABORTED)).rejects.toBeInstanceOf(SourceUnavailable);
    const shard = { name: 'half', fromMs: 0, toMs: 1, contentKey: 'half e 10' };
    await expect(firstPage(source, shard)).rejects.toBeInstanceOf(SourceUnavailable);
    const stop = new AbortController();
    const stopped = sourceOf(`s3://${BUCKET}/`, {}, { endpoint }).plan(WEEK, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.each([
  ['AccessDenied', 403, AuthRejected, 'denies access: the role needs s3:ListBucket on the bucket'],
  ['Forbidden', 403, AuthRejected, 'denies access: the role needs'],
  ['InvalidAccessKeyId', 403, AuthRejected, 'does not know the access key'],
  ['ExpiredToken', 400, AuthRejected, "the worker's AWS session has expired: renew it"],
  ['InvalidObjectState', 403, SourceRejected, 'is archived: restore it'],
  ['PermanentRedirect', 301, SourceRejected, "is in another region: set the location's region"],
  ['InvalidRequest', 400, SourceRejected, 'refuses the request (400 InvalidRequest)'],
  ['SlowDown', 503, RateLimited, 'asked us to wait'],
  ['InternalError', 500, SourceUnavailable, 'failed with status 500'],
])('%s (%d) is told as what it is, without what the server wrote', (name, httpStatusCode, fact, message) => {
  const facts = { name, $fault: 'client', $metadata: { httpStatusCode }, message: 'of somebody' } as const;
  const told = s3Error(new S3ServiceException(facts), 's3://bucket/key');
  expect(told).toBeInstanceOf(fact);
  expect(told.message).toContain(`s3://bucket/key: ${message}`);
  expect(told.message).not.toContain('of somebody');
});
