// What the watchdog says of a log that real runs wrote, untouched and tampered with by a superuser.
import { appendFile, copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AuditHouse, openAuditHouse } from '../../activities/audit/audit-house-for-tests.ts';
import { anchorFolder } from '../../domain/audit-anchor.ts';
import { auditChains } from './audit-chains.ts';

const HOUR_MS = 3_600_000;

let house: AuditHouse;
beforeAll(async () => {
  house = await openAuditHouse();
});
afterAll(() => house?.close());

/** Four runs that were opened, anchored up to the third. */
async function chainOfFour(): Promise<string> {
  const { account } = await house.accountWithOpened(3);
  await house.anchor(account);
  await house.append(account, 'fourth');
  return account;
}

async function found(chain: string, { hoursLater = 0, accounts = [] as string[], store = house.store } = {}) {
  const nowMs = Date.now() + hoursLater * HOUR_MS;
  // As the worker's login sees it: that is the watchdog's too.
  const findings = await auditChains(house.worker, store, accounts, nowMs);
  return findings.filter(({ about }) => about === `audit chain ${chain}`);
}

async function newestFile(chain: string): Promise<string> {
  const folder = join(house.folder, 'evidence', anchorFolder(chain));
  const [newest = ''] = (await readdir(folder)).sort().reverse();
  return join(folder, newest);
}

const broken = (detail: RegExp) => [
  {
    cause: 'chain_broken',
    severity: 'critical',
    detail: expect.stringMatching(detail),
    next: 'npm run recon -- audit verify',
  },
];

test('a chain that goes on after its anchor is nothing to tell for a day; after that it is', async () => {
  const chain = await chainOfFour();
  expect(await found(chain)).toEqual([]);
  expect(await found(chain, { hoursLater: 29 })).toEqual([]);
  expect(await found(chain, { hoursLater: 31 })).toMatchObject([
    { cause: 'anchor_old', severity: 'medium', detail: expect.stringMatching(/^row 4 waits for an anchor since /) },
  ]);
});

test('a chain that has not grown needs no new anchor, one that was never anchored needs its first', async () => {
  const { account } = await house.accountWithOpened(1);
  expect(await found(account)).toEqual([]);
  expect(await found(account, { hoursLater: 31 })).toMatchObject([
    { cause: 'anchor_old', detail: expect.stringMatching(/^row 1 waits for an anchor since /) },
  ]);
  await house.anchor(account);
  expect(await found(account, { hoursLater: 1_000 })).toEqual([]);
});

test('the row that was anchored, written again by a superuser, is a broken chain', async () => {
  const chain = await chainOfFour();
  await house.tamper(`update audit_log set hash = repeat('a', 64) where chain = '${chain}' and seq = 3`);
  expect(await found(chain, { hoursLater: 31 })).toMatchObject(broken(/^row 3 is not the one that was anchored$/));
});

test('a tail that was cut below the anchor is a broken chain, whether the head was set back or not', async () => {
  const chain = await chainOfFour();
  await house.tamper(`delete from audit_log where chain = '${chain}' and seq >= 3`);
  expect(await found(chain)).toMatchObject(broken(/^it was anchored up to 3 and ends at 4: its tail was cut/));
  await house.tamper(`
    update audit_heads h set seq = 2, hash = (select l.hash from audit_log l where l.chain = h.chain and l.seq = 2)
    where h.chain = '${chain}'`);
  expect(await found(chain)).toMatchObject(broken(/^it was anchored up to 3 and ends at 2: its tail was cut/));
});

test('a chain that was removed with its account is looked for, because the configuration has it', async () => {
  const chain = await chainOfFour();
  await house.tamper(`delete from audit_log where chain = '${chain}'`);
  await house.tamper(`delete from audit_heads where chain = '${chain}'`);
  await house.tamper(`update accounts set account = 'test/renamed' where account = '${chain}'`);
  expect(await found(chain)).toEqual([]);
  expect(await found(chain, { accounts: [chain] })).toMatchObject(broken(/anchored up to 3 and ends at 0/));
});

test('an anchor that is no longer what was written is a broken chain', async () => {
  const [changed, replaced, other] = [await chainOfFour(), await chainOfFour(), await chainOfFour()];
  await appendFile(await newestFile(changed), ' ');
  expect(await found(changed)).toMatchObject(broken(/000003\.json is not an anchor any more/));
  await copyFile(await newestFile(other), await newestFile(replaced));
  expect(await found(replaced)).toMatchObject(broken(/000003\.json holds the anchor of another place/));
  const latest = async (chain: string) => {
    const newest = await house.store.latest(chain);
    return newest === null ? null : { ...newest, disturbed: 'was hidden by a delete marker after it was written' };
  };
  expect(await found(other, { store: { ...house.store, latest } })).toMatchObject(broken(/was hidden by a delete/));
});
