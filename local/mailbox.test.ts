import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { PortTaken } from './errors.ts';
import { type Mailbox, type MailboxFailure, startMailbox } from './mailbox.ts';

let dir = '';
let mailbox: Mailbox;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recon-mailbox-'));
});
afterEach(async () => {
  await mailbox.stop();
  await rm(dir, { recursive: true, force: true });
});

async function start(...failures: MailboxFailure[]): Promise<void> {
  mailbox = await startMailbox({ dir, failures });
}

const mail = (messageId: string) => ({
  from: 'Recon <recon@example.com>',
  to: 'ops@example.com',
  subject: 'Two days differ — 1,00 €',
  text: 'Zwölf Zeilen.',
  html: '<p>Zwölf Zeilen.</p>',
  messageId,
  attachments: [{ filename: 'report.csv', content: 'id,amount\n' }],
});
const send = (messageId: string) => createTransport(mailbox.url).sendMail(mail(messageId));

test('what is sent is kept as it came, beside a page and a text a person can open', async () => {
  await start();
  await send('<run/1.summary@recon>');
  const [kept] = await mailbox.mails();
  expect(kept).toMatchObject({ messageId: '<run/1.summary@recon>', subject: 'Two days differ — 1,00 €' });
  expect(kept?.attachments.map(({ filename }) => filename)).toEqual(['report.csv']);
  const [file = ''] = await mailbox.files();
  expect(basename(file)).toBe('0001-run_1.summary@recon.eml');
  expect(await readFile(file.replace('.eml', '.html'), 'utf8')).toContain('<p>Zwölf Zeilen.</p>');
  const text = await readFile(file.replace('.eml', '.txt'), 'utf8');
  expect(text).toMatch(/^From: .*recon@example.com.*\nTo: ops@example.com\n/);
  expect(text).toContain('Zwölf Zeilen.');
});

test('mails sent at once are all kept, numbered in the order they arrived', async () => {
  await start();
  await Promise.all(['<a@recon>', '<b@recon>', '<c@recon>'].map(send));
  expect((await mailbox.files()).map((file) => basename(file).slice(0, 5))).toEqual(['0001-', '0002-', '0003-']);
  expect((await mailbox.mails()).map(({ messageId }) => messageId).sort()).toEqual([
    '<a@recon>',
    '<b@recon>',
    '<c@recon>',
  ]);
});

test('a mailbox opened on a folder with mails goes on counting and shows them all', async () => {
  await start();
  await send('<a@recon>');
  await mailbox.stop();
  await start();
  await send('<b@recon>');
  expect((await mailbox.mails()).map(({ messageId }) => messageId)).toEqual(['<a@recon>', '<b@recon>']);
});

test('a refused recipient and a refusal after the data keep nothing; then mails are taken again', async () => {
  await start({ at: 'recipient', code: 550, text: 'no such user' }, { at: 'data', code: 451, text: 'try later' });
  await expect(send('<a@recon>')).rejects.toMatchObject({ responseCode: 550 });
  await expect(send('<a@recon>')).rejects.toMatchObject({ responseCode: 451 });
  expect(await mailbox.files()).toEqual([]);
  await send('<a@recon>');
  expect(await mailbox.files()).toHaveLength(1);
});

test('a connection cut after the data leaves the mail kept and the sender unsure', async () => {
  await start();
  mailbox.failNext({ at: 'answer' });
  await expect(send('<a@recon>')).rejects.toThrow();
  await send('<a@recon>');
  expect((await mailbox.mails()).map(({ messageId }) => messageId)).toEqual(['<a@recon>', '<a@recon>']);
});

test('a port that is taken is said so', async () => {
  await start();
  await expect(startMailbox({ dir, port: mailbox.port })).rejects.toThrow(PortTaken);
});
