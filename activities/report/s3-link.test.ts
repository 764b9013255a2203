// What a link says of itself, and what its signature covers. Whether an expired one is refused, S3 alone can show.
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, expect, test } from '@jest/globals';
import { mintLink } from './s3-link.ts';

const PLACE = { Bucket: 'recon-reports', Key: 'daily/report.html' };
const NOW = '2026-02-01T04:10:00.700Z';
const keys = { accessKeyId: 'ANNSKEY', secretAccessKey: 'hers' };

const clients: S3Client[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

function clientWith(expiration?: string): S3Client {
  const session = expiration === undefined ? {} : { sessionToken: 'session', expiration: new Date(expiration) };
  const client = new S3Client({ region: 'eu-central-1', credentials: { ...keys, ...session } });
  clients.push(client);
  return client;
}

const mint = (client = clientWith()) => mintLink(client, PLACE, Date.parse(NOW));
const parameters = (url: string) => Object.fromEntries(new URL(url).searchParams);

test('a link says five minutes, counted from the second in which it was made, and goes to S3 encrypted', async () => {
  const { url, expiresAt } = await mint();
  expect(url).toMatch(/^https:\/\/recon-reports\.s3\.eu-central-1\.amazonaws\.com\/daily\/report\.html\?/);
  expect(parameters(url)).toMatchObject({ 'X-Amz-Date': '20260201T041000Z', 'X-Amz-Expires': '300' });
  expect(expiresAt).toBe('2026-02-01T04:15:00.000Z');
});

test('the signature covers how long the link lasts: who edits that into an hour has not the signature of an hour', async () => {
  const { url } = await mint();
  const { 'X-Amz-Signature': signature, ...said } = parameters(url);
  expect(parameters((await mint()).url)['X-Amz-Signature']).toBe(signature);
  const signingDate = new Date('2026-02-01T04:10:00Z');
  const hour = await getSignedUrl(clientWith(), new GetObjectCommand(PLACE), { expiresIn: 3_600, signingDate });
  const { 'X-Amz-Signature': needed, ...saidOfHour } = parameters(hour);
  expect(saidOfHour).toEqual({ ...said, 'X-Amz-Expires': '3600' });
  expect(needed).not.toBe(signature);
});

test('the signature covers the file and the time of signing', async () => {
  const signatureOf = async (key: string, at: string) =>
    parameters((await mintLink(clientWith(), { ...PLACE, Key: key }, Date.parse(at))).url)['X-Amz-Signature'];
  const signatures = await Promise.all([
    signatureOf('daily/report.html', NOW),
    signatureOf('daily/report.csv', NOW),
    signatureOf('daily/report.html', '2026-02-01T04:10:01Z'),
  ]);
  expect(new Set(signatures).size).toBe(3);
});

test('what temporary credentials signed ends with them', async () => {
  expect((await mint(clientWith('2026-02-01T04:12:00Z'))).expiresAt).toBe('2026-02-01T04:12:00.000Z');
  expect((await mint(clientWith('2026-02-01T05:00:00Z'))).expiresAt).toBe('2026-02-01T04:15:00.000Z');
});
