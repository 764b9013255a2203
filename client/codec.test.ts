// The codec commands as an operator types them, and its server as the Temporal UI and command line ask it: on a real database, where
// every answer is in the audit log.
import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { codecOf } from '../worker/codec/data-converter.ts';
import { parseKeyRing } from '../worker/codec/key-ring.ts';
import { loadConfig } from '../worker/config.ts';
import { recon } from './cli-processes-for-tests.ts';
import { processIo } from './client-io.ts';
import type { CodecServer } from './codec/codec-server.ts';
import { payloadsText } from './codec/payloads-on-the-wire.ts';
import { openCodecServer } from './codec/serve.ts';
import { yamlForTests } from './config-for-tests.ts';
import { type Context, createContext } from './context.ts';

const TOKEN = 'a-token-of-the-operator';
const UI = 'https://temporal.example.com';
const ISSUER = 'https://login.example.com';
const KEYS = 'file:codec-keys.json';

let folder: string;
let database: TestDatabase;
let issuer: Server;
let signing: Awaited<ReturnType<typeof generateKeyPair>>;
let environment: Record<string, string>;
let context: Context;
let server: CodecServer;
let errors: unknown[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-codec-test-'));
  database = await freshDatabase();
  signing = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(signing.publicKey)), kid: 'one', alg: 'ES256' };
  issuer = createServer((_request, response) => void response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const config = join(folder, 'recon.yaml');
  environment = {
    RECON_CONFIG: config,
    DATABASE_URL: database.workerUrl,
    SMTP_URL: 'smtp://127.0.0.1:1',
    TOKENS: JSON.stringify({ 'ops.anna': hash('sha256', TOKEN, 'hex') }),
  };
  const { port } = issuer.address() as AddressInfo;
  const codec = {
    keys: KEYS,
    server: {
      origins: [UI],
      tokens: 'env:TOKENS',
      issuer: {
        ...{ url: ISSUER, audience: 'recon-codec', jwks: `http://127.0.0.1:${port}/keys` },
        allow: { claim: 'groups', value: 'recon' },
      },
    },
  };
  const yaml = yamlForTests({ temporal: '127.0.0.1:1' }).replace(
    /temporal: \{/,
    `temporal: { codec: ${JSON.stringify(codec)},`,
  );
  await writeFile(config, yaml);
  const first = await recon(['codec', 'rotate', '--keys', KEYS, '--json'], environment);
  expect([first.code, JSON.parse(first.stdout).audited]).toEqual([0, false]);
  context = createContext({ ...processIo(process), environment }, {});
  errors = [];
  server = await openCodecServer(context, { host: '127.0.0.1', port: 0 }, (error) => errors.push(error));
}, 120_000);
afterAll(async () => {
  await server?.close();
  await context?.close();
  await new Promise((resolve) => issuer.close(resolve));
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function encrypted(value: unknown, namespace = 'default'): Promise<string> {
  const { codec } = (await loadConfig(environment.RECON_CONFIG ?? '', environment)).temporal;
  if (codec === undefined) throw new TypeError('there is no codec');
  return payloadsText(await codecOf(codec, namespace).encode([defaultPayloadConverter.toPayload(value)]));
}

interface Asking {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const GOOD = { authorization: `Bearer ${TOKEN}`, 'x-namespace': 'default', 'content-type': 'application/json' };

async function ask({ path = '/decode', method = 'POST', headers = GOOD, body }: Asking = {}) {
  const response = await fetch(`${server.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const opened = (text: string): unknown =>
  JSON.parse(Buffer.from(JSON.parse(text).payloads[0].data, 'base64').toString());

async function audited(event: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select body::jsonb -> 'data' as data from audit_log where event = $1 order by chain, seq`,
      [event],
    );
    return rows.map(({ data }) => data);
  } finally {
    await client.end();
  }
}

async function accessToken(claims: Record<string, unknown>, audience = 'recon-codec', key = signing.privateKey) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setSubject('anna@example.com')
    .setExpirationTime('5 minutes')
    .sign(key);
}

test('a caller who is known reads what is encrypted, and the audit log has who, by which key, how much', async () => {
  const before = (await audited('codec_decode')).length;
  const { status, text } = await ask({ body: await encrypted({ runId: '7' }) });
  expect([status, opened(text)]).toEqual([200, { runId: '7' }]);
  const { current } = parseKeyRing(await readFile(join(folder, 'codec-keys.json'), 'utf8'));
  expect((await audited('codec_decode')).slice(before)).toEqual([
    { event: 'codec_decode', caller: 'ops.anna', namespace: 'default', keys: [current], payloads: 1 },
  ]);
});

test.each<[string, number, () => Promise<Asking>]>([
  ['no token', 401, async () => ({ headers: { 'x-namespace': 'default' } })],
  ['another token', 401, async () => ({ headers: { ...GOOD, authorization: 'Bearer guess' } })],
  [
    'the SHA-256 of a token',
    401,
    async () => ({ headers: { ...GOOD, authorization: `Bearer ${hash('sha256', TOKEN, 'hex')}` } }),
  ],
  ['another namespace', 403, async () => ({ headers: { ...GOOD, 'x-namespace': 'payroll' } })],
  ['no namespace', 403, async () => ({ headers: { authorization: GOOD.authorization } })],
  ['a page of elsewhere', 403, async () => ({ headers: { ...GOOD, origin: 'https://evil.example.com' } })],
  ['a wish to encode', 404, async () => ({ path: '/encode' })],
  ['GET', 405, async () => ({ method: 'GET' })],
  ['what is no JSON', 400, async () => ({ body: 'x' })],
  ['too many payloads', 400, async () => ({ body: JSON.stringify({ payloads: Array(1_001).fill({}) }) })],
  ['too much', 413, async () => ({ body: 'x'.repeat(17 * 1024 * 1024) })],
  ['a payload of another namespace', 422, async () => ({ body: await encrypted('x', 'payroll') })],
])('%s is refused with %d, and nothing is decoded', async (_what, status, asking) => {
  const before = (await audited('codec_decode')).length;
  const given = await asking();
  const isBodyless = given.method === 'GET';
  const answer = await ask(isBodyless ? given : { body: await encrypted({ runId: 'secret' }), ...given }).catch(
    (error: unknown) => {
      // A body that is too long may be cut off while it is still being sent.
      if (status !== 413) throw error;
      return { status, text: '' };
    },
  );
  expect(answer.status).toBe(status);
  expect(answer.text).not.toContain(Buffer.from('secret').toString('base64').slice(0, 6));
  expect((await audited('codec_decode')).length).toBe(before);
});

// Before one asks for a key that is gone: unknown keys are looked for once a second.
test('a rotation makes a key that only its owner reads, keeps the old one, and is in the audit log', async () => {
  const path = join(folder, 'codec-keys.json');
  const before = parseKeyRing(await readFile(path, 'utf8'));
  const old = await encrypted('old');
  const { code, stdout } = await recon(['codec', 'rotate', '--keys', KEYS, '--json'], environment);
  const { current, keys, audited: isAudited } = JSON.parse(stdout);
  expect([code, keys, isAudited]).toEqual([0, [before.current, current], true]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await audited('codec_key_rotated')).toEqual([
    { event: 'codec_key_rotated', key: current, wrappedBy: 'nobody', keys: 2 },
  ]);
  const both = await Promise.all([ask({ body: old }), ask({ body: await encrypted('new') })]);
  expect(both.map(({ text }) => opened(text))).toEqual(['old', 'new']);
  const listed = await recon(['codec', 'keys'], environment);
  expect(listed.stdout).toMatch(new RegExp(`${before.current}.*decrypts[\\s\\S]*${current}.*encrypts`));
});

test('a payload whose key is gone is refused by name', async () => {
  const body = (await encrypted('x')).replace(
    /("encryption-key-id":)"[^"]+"/,
    `$1"${Buffer.from('2025-01-01-gone').toString('base64')}"`,
  );
  const { status, text } = await ask({ body });
  expect([status, JSON.parse(text).message]).toEqual([409, expect.stringContaining('"2025-01-01-gone"')]);
});

test('the page of the UI may ask, and is told so', async () => {
  const asked = await ask({ method: 'OPTIONS', headers: { origin: UI, 'access-control-request-method': 'POST' } });
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-origin')).toBe(UI);
  expect(asked.headers.get('access-control-allow-headers')).toContain('x-namespace');
  const foreign = await ask({ method: 'OPTIONS', headers: { origin: 'https://evil.example.com' } });
  expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

test('an access token of the UI’s login serves whom the issuer counts among those who may', async () => {
  const other = await generateKeyPair('ES256');
  const statusFor = async (token: string) =>
    (await ask({ body: await encrypted('x'), headers: { ...GOOD, authorization: `Bearer ${token}` } })).status;
  const allowed = { groups: ['people', 'recon'] };
  expect(await statusFor(await accessToken(allowed))).toBe(200);
  expect((await audited('codec_decode')).at(-1)).toMatchObject({ caller: 'anna@example.com' });
  expect(await statusFor(await accessToken({ groups: ['people'] }))).toBe(401);
  expect(await statusFor(await accessToken(allowed, 'another-audience'))).toBe(401);
  expect(await statusFor(await accessToken(allowed, 'recon-codec', other.privateKey))).toBe(401);
  const [header = '', body = ''] = (await accessToken(allowed)).split('.');
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  expect(await statusFor(`${unsigned}.${body}.x`)).toBe(401);
  expect(await statusFor(`${header}.${body}.x`)).toBe(401);
});

test('what cannot be told to the audit log is not answered', async () => {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query('revoke execute on function audit_append(text, text, text) from recon_worker');
  try {
    const { status, text } = await ask({ body: await encrypted({ runId: '7' }) });
    expect([status, text]).toEqual([503, expect.stringContaining('cannot be decoded now')]);
    expect(String(errors.at(-1))).toContain('permission denied');
  } finally {
    await client.query('grant execute on function audit_append(text, text, text) to recon_worker');
    await client.end();
  }
});

test('doctor says which key encrypts, and keys fails where one does not open', async () => {
  const { stdout } = await recon(['doctor', '--json'], environment);
  const codec = JSON.parse(stdout).checks.find(({ name }: { name: string }) => name === 'codec');
  expect(codec).toMatchObject({ state: 'ok', detail: expect.stringMatching(/^2\S+ encrypts, \d more decrypt$/) });
  const path = join(folder, 'codec-keys.json');
  const before = await readFile(path, 'utf8');
  const spoilt = parseKeyRing(before);
  await writeFile(path, JSON.stringify({ ...spoilt, keys: { ...spoilt.keys, short: { local: 'AAAA' } } }));
  try {
    const listed = await recon(['codec', 'keys'], environment);
    expect([listed.code, listed.stdout]).toEqual([3, expect.stringContaining('has 3 bytes, not 32')]);
  } finally {
    await writeFile(path, before);
  }
});

test('what is decoded does not leave the machine in plain', async () => {
  const { code, stderr } = await recon(['codec', 'serve', '--host', '0.0.0.0', '--port', '8234'], environment);
  expect([code, stderr]).toEqual([2, expect.stringContaining('temporal.codec.server.tls')]);
});
