// Each kind of secret is found, and what only looks like one is left alone. Put together here, so that no line of this file looks like a key.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { secretProblems, secretsCheck } from './secrets-check.ts';

const letters = (count: number) => 'aB3'.repeat(count).slice(0, count);
/** As a generator makes them, and the same in every run. */
const made = (count: number) =>
  createHash('sha512').update('made up').digest('base64').replace(/\W/g, '').slice(0, count);
const hex = (count: number) => createHash('sha512').update('made up').digest('hex').slice(0, count);
const NAMED = 'what looks like a password, token or key';
const begin = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY-----`;

test.each([
  ['a Stripe key', `sk_live_${letters(24)}`],
  ['a Stripe key', `rk_test_${letters(99)}`],
  ['a PayPal access token', `access_token$production$${hex(16)}$${hex(32)}`],
  ['a Square access token', `EAAA${letters(60)}`],
  ['a Square access token', `sq0csp-${letters(43)}`],
  ['an AWS access key', `AKIA${'ABCD2345'.repeat(2)}`],
  ['an AWS secret key', `aws_secret_access_key = ${letters(40)}`],
  ['an AWS secret key', `"SecretAccessKey": "${letters(40)}"`],
  ['a private key', `${begin('')}\n${letters(64)}`],
  ['a private key', `${begin('DSA ')}\\n${letters(64)}`],
  ['a private key', `${begin('RSA ')}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,ABCDEF\n\n${letters(64)}`],
  ['a private key', `'${begin('')}\\n' +\n  '${letters(64)}\\n'`],
  ['a GitHub token', `ghp_${letters(36)}`],
  ['a GitLab token', `glpat-${letters(20)}`],
  ['an npm token', `//registry.npmjs.org/:_authToken=${letters(36)}`],
  ['a Slack token', `xapp-1-${letters(40)}`],
  ['a Slack hook', `https://hooks.slack.com/triggers/T0${'A1'.repeat(5)}/1234567890123/${hex(32)}`],
  ['a Google key', `AIza${letters(35)}`],
  ['a mail service key', `SG.${letters(22)}.${letters(43)}`],
  ['a signed token (JWT, Temporal Cloud)', `eyJ0eXAiOiJKV1QiLCJhbGciOiJI.eyJzdWIiOiIxMjM0NTY3.${letters(43)}`],
  ['credentials in a header', `curl -H "Authorization: Bearer ${letters(40)}"`],
  ['a password in a URL', `postgres://recon:${letters(24)}@db.example.com/recon`],
  ['a password in a URL', `postgres://recon:${'S3cr3t'}Pw9@db.example.com/recon`],
  ['a password in a URL', `redis://:${letters(24)}@cache:6379`],
  [NAMED, `password = "${made(20)}"`],
  [NAMED, `PAYPAL_CLIENT_SECRET=${made(80)}`],
  [NAMED, `apiKey: ${made(48)}`],
  [NAMED, `ENV API_TOKEN=${made(32)}`],
  [NAMED, `tokenKey: '${hex(64)}'`],
  [NAMED, `const passphrase = 'x7$Kq!${'9zRt#2'}mWvP';`],
])('finds %s that leaked', (what, key) => {
  expect(secretProblems(`first line\nkey, ${key}\n`)).toEqual([`2: ${what}`]);
  expect(secretProblems(`first line\nkey, ${key.replaceAll('\n', ' ')} # not a secret: made up\n`)).toEqual([]);
});

test.each([
  'rk_emulated',
  'sk_test_123',
  'postgres://recon:password@localhost/recon',
  'postgres://u:$PASSWORD_OF_THE_OWNER_1@db/x',
  'AKIAIOSFODNN7EXAMPLE',
  'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'a file that begins with -----BEGIN PRIVATE KEY----- is refused',
  'apiKey: aws-secret:recon-prod/temporal-login-2',
  'token: file:/run/secrets/temporal-token-2',
  'const token = await tokenOfTheMachine2(request.headers.authorization);',
  'password = "CHANGE-ME-PLEASE-1"',
  "export const apiKeyHeader = 'x-api-key-2024-01-01';",
  '# The password is asked for: export PASSWORD="$(openssl rand -hex 32)"',
  `"integrity": "sha512-${letters(86)}=="`,
])('%s is no secret', (text) => {
  expect(secretProblems(text)).toEqual([]);
});

test('looks into every file that git would take, however it is written, and at its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'recon-secrets-'));
  const key = `sk_live_${letters(24)}`;
  try {
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    writeFileSync(join(folder, 'crlf.txt'), `first\r\n${key}\r\n`);
    writeFileSync(join(folder, 'utf16.txt'), Buffer.from(`\ufefffirst\n${key}\n`, 'utf16le'));
    writeFileSync(join(folder, 'program.bin'), Buffer.concat([Buffer.from([0, 1, 0]), Buffer.from(key)]));
    writeFileSync(join(folder, 'server.p12'), 'x');
    writeFileSync(join(folder, 'large.txt'), 'x'.repeat(6 * 1_048_576));
    const problems = (await secretsCheck(folder).run()).problems.map((problem) => problem.split(/[;,] |: revoke/)[0]);
    expect(problems).toEqual([
      'crlf.txt:2: a Stripe key',
      'large.txt: is larger than 5242880 bytes: not looked at',
      'program.bin:1: a Stripe key',
      'server.p12: is a file of keys',
      'utf16.txt:2: a Stripe key',
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
