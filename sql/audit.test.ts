// What the audit log admits and what it refuses, asked of PostgreSQL itself, by each role.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Client, DatabaseError } from 'pg';
import { AUDIT_GENESIS, auditBodySha256, auditRowHash } from '../domain/audit-hash.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';

const INSUFFICIENT_PRIVILEGE = '42501';
const UNIQUE_VIOLATION = '23505';
const SERIALIZATION_FAILURE = '40001';
const BODY = '{"event":"tried","n":1}';

let database: TestDatabase;
let root: Client;
let worker: Client;
let auditor: Client;
const clients: Client[] = [];

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  clients.push(client);
  return client;
}

beforeAll(async () => {
  database = await freshDatabase();
  root = await connect(database.url);
  worker = await connect(database.workerUrl);
  auditor = await connect(database.auditorUrl);
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await database?.drop();
});

let accounts = 0;
/** A chain that nothing was appended to. */
async function newChain(): Promise<string> {
  accounts += 1;
  const account = `test/a${accounts}`;
  await root.query(
    `insert into accounts (account, processor_name, zone, reporting_currency, start_date) values ($1, 'test', 'UTC', 'USD', '2026-01-01')`,
    [account],
  );
  return account;
}

async function append(client: Client, chain: string, key: string, body = BODY): Promise<string> {
  const { rows } = await client.query<{ seq: string }>('select audit_append($1, $2, $3) as seq', [chain, key, body]);
  return rows[0]?.seq ?? '';
}

interface LogRow {
  readonly epoch: number;
  readonly seq: string;
  readonly event_key: string;
  readonly event: string;
  readonly actor: string;
  readonly body: string;
  readonly body_sha256: string;
  readonly prev_hash: string;
  readonly hash: string;
}

async function rowsOf(chain: string): Promise<LogRow[]> {
  return (await root.query<LogRow>('select * from audit_log where chain = $1 order by epoch, seq', [chain])).rows;
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return undefined;
  if (!(error instanceof DatabaseError)) throw error;
  return error.code;
}

describe('appending', () => {
  test('numbers rows from 1, links each to the one before, and moves the head', async () => {
    const chain = await newChain();
    expect([await append(worker, chain, 'a'), await append(worker, chain, 'b')]).toEqual(['1', '2']);
    const [first, second] = await rowsOf(chain);
    expect(first).toMatchObject({ epoch: 1, seq: '1', event: 'tried', prev_hash: AUDIT_GENESIS });
    expect(second).toMatchObject({ epoch: 1, seq: '2', prev_hash: first?.hash });
    const { rows } = await root.query('select epoch, seq, hash from audit_heads where chain = $1', [chain]);
    expect(rows).toEqual([{ epoch: 1, seq: '2', hash: second?.hash }]);
  });

  test('says who and when in the body that is hashed, with the login and not its role', async () => {
    const chain = await newChain();
    await append(worker, chain, 'a');
    const [row] = await rowsOf(chain);
    expect(JSON.parse(row?.body ?? '')).toEqual({
      actor: new URL(database.url).username,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      data: JSON.parse(BODY),
      key: 'a',
    });
    expect(row?.actor).toBe(new URL(database.url).username);
  });

  test('the same event again is the same row; the same key with another body is refused', async () => {
    const chain = await newChain();
    await append(worker, chain, 'a');
    await append(worker, chain, 'b');
    expect(await append(worker, chain, 'a', '{ "n": 1, "event": "tried" }')).toBe('1');
    expect(await codeOf(append(worker, chain, 'a', '{"event":"tried","n":2}'))).toBe(UNIQUE_VIOLATION);
    expect(await rowsOf(chain)).toHaveLength(2);
  });

  test('what is rolled back leaves no gap', async () => {
    const chain = await newChain();
    await append(worker, chain, 'a');
    await worker.query('begin');
    expect(await append(worker, chain, 'lost')).toBe('2');
    await worker.query('rollback');
    expect(await append(worker, chain, 'b')).toBe('2');
    expect((await rowsOf(chain)).map((row) => row.event_key)).toEqual(['a', 'b']);
  });

  test('appenders at once take turns: every number once, every link right', async () => {
    const chain = await newChain();
    const writers = await Promise.all(Array.from({ length: 6 }, () => connect(database.workerUrl)));
    await Promise.all(
      writers.map(async (client, writer) => {
        for (let n = 0; n < 20; n += 1) await append(client, chain, `${writer}.${n}`);
      }),
    );
    const rows = await rowsOf(chain);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
    expect(rows.slice(1).every((row, at) => row.prev_hash === rows[at]?.hash)).toBe(true);
  });

  test('the same event from two at once stands once', async () => {
    const chain = await newChain();
    const other = await connect(database.workerUrl);
    const seqs = await Promise.all([worker, other].map((client) => append(client, chain, 'same')));
    expect(seqs).toEqual(['1', '1']);
    expect(await rowsOf(chain)).toHaveLength(1);
  });

  test('a chain that is held from the start of a long transaction does not fail it at the end', async () => {
    const chain = await newChain();
    await append(worker, chain, 'a');
    const other = await connect(database.workerUrl);
    await worker.query('begin isolation level repeatable read');
    await worker.query('select audit_hold($1)', [chain]);
    const waiting = append(other, chain, 'meanwhile');
    expect(await append(worker, chain, 'b')).toBe('2');
    await worker.query('commit');
    expect(await waiting).toBe('3');
  });

  test('without the hold, PostgreSQL has the transaction start again', async () => {
    const chain = await newChain();
    await append(worker, chain, 'a');
    const other = await connect(database.workerUrl);
    await worker.query('begin isolation level repeatable read');
    await worker.query('select 1 from accounts');
    await append(other, chain, 'meanwhile');
    expect(await codeOf(append(worker, chain, 'b'))).toBe(SERIALIZATION_FAILURE);
    await worker.query('rollback');
  });

  test.each([
    ['no such chain', 'stripe/none', 'a', BODY],
    ['no key', 'system', '', BODY],
    ['a key with a blank', 'system', 'a b', BODY],
    ['a key that is a book', 'system', 'k'.repeat(501), BODY],
    ['a body that is no JSON', 'system', 'a', 'event'],
    ['a body that is no object', 'system', 'a', '[]'],
    ['a body without an event', 'system', 'a', '{"n":1}'],
    ['an event that is no word', 'system', 'a', '{"event":"Drop Table"}'],
    ['a body that is a book', 'system', 'a', `{"event":"tried","text":"${'x'.repeat(70_000)}"}`],
  ])('%s is refused', async (_what, chain, key, body) => {
    expect(await codeOf(append(worker, chain, key, body))).not.toBeUndefined();
  });

  test('migrations stand in the chain of the system, with what they were', async () => {
    const { rows } = await root.query(
      `select m.file from schema_migrations m left join audit_log l on l.chain = 'system' and l.event_key = 'migration/' || m.file
       where l.body::jsonb #>> '{data,sha256}' is distinct from m.sha256`,
    );
    expect(rows).toEqual([]);
  });
});

describe('refused', () => {
  const TAMPERING = [
    ['edits a row', `update audit_log set body = '{}'`],
    ['edits no row', 'update audit_log set body = body where false'],
    ['deletes a row', 'delete from audit_log'],
    ['empties the log', 'truncate audit_log'],
    ['deletes a head', 'delete from audit_heads'],
    ['empties the heads', 'truncate audit_heads'],
    ['sets a head back', 'update audit_heads set seq = seq - 1'],
    ['sets a head forward', `update audit_heads set seq = seq + 1, hash = repeat('a', 64)`],
    ['goes round the triggers', `set session_replication_role = replica; delete from audit_log`],
  ] as const;

  test.each(TAMPERING)('the superuser who %s', async (_what, statement) => {
    const chain = await newChain();
    await append(worker, chain, 'a');
    expect(await codeOf(root.query(`begin; ${statement}`))).toBe(INSUFFICIENT_PRIVILEGE);
    await root.query('rollback');
  });

  test.each([
    ...TAMPERING,
    ['reads the log', 'select * from audit_log'],
    ['reads the heads', 'select * from audit_heads'],
    ['writes the log himself', 'insert into audit_log default values'],
    ['locks the head himself', `select audit_lock_head('system')`],
    ['hashes', `select audit_row_hash('system', 1, 1, repeat('0', 64), repeat('0', 64))`],
  ])('the worker who %s', async (_what, statement) => {
    expect(await codeOf(worker.query(`begin; ${statement}`))).toBe(INSUFFICIENT_PRIVILEGE);
    await worker.query('rollback');
  });

  test.each([
    ...TAMPERING,
    ['appends', `select audit_append('system', 'x', '{"event":"x"}')`],
    ['holds a chain', `select audit_hold('system')`],
    ['writes the log', 'insert into audit_log default values'],
  ])('the auditor who %s', async (_what, statement) => {
    expect(await codeOf(auditor.query(`begin; ${statement}`))).toBe(INSUFFICIENT_PRIVILEGE);
    await auditor.query('rollback');
  });

  test('the auditor reads all of it', async () => {
    expect((await auditor.query('select * from audit_log, audit_heads limit 1')).rows).toHaveLength(1);
  });
});

describe('the hash', () => {
  const sha256 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  // PostgreSQL keeps no NUL and no half of a surrogate pair.
  const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map((given) => given.replaceAll('\0', ''));

  test('of any row is the same here and in the database', async () => {
    const rows = fc.record({
      chain: text,
      epoch: fc.integer({ min: 1, max: 2_147_483_647 }),
      seq: fc.bigInt({ min: 1n, max: 9_223_372_036_854_775_807n }),
      prevHash: sha256,
      bodySha256: sha256,
    });
    await fc.assert(
      fc.asyncProperty(rows, async ({ bodySha256, ...place }) => {
        const { rows: found } = await root.query('select audit_row_hash($1, $2, $3, $4, $5) as hash', [
          place.chain,
          place.epoch,
          String(place.seq),
          place.prevHash,
          bodySha256,
        ]);
        expect(found).toEqual([{ hash: auditRowHash(place, bodySha256) }]);
      }),
      { numRuns: 200 },
    );
  });

  test('of any event that is appended is the same here and in the database', async () => {
    const chain = await newChain();
    let at = 0;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null))), async (data) => {
        at += 1;
        await append(worker, chain, `p/${at}`, JSON.stringify({ ...data, event: 'tried' }));
      }),
      { numRuns: 60 },
    );
    for (const row of await rowsOf(chain)) {
      expect(auditBodySha256(row.body)).toBe(row.body_sha256);
      const place = { chain, epoch: row.epoch, seq: BigInt(row.seq), prevHash: row.prev_hash };
      expect(auditRowHash(place, row.body_sha256)).toBe(row.hash);
    }
  });
});
