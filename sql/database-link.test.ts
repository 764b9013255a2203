import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import { createBulkPool } from '../activities/stage/bulk-pool.ts';
import { makeAuthority, makeServerCertificate } from '../local/certificates-for-tests.ts';
import { type LocalPostgres, startPostgres } from '../local/postgres.ts';
import { createDatabase } from './database.ts';
import { connectionOf, databaseLink, passwordOf, TlsRequired } from './database-link.ts';
import { migrate } from './migrate.ts';

// The server's certificate holds the name localhost and nothing else: by its number it is somebody else.
let folder: string;
let encrypted: LocalPostgres;
let plain: LocalPostgres;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-link-test-'));
  const [authority, other] = [await makeAuthority('our authority'), await makeAuthority('another authority')];
  await writeFile(join(folder, 'ours.pem'), authority.cert);
  await writeFile(join(folder, 'other.pem'), other.cert);
  [encrypted, plain] = await Promise.all([startPostgres({ durable: false }), startPostgres({ durable: false })]);
  await encryptOnly(encrypted, await makeServerCertificate(authority, 'localhost'));
  await migrate(addressOf(encrypted, 'localhost', verified('ours.pem')));
});
afterAll(async () => {
  await Promise.all([encrypted?.stop(), plain?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** From now on it takes encrypted connections and no others. */
async function encryptOnly(
  { url, dataDir }: LocalPostgres,
  { cert, key }: { cert: string; key: string },
): Promise<void> {
  const data = join(dataDir, 'cluster', 'data');
  const { uid, gid } = await stat(data);
  for (const [name, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
    await writeFile(join(data, name), text, { mode: 0o600 });
    await chown(join(data, name), uid, gid);
  }
  await writeFile(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('alter system set ssl = on');
  await client.query('select pg_reload_conf()');
  await client.end();
}

function addressOf(server: LocalPostgres, host: string, query: string): string {
  const address = new URL(server.url);
  address.hostname = host;
  address.search = query;
  return address.href;
}

const verified = (authority: string) => `sslmode=verify-full&sslrootcert=${join(folder, authority)}`;
const isEncrypted = z.object({ ssl: z.boolean() });

/** By each of our ways to PostgreSQL: is the link encrypted, as the server sees it? */
const WAYS: Record<string, (url: string) => Promise<boolean>> = {
  slonik: async (url) => {
    const database = await createDatabase({ url, poolSizeMax: 1, applicationName: 'recon link test' });
    try {
      return await database.oneFirst(sql.type(isEncrypted)`select ssl from pg_stat_ssl where pid = pg_backend_pid()`);
    } finally {
      await database.end();
    }
  },
  'the pool of COPY': async (url) => {
    const pool = createBulkPool({ url, poolSizeMax: 1, password: async () => passwordOf(url) ?? '' });
    try {
      const { rows } = await pool.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      return rows[0].ssl;
    } finally {
      await pool.end();
    }
  },
  'a client of pg': async (url) => {
    const client = new Client(connectionOf(url));
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      return rows[0].ssl;
    } finally {
      await client.end();
    }
  },
};

const facts = (error: unknown): string => {
  const { code, message, cause, errors } = error as Record<string, unknown>;
  const inner = [cause, ...(Array.isArray(errors) ? errors : [])].filter((one) => one !== undefined && one !== null);
  return [code, message, ...inner.map(facts)].join(' ');
};

const refusal = (work: Promise<unknown>) =>
  work.then((answer) => {
    throw new Error(`it connected: ${answer}`);
  }, facts);

for (const [way, connect] of Object.entries(WAYS)) {
  test(`${way}: verify-full connects, encrypted, to the server that the authority knows by this name`, async () => {
    expect(await connect(addressOf(encrypted, 'localhost', verified('ours.pem')))).toBe(true);
  });

  test(`${way}: a server of another name is refused`, async () => {
    const url = addressOf(encrypted, '127.0.0.1', verified('ours.pem'));
    expect(await refusal(connect(url))).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test(`${way}: a certificate of another authority is refused, and so is one that no public one signed`, async () => {
    const other = addressOf(encrypted, 'localhost', verified('other.pem'));
    expect(await refusal(connect(other))).toMatch(/UNABLE_TO|SELF_SIGNED|signature|certificate/);
    const publicOnes = addressOf(encrypted, 'localhost', 'sslmode=verify-full');
    expect(await refusal(connect(publicOnes))).toMatch(/UNABLE_TO|SELF_SIGNED|certificate/);
  });

  test(`${way}: a server without encryption is left, and not spoken to in plain`, async () => {
    const url = addressOf(plain, 'localhost', verified('ours.pem'));
    expect(await refusal(connect(url))).toContain('does not support SSL');
  });

  test(`${way}: a plaintext connection is refused by a server that takes none`, async () => {
    expect(await refusal(connect(addressOf(encrypted, '127.0.0.1', '')))).toContain('no encryption');
  });
}

test('an environment that turns the checks of node off does not turn these off', async () => {
  const program = `
    import { createDatabase } from './database.ts';
    const options = { url: process.env.URL, poolSizeMax: 1, applicationName: 'recon link test' };
    await createDatabase(options).then(() => console.log('connected'), (error) => console.log(String(error.code)));
    process.exit();
  `;
  const env = {
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    URL: addressOf(encrypted, '127.0.0.1', verified('ours.pem')),
  };
  const args = ['--no-warnings', '--input-type=module-typescript', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, env });
  expect(stdout.trim()).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test.each(['require', 'prefer', 'allow', 'verify-ca', 'no-verify'])(
  'sslmode=%s is refused, as it does not make sure who answers',
  (mode) => {
    const url = `postgres://recon:hunter2@db.example.com/recon?sslmode=${mode}`;
    expect(() => databaseLink(url)).toThrow(TlsRequired);
    expect(() => databaseLink(url)).toThrow(`sslmode is ${mode}`);
    expect(() => databaseLink(url)).not.toThrow('hunter2');
  },
);

test('an authority without verify-full is refused, and one that cannot be read is named', () => {
  expect(() => databaseLink('postgres://db/recon?sslrootcert=ca.pem')).toThrow(TlsRequired);
  expect(() => databaseLink('postgres://db/recon?sslmode=verify-full&sslrootcert=/nowhere/ca.pem')).toThrow(
    '/nowhere/ca.pem',
  );
});

test('what else an address says stays as it is', () => {
  const { url, ssl } = databaseLink(
    'postgres://a:b%20c@db:6432/recon?options=-c%20role%3Drecon_worker&sslmode=disable',
  );
  expect({ url, ssl }).toEqual({
    url: 'postgres://a:b%20c@db:6432/recon?options=-c%20role%3Drecon_worker',
    ssl: undefined,
  });
});
