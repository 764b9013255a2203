import { SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { type Moto, startMoto } from '../../local/moto.ts';
import { type Mail, MailRefused, TransportUnavailable } from './mail-transport.ts';
import { createSesTransport } from './ses-transport.ts';

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto();
  const client = new SESClient(options());
  await client.send(new VerifyEmailIdentityCommand({ EmailAddress: 'recon@example.com' }));
  client.destroy();
});
afterAll(() => moto.stop());

const options = () => ({
  endpoint: moto.url,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});
const MAIL: Mail = {
  messageId: '<0123456789abcdef@recon>',
  from: 'recon@example.com',
  to: ['ops@example.com', 'lead@example.com'],
  subject: '[high] stripe/us 2026-01-31: 1 difference, 1,250.00 € at risk',
  text: 'text',
  html: '<p>html</p>',
};

async function sent(): Promise<{ raw_data: string; destinations: string[] }[]> {
  const answer = await fetch(`${moto.url}/moto-api/data.json`);
  const { ses } = (await answer.json()) as { ses?: Record<string, { raw_data?: string; destinations?: string[] }[]> };
  return (ses?.['RawMessage'] ?? []).map(({ raw_data = '', destinations = [] }) => ({ raw_data, destinations }));
}

test('sends the raw message, so that our Message-ID and headers are in it', async () => {
  const transport = createSesTransport(options());
  expect(await transport.send(MAIL)).toEqual({ refused: [] });
  await transport.close();
  const [message] = await sent();
  const mail = await simpleParser(Buffer.from(message?.raw_data ?? ''));
  expect(mail).toMatchObject({ messageId: MAIL.messageId, subject: MAIL.subject, html: MAIL.html });
  expect(mail.headers.get('x-recon-message-id')).toBe(MAIL.messageId);
});

test('a sender that is not verified is a refusal for good', async () => {
  const transport = createSesTransport(options());
  await expect(transport.send({ ...MAIL, from: 'nobody@example.org' })).rejects.toThrow(MailRefused);
});

test('an endpoint that nobody listens on holds up all mail', async () => {
  const transport = createSesTransport({ ...options(), endpoint: 'http://127.0.0.1:1' });
  await expect(transport.send(MAIL)).rejects.toThrow(TransportUnavailable);
});
