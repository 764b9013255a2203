import { expect, test } from '@jest/globals';
import { accountForTests } from '../accounts-for-tests.ts';
import { planSchedules, scheduleDefinition, scheduleIdOf } from './schedule-plan.ts';

const account = (name: string, zone: string) => accountForTests(name, { zone });

test('a schedule is named after its zone', () => {
  expect(scheduleIdOf('UTC')).toBe('recon-daily-utc');
  expect(scheduleIdOf('America/New_York')).toBe('recon-daily-america-new_york');
});

test('accounts of one zone share a schedule', () => {
  const accounts = [
    account('stripe/us', 'America/New_York'),
    account('stripe/eu', 'UTC'),
    account('paypal/us', 'America/New_York'),
  ];
  expect(planSchedules({ accounts })).toEqual([
    { scheduleId: 'recon-daily-america-new_york', zone: 'America/New_York', accounts: ['stripe/us', 'paypal/us'] },
    { scheduleId: 'recon-daily-utc', zone: 'UTC', accounts: ['stripe/eu'] },
  ]);
});

test('two spellings of a zone are refused: each would run half of the accounts', () => {
  const accounts = [account('stripe/us', 'UTC'), account('stripe/eu', 'utc')];
  expect(() => planSchedules({ accounts })).toThrow('spell them alike');
});

test('nothing that decides what happens after an outage is left to a default', () => {
  const [plan] = planSchedules({ accounts: [account('stripe/us', 'UTC')] });
  if (plan === undefined) throw new Error('there is a plan');
  const { spec, action, policies } = scheduleDefinition(plan, 'recon');
  expect(spec).toEqual({ cronExpressions: ['0 4 * * *'], timezone: 'UTC' });
  expect(policies).toEqual({ overlap: 'BUFFER_ALL', catchupWindow: 7 * 86_400_000, pauseOnFailure: false });
  expect(action).toMatchObject({ workflowType: 'dailyReconciliation', workflowExecutionTimeout: 20 * 3_600_000 });
  expect(action).not.toHaveProperty('retry');
});
