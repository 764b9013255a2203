// Webhooks and Slack against a real server on this machine, and the receiver's side of a webhook.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '../../../local/free-port.ts';
import type { Notice } from '../notice.ts';
import { type HookMessage, HookRefused, HookUnavailable } from './hook.ts';
import { WEBHOOK_HEADERS } from './sign-webhook.ts';
import { createSlack, slackMessage } from './slack.ts';
import { verifyWebhook, WebhookRejected } from './verify-webhook.ts';
import { createWebhook } from './webhook.ts';

const KEY = '5f'.repeat(32);
const OLD_KEY = '0a'.repeat(32);
const NOW_MS = Date.UTC(2026, 1, 1, 4, 10);

const NOTICE: Notice = {
  tone: 'high',
  label: 'High',
  about: 'stripe/us',
  date: '2026-01-31',
  sentence: '2 differences, all high: 2,510.00 USD at risk.',
  next: 'Look at them today: the worst stand first.',
  short: '2 differences, 2,510.00 USD at risk',
  lines: [{ name: 'Missing transactions', value: '2' }],
  commands: [{ what: 'Open the report', command: 'npm run recon -- reports open stripe/us/2026-01-31#1' }],
  link: 'https://recon.example.com/stripe/us/report.html',
};
const MESSAGE: HookMessage = {
  id: '0123456789abcdef',
  kind: 'run_completed',
  createdAtMs: NOW_MS - 60_000,
  severity: 'high',
  notice: NOTICE,
};

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let url: string;
let answers: { status: number; headers?: Record<string, string> }[] = [];
let received: Received[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    text(request).then((body) => {
      received.push({ headers: request.headers, body });
      const { status, headers } = answers.shift() ?? { status: 200 };
      response.writeHead(status, headers).end('seen');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  answers = [];
  received = [];
});

const webhook = (keys: string[] = [KEY], clock = () => NOW_MS) => createWebhook({ name: 'erp', url, keys, clock });

async function sentOnce(keys?: string[]): Promise<Received> {
  received = [];
  await webhook(keys).send(MESSAGE);
  const [first] = received;
  if (first === undefined) throw new Error('nothing was received');
  return first;
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((reason: unknown) => reason);
  if (!(error instanceof WebhookRejected)) throw new Error('it was taken', { cause: error });
  return error.reason;
}

test('what we send, a receiver can verify, and it says how bad, how much, which account and what now', async () => {
  const { id, payload } = await verifyWebhook(await sentOnce(), { keys: [KEY], nowMs: NOW_MS });
  expect(id).toBe(MESSAGE.id);
  expect(payload).toEqual({
    version: 1,
    id: MESSAGE.id,
    kind: 'run_completed',
    createdAt: '2026-02-01T04:09:00.000Z',
    severity: 'high',
    tone: 'high',
    about: 'stripe/us',
    date: '2026-01-31',
    sentence: NOTICE.sentence,
    next: NOTICE.next,
    short: NOTICE.short,
    lines: NOTICE.lines,
    link: NOTICE.link,
  });
});

test('while a key is replaced, a receiver may know either', async () => {
  const both = await sentOnce([KEY, OLD_KEY]);
  for (const keys of [[KEY], [OLD_KEY], [OLD_KEY, KEY]]) {
    await expect(verifyWebhook(both, { keys, nowMs: NOW_MS })).resolves.toMatchObject({ id: MESSAGE.id });
  }
  expect(await refusalOf(verifyWebhook(await sentOnce([OLD_KEY]), { keys: [KEY], nowMs: NOW_MS }))).toBe('signature');
});

test('a body, a timestamp or an id that was changed on the way is refused', async () => {
  const { headers, body } = await sentOnce();
  const rules = { keys: [KEY], nowMs: NOW_MS };
  const signature = await refusalOf(verifyWebhook({ headers, body: body.replace('2,510.00', '0.00') }, rules));
  const timestamp = { ...headers, [WEBHOOK_HEADERS.timestamp]: String(NOW_MS / 1_000 + 1) };
  const id = { ...headers, [WEBHOOK_HEADERS.id]: 'another' };
  expect([
    signature,
    await refusalOf(verifyWebhook({ headers: timestamp, body }, rules)),
    await refusalOf(verifyWebhook({ headers: id, body }, rules)),
    await refusalOf(verifyWebhook({ headers: {}, body }, rules)),
  ]).toEqual(['signature', 'signature', 'malformed', 'malformed']);
});

test('one that is sent again later by somebody else is refused by its time, and a second copy by its id', async () => {
  const sent = await sentOnce();
  const later = { keys: [KEY], nowMs: NOW_MS + 301_000 };
  expect(await refusalOf(verifyWebhook(sent, later))).toBe('stale');
  await expect(verifyWebhook(sent, { keys: [KEY], nowMs: NOW_MS + 299_000 })).resolves.toBeDefined();
  const seen = new Set([MESSAGE.id]);
  const rules = { keys: [KEY], nowMs: NOW_MS, isKnown: (known: string) => seen.has(known) };
  expect(await refusalOf(verifyWebhook(sent, rules))).toBe('repeated');
});

test('a second try carries the same id under a time and signature of its own', async () => {
  await webhook([KEY], () => NOW_MS).send(MESSAGE);
  await webhook([KEY], () => NOW_MS + 3_600_000).send(MESSAGE);
  const [one, two] = received;
  expect(two?.headers[WEBHOOK_HEADERS.id]).toBe(one?.headers[WEBHOOK_HEADERS.id]);
  expect(two?.body).toBe(one?.body);
  expect(two?.headers[WEBHOOK_HEADERS.signature]).not.toBe(one?.headers[WEBHOOK_HEADERS.signature]);
});

test('gone is for good; any other answer, and none, is for now; a redirect is not followed', async () => {
  answers = [{ status: 410 }, { status: 500 }, { status: 401 }, { status: 307, headers: { location: url } }];
  await expect(webhook().send(MESSAGE)).rejects.toThrow(HookRefused);
  await expect(webhook().send(MESSAGE)).rejects.toThrow(HookUnavailable);
  await expect(webhook().send(MESSAGE)).rejects.toThrow(/webhook erp answered 401/);
  await expect(webhook().send(MESSAGE)).rejects.toThrow(/a redirect is not followed/);
  expect(received).toHaveLength(4);
});

test('the address of a Slack channel, which is its secret, stands in no message of ours', async () => {
  const secret = `http://127.0.0.1:${await freePort()}/services/T0/B0/secret`;
  const error = await createSlack({ name: 'ops', url: secret })
    .send(MESSAGE)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(HookUnavailable);
  expect(`${(error as Error).stack} ${(error as Error).message}`).not.toContain('secret');
  expect((error as Error).message).toBe('Slack ops cannot be reached');
});

test('Slack gets a heading, the sentence, the numbers and the id; nothing in it can mention anybody', async () => {
  await createSlack({ name: 'ops', url }).send(MESSAGE);
  expect(JSON.parse(received[0]?.body ?? '')).toEqual(slackMessage(MESSAGE));
  const sneaky = { ...NOTICE, sentence: 'The run stopped: <!channel> & <https://evil.example|click>', lines: [] };
  const message = JSON.stringify(slackMessage({ ...MESSAGE, notice: sneaky }));
  expect(message).toContain('&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;');
  expect(message).not.toMatch(/<(!|https:\/\/evil)/);
});

test('what is too long for Slack is cut, so that it is taken', () => {
  const long = { ...NOTICE, about: 'a'.repeat(400), sentence: 's'.repeat(2_000), next: 'n'.repeat(2_000) };
  const { blocks } = slackMessage({ ...MESSAGE, notice: long });
  for (const block of blocks) {
    const words = 'text' in block ? (block.text?.text ?? '') : '';
    expect(words.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3_000);
  }
});
