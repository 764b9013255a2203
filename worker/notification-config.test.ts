import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { notificationSchema } from './notification-config.ts';
import { Secret } from './secret.ts';

const KEY = '5f'.repeat(32);
// As the configuration looks them up; here they stand for themselves.
const schema = notificationSchema(z.string().transform((value) => new Secret(value)));

const base = { from: 'recon@example.com', transport: { kind: 'smtp', url: 'smtp://mail:587' } };
const ops = { to: ['ops@example.com'], from: 'low' };
const erp = { name: 'erp', url: 'https://erp.example.com/recon', key: KEY };

function problemsOf(more: object): string[] {
  const { error } = schema.safeParse({ ...base, routes: [ops], ...more });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('mail, webhook and Slack each make a route, and escalation is a list of groups', () => {
  const routes = [
    { ...ops, digest: 'only' },
    { webhook: { ...erp, previousKey: KEY }, from: 'medium' },
    { slack: { name: 'ops-channel', url: 'https://hooks.slack.com/services/T/B/x' }, from: 'high', digest: true },
  ];
  const parsed = schema.parse({ ...base, routes, escalation: [{ to: ['lead@example.com'] }, { webhook: erp }] });
  expect(parsed.routes.map(({ digest }) => digest)).toEqual(['only', undefined, true]);
  expect(parsed.escalation).toHaveLength(2);
  expect(parsed.routes[1]?.webhook?.key.reveal()).toBe(KEY);
  expect(JSON.stringify(parsed)).not.toMatch(new RegExp(`${KEY}|hooks.slack.com`));
});

test('without escalation nobody is told of what is overdue', () => {
  expect(schema.parse({ ...base, routes: [ops] }).escalation).toEqual([]);
});

test.each([
  ['a route to nobody', { routes: [{ from: 'low' }] }, 'routes.0: name exactly one of to, webhook and slack'],
  ['a route to two', { routes: [{ ...ops, webhook: erp }] }, 'routes.0: name exactly one of to, webhook and slack'],
  ['an escalation to nobody', { escalation: [{}] }, 'escalation.0: name exactly one of to, webhook and slack'],
  [
    'a webhook that everybody on the way can read',
    { routes: [{ webhook: { ...erp, url: 'http://erp.example.com/recon' }, from: 'low' }] },
    'routes.0.webhook.url: is not https: what it says would travel for everybody to read',
  ],
  [
    'a key that can be guessed',
    { routes: [{ webhook: { ...erp, key: 'secret' }, from: 'low' }] },
    'routes.0.webhook.key: is shorter than 32 characters: make one with openssl rand -hex 32',
  ],
  [
    'a name that would not be found again',
    { routes: [{ webhook: { ...erp, name: 'Our ERP' }, from: 'low' }] },
    'routes.0.webhook.name: is not a short name such as erp or ops-channel',
  ],
  [
    'a Slack address that is none',
    { routes: [{ slack: { name: 'ops', url: 'hooks.slack.com' }, from: 'low' }] },
    'routes.0.slack.url: is not the https address of an incoming webhook',
  ],
  [
    'one name for two places',
    {
      routes: [{ webhook: erp, from: 'low' }],
      escalation: [{ webhook: { ...erp, url: 'https://other.example.com' } }],
    },
    ': webhook erp is named with two addresses',
  ],
])('%s is refused with what to write', (_what, more, problem) => {
  expect(problemsOf(more)).toEqual([problem]);
});

test('a webhook on this machine needs no https', () => {
  expect(problemsOf({ routes: [{ webhook: { ...erp, url: 'http://127.0.0.1:8080/recon' }, from: 'low' }] })).toEqual(
    [],
  );
});
