// Do both sides of each account answer, and how far do they say they are complete?
import type { AccountSetup, Accounts } from '../../activities/accounts.ts';
import type { Source } from '../../activities/fetch/source.ts';
import { timeWords } from '../../activities/report/run-words.ts';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import { type Check, check, type Finding, ok } from './check.ts';

export async function checkAccounts(accounts: Accounts): Promise<readonly Check[]> {
  const checks: Check[] = [];
  // One account after the other: their keys may share a rate limit.
  for (const setup of accounts.values()) {
    checks.push(
      ...(await Promise.all([
        check(`${setup.account} processor`, (signal) => sideOf(setup, setup.source, signal)),
        check(`${setup.account} records`, (signal) => sideOf(setup, setup.internal, signal)),
      ])),
    );
  }
  return checks;
}

async function sideOf(
  { zone }: AccountSetup,
  source: Source<ProcessorRow> | Source<InternalRow>,
  signal: AbortSignal,
): Promise<Finding> {
  const { detail } = await source.probe(signal);
  const watermarkMs = await source.watermarkMs(signal);
  const complete =
    watermarkMs === null
      ? 'does not say how far it is complete'
      : `complete to ${timeWords(watermarkMs, zone)} (${zone})`;
  return ok(`${detail}; ${complete}`);
}
