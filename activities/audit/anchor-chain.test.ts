import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { anchorFolder, anchorSha256 } from '../../domain/audit-anchor.ts';
import { ObjectDiffers } from '../report/object-store.ts';
import { anchorEveryChain } from './anchor-chain.ts';
import { type AuditHouse, openAuditHouse } from './audit-house-for-tests.ts';

let house: AuditHouse;
beforeAll(async () => {
  house = await openAuditHouse();
});
afterAll(() => house?.close());

const filesOf = async (chain: string) => (await readdir(join(house.folder, 'evidence', anchorFolder(chain)))).sort();

test('says where the chain stands, and continues the anchor before it', async () => {
  const { account: chain } = await house.accountWithOpened(2);
  const first = await house.anchor(chain);
  await house.append(chain, 'a', 'b', 'c');
  const second = await house.anchor(chain);
  const hashes = await house.auditor.anyFirst(sql.type(z.object({ hash: z.string() }))`
    select hash from audit_log where chain = ${chain} order by seq`);
  expect(first).toMatchObject({ chain, epoch: 1, fromSeq: '1', toSeq: '2', head: hashes[1], previousAnchorSha: null });
  expect(second).toMatchObject({ fromSeq: '3', toSeq: '5', head: hashes[4] });
  const [file = ''] = await filesOf(chain);
  const text = await readFile(join(house.folder, 'evidence', anchorFolder(chain), file), 'utf8');
  expect(JSON.parse(text)).toEqual(first);
  expect(second?.previousAnchorSha).toBe(anchorSha256(text));
});

test('a chain that has not grown gets no further anchor', async () => {
  const { account: chain } = await house.accountWithOpened(2);
  const first = await house.anchor(chain);
  expect(await house.anchor(chain)).toEqual(first);
  expect(await filesOf(chain)).toHaveLength(1);
});

test('anchors that are written at once, while the chain grows, still continue each other', async () => {
  const { account: chain } = await house.accountWithOpened(2);
  await Promise.all([
    house.append(chain, 'a', 'b', 'c', 'd', 'e', 'f'),
    ...Array.from({ length: 6 }, () => house.anchor(chain)),
  ]);
  await house.anchor(chain);
  expect(await house.verify(chain)).toMatchObject({ verdict: 'intact', chains: [{ anchoredTo: 8n }] });
});

test('a chain without a row has nothing to anchor', async () => {
  await house.worker.query(sql.unsafe`
    insert into accounts (account, processor_name, zone, reporting_currency, start_date)
    values ('test/never', 'test', 'UTC', 'USD', '2026-01-01')`);
  expect(await house.anchor('test/never')).toBeNull();
});

test('the daily round anchors every chain, and one that cannot be anchored does not keep the others from it', async () => {
  const bad = (await house.accountWithOpened(2)).account;
  const good = (await house.accountWithOpened(2)).account;
  await house.anchor(bad);
  await house.tamper(`update audit_log set hash = repeat('a', 64) where chain = '${bad}' and seq = 2`);
  const round = anchorEveryChain({ database: house.worker, store: house.store, nowMs: Date.now });
  await expect(round).rejects.toThrow(`the audit chain of ${bad} is broken`);
  expect(await filesOf(good)).toHaveLength(1);
  expect(await filesOf('system')).toHaveLength(1);
});

test('the folder keeps what was written first', async () => {
  const key = `${anchorFolder('stripe/us')}/000001-000000000000000001.json`;
  await house.store.put(key, 'one');
  await house.store.put(key, 'one');
  await expect(house.store.put(key, 'two')).rejects.toThrow(ObjectDiffers);
  expect(await house.store.latest('stripe/us')).toEqual({ key, text: 'one', disturbed: null });
  expect(await house.store.latest('stripe/uk')).toBeNull();
  expect(await house.store.chains()).toContain('stripe/us');
});
