// Every way to change what happened, done by a superuser to a log that real runs wrote: each is named, with the first bad row.
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { anchorFolder } from '../../domain/audit-anchor.ts';
import { createDatabase } from '../../sql/database.ts';
import { InvariantViolated } from '../errors.ts';
import { anchorChain } from './anchor-chain.ts';
import { appendEvent } from './append-event.ts';
import { type AuditHouse, emptyDay, openAuditHouse } from './audit-house-for-tests.ts';
import { createFolderAnchorStore } from './folder-anchor-store.ts';
import { verifyAudit } from './verify-audit.ts';

let house: AuditHouse;
beforeAll(async () => {
  house = await openAuditHouse();
});
afterAll(() => house?.close());

/** Six runs that were opened, anchored up to the fourth. */
async function chainOfSix(): Promise<string> {
  const account = await house.accountWithOpened(4);
  await house.anchor(account.account);
  for (const day of [4, 5]) await account.openDay(emptyDay(day));
  return account.account;
}

async function faultOf(chain: string) {
  const { verdict, chains } = await house.verify(chain);
  const [finding] = chains;
  return { verdict, kind: finding?.fault?.kind ?? null, seq: finding?.fault?.seq ?? null, finding };
}

const rehash = (chain: string, from: number) => `
  do $$
  declare row public.audit_log; prev text;
  begin
    for row in select * from audit_log where chain = '${chain}' and seq >= ${from} order by seq loop
      select coalesce((select hash from audit_log where chain = '${chain}' and seq = row.seq - 1), repeat('0', 64)) into prev;
      update audit_log set prev_hash = prev, body_sha256 = encode(sha256(convert_to(body, 'UTF8')), 'hex'),
        hash = audit_row_hash(chain, epoch, seq, prev, encode(sha256(convert_to(body, 'UTF8')), 'hex'))
      where chain = row.chain and seq = row.seq;
    end loop;
    update audit_heads h set hash = (select hash from audit_log l where l.chain = h.chain and l.seq = h.seq) where h.chain = '${chain}';
  end $$`;

describe('a log that nobody touched', () => {
  test('is intact, with how far it is anchored', async () => {
    const chain = await chainOfSix();
    expect(await house.verify(chain)).toEqual({
      verdict: 'intact',
      reasons: [],
      chains: [
        {
          chain,
          rows: 6n,
          head: expect.stringMatching(/^[0-9a-f]{64}$/),
          anchors: 1,
          anchoredTo: 4n,
          unanchoredSinceMs: expect.any(Number),
          fault: null,
        },
      ],
    });
  });

  test('is intact in every chain, the system’s too', async () => {
    await chainOfSix();
    const { chains } = await house.verify(null);
    expect(chains.map(({ chain }) => chain)).toContain('system');
    expect(chains.filter(({ fault }) => fault !== null)).toEqual([]);
  });

  test('cannot be called whole without anchors: none configured, none readable, none written for more than a day', async () => {
    const chain = await chainOfSix();
    const none = await house.verify(chain, null);
    expect(none).toMatchObject({ verdict: 'cannot', reasons: [expect.stringContaining('evidence.store')] });
    const file = join(house.folder, 'a-file');
    await writeFile(file, '');
    const unreadable = await house.verify(chain, createFolderAnchorStore(file));
    expect(unreadable).toMatchObject({ verdict: 'cannot', reasons: [expect.stringContaining('cannot be read')] });
    const tomorrow = await verifyAudit(
      { database: house.auditor, store: house.store, nowMs: Date.now() + 30 * 3_600_000 },
      chain,
    );
    expect(tomorrow).toMatchObject({ verdict: 'cannot', reasons: [expect.stringContaining('row 5 of')] });
  });
});

describe('a superuser who', () => {
  test('edits a row', async () => {
    const chain = await chainOfSix();
    await house.tamper(
      `update audit_log set body = replace(body, '"try"', '"schedule"') where chain = '${chain}' and seq = 2`,
    );
    expect(await faultOf(chain)).toMatchObject({ verdict: 'broken', kind: 'edited', seq: 2n });
  });

  test('edits a column that is only there for searching', async () => {
    const chain = await chainOfSix();
    await house.tamper(`update audit_log set actor = 'nobody' where chain = '${chain}' and seq = 5`);
    expect(await faultOf(chain)).toMatchObject({ kind: 'edited', seq: 5n });
  });

  test('edits a row and hashes everything after it again, below an anchor', async () => {
    const chain = await chainOfSix();
    await house.tamper(
      `update audit_log set body = replace(body, '"try"', '"schedule"') where chain = '${chain}' and seq = 2`,
    );
    await house.tamper(rehash(chain, 2));
    const { verdict, kind, finding } = await faultOf(chain);
    expect({ verdict, kind }).toEqual({ verdict: 'broken', kind: 'forked' });
    expect(finding?.fault?.message).toMatch(/row 4 is not the one that was anchored at .*one of rows 1 to 4/);
  });

  test('deletes a row', async () => {
    const chain = await chainOfSix();
    await house.tamper(`delete from audit_log where chain = '${chain}' and seq = 3`);
    expect(await faultOf(chain)).toMatchObject({ verdict: 'broken', kind: 'deleted', seq: 3n });
  });

  test('cuts the tail', async () => {
    const chain = await chainOfSix();
    await house.tamper(`delete from audit_log where chain = '${chain}' and seq > 4`);
    expect(await faultOf(chain)).toMatchObject({ verdict: 'broken', kind: 'cut_tail', seq: 5n });
  });

  test('cuts the tail and sets the head back, above the last anchor', async () => {
    const chain = await chainOfSix();
    await house.tamper(`delete from audit_log where chain = '${chain}' and seq > 4`);
    await house.tamper(setHeadTo(chain, 4));
    const { kind, seq, finding } = await faultOf(chain);
    expect({ kind, seq }).toEqual({ kind: 'cut_tail', seq: 5n });
    expect(finding?.fault?.message).toContain('run 2026-01-05#1 was opened, and the log does not say so');
  });

  test('cuts the tail and sets the head back, below an anchor', async () => {
    const chain = await chainOfSix();
    await house.tamper(`delete from audit_log where chain = '${chain}' and seq > 3`);
    await house.tamper(setHeadTo(chain, 3));
    const { kind, seq, finding } = await faultOf(chain);
    expect({ kind, seq }).toEqual({ kind: 'cut_tail', seq: 4n });
    expect(finding?.fault?.message).toMatch(
      /row 4 was anchored at .*run 2026-01-04#1 was opened, and the log does not say so/,
    );
  });

  test('cuts off that a run was completed', async () => {
    const account = await house.accountWithOpened(0);
    await account.runDay(emptyDay(0));
    expect(await faultOf(account.account)).toMatchObject({ verdict: 'intact', kind: null });
    await house.tamper(`delete from audit_log where chain = '${account.account}' and seq = 2`);
    await house.tamper(setHeadTo(account.account, 1));
    const { kind, finding } = await faultOf(account.account);
    expect(kind).toBe('cut_tail');
    expect(finding?.fault?.message).toContain('run 2026-01-01#1 completed, and the log does not say so');
  });

  test('removes a whole chain', async () => {
    const chain = await chainOfSix();
    await house.tamper(`delete from audit_log where chain = '${chain}'`);
    await house.tamper(`delete from audit_heads where chain = '${chain}'`);
    expect(await faultOf(chain)).toMatchObject({ verdict: 'broken', kind: 'cut_tail', seq: 1n });
    expect((await house.verify(null)).chains.map((finding) => finding.chain)).toContain(chain);
  });

  test('moves the head alone', async () => {
    const chain = await chainOfSix();
    await house.tamper(`update audit_heads set hash = repeat('a', 64) where chain = '${chain}'`);
    expect(await faultOf(chain)).toMatchObject({ verdict: 'broken', kind: 'head_changed', seq: 6n });
  });

  test('writes another history from some row on', async () => {
    const chain = await chainOfSix();
    await house.tamper(
      `update audit_log set body = replace(body, '"try"', '"schedule"') where chain = '${chain}' and seq = 4`,
    );
    await house.tamper(rehash(chain, 4));
    await house.append(chain, 'another');
    expect(await faultOf(chain)).toMatchObject({ verdict: 'broken', kind: 'forked', seq: 1n });
    await expect(house.anchor(chain)).rejects.toThrow(InvariantViolated);
  });

  test.each(['changes', 'removes'])('%s an anchor', async (what) => {
    const chain = await chainOfSix();
    await house.anchor(chain);
    const folder = join(house.folder, 'evidence', anchorFolder(chain));
    const [first = ''] = (await readdir(folder)).sort();
    if (what === 'removes') await rm(join(folder, first));
    else await appendFile(join(folder, first), ' ');
    expect(await faultOf(chain)).toMatchObject({ verdict: 'broken', kind: 'anchor_changed' });
  });
});

const setHeadTo = (chain: string, seq: number) =>
  `update audit_heads h set seq = ${seq}, hash = (select l.hash from audit_log l where l.chain = h.chain and l.seq = ${seq}) where h.chain = '${chain}'`;

test('an old copy that was restored is named, refuses an anchor, and once it goes on it is a fork', async () => {
  const away = await openAuditHouse();
  const admin = new Client({ connectionString: new URL('postgres', away.url).href });
  const copy = `recon_copy_${process.pid}`;
  try {
    const chain = (await away.accountWithOpened(2)).account;
    await away.anchor(chain);
    await admin.connect();
    const [, source = ''] = /\/([a-z0-9_]+)$/.exec(new URL(away.url).pathname) ?? [];
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${source}' and pid <> pg_backend_pid()`,
    );
    await admin.query(`create database ${copy} template ${source}`);
    await away.append(chain, 'later');
    await away.anchor(chain);
    expect((await away.verify(chain)).verdict).toBe('intact');

    const url = new URL(away.url);
    url.pathname = copy;
    const restored = await createDatabase({ url: url.href, poolSizeMax: 2, applicationName: 'recon audit test' });
    try {
      const deps = { database: restored, store: away.store, nowMs: Date.now };
      const verified = await verifyAudit({ ...deps, nowMs: Date.now() }, chain);
      expect(verified).toMatchObject({ verdict: 'broken', chains: [{ fault: { kind: 'restored_copy', seq: 3n } }] });
      await expect(anchorChain(deps, chain)).rejects.toThrow(/anchored up to 3 and ends at 2/);
      await appendEvent(restored, { chain, key: 'another', body: { event: 'tried' } });
      const forked = await verifyAudit({ ...deps, nowMs: Date.now() }, chain);
      expect(forked).toMatchObject({ verdict: 'broken', chains: [{ fault: { kind: 'forked', seq: 3n } }] });
      await expect(anchorChain(deps, chain)).rejects.toThrow(/row 3 is not the one that was anchored/);
    } finally {
      await restored.end();
    }
  } finally {
    await admin.query(`drop database if exists ${copy} with (force)`);
    await admin.end();
    await away.close();
  }
});
