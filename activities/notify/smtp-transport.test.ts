import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../local/free-port.ts';
import { type Mailbox, startMailbox } from '../../local/mailbox.ts';
import { type Mail, MailDeferred, MailRefused, TransportUnavailable } from './mail-transport.ts';
import { createSmtpTransport } from './smtp-transport.ts';

let dir: string;
let mailbox: Mailbox;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recon-smtp-test-'));
  mailbox = await startMailbox({ dir });
});
afterAll(async () => {
  await mailbox.stop();
  await rm(dir, { recursive: true });
});

const MAIL: Mail = {
  messageId: '<0123456789abcdef@recon>',
  from: 'recon@example.com',
  to: ['ops@example.com', 'lead@example.com'],
  subject: '[high] stripe/us 2026-01-31: 1 difference',
  text: 'text',
  html: '<p>html</p>',
};

test('sends both parts with our Message-ID, marked as automatic', async () => {
  const transport = createSmtpTransport({ url: mailbox.url });
  expect(await transport.send(MAIL)).toEqual({ refused: [] });
  const [mail] = (await mailbox.mails()).slice(-1);
  expect(mail).toMatchObject({ messageId: MAIL.messageId, subject: MAIL.subject, html: MAIL.html });
  expect(mail?.text?.trim()).toBe('text');
  expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail?.headers.get('x-recon-message-id')).toBe(MAIL.messageId);
  await transport.close();
});

test('tells a refusal for good from one for now, and both from a server that is not there', async () => {
  const transport = createSmtpTransport({ url: mailbox.url });
  mailbox.failNext({ at: 'recipient', code: 550, text: 'no such user' });
  await expect(transport.send(MAIL)).rejects.toThrow(MailRefused);
  mailbox.failNext({ at: 'recipient', code: 450, text: 'greylisted' });
  await expect(transport.send(MAIL)).rejects.toThrow(MailDeferred);
  mailbox.failNext({ at: 'data', code: 554, text: 'spam' });
  await expect(transport.send(MAIL)).rejects.toThrow(MailRefused);
  mailbox.failNext({ at: 'answer' });
  await expect(transport.send(MAIL)).rejects.toThrow(TransportUnavailable);
  const nobody = createSmtpTransport({ url: `smtp://127.0.0.1:${await freePort()}` });
  await expect(nobody.send(MAIL)).rejects.toThrow(/no mail can be sent: the SMTP server cannot be used \(E/);
});

test('an address that is none is refused without asking the server', async () => {
  const transport = createSmtpTransport({ url: mailbox.url });
  await expect(transport.send({ ...MAIL, to: [] })).rejects.toThrow(MailRefused);
});
