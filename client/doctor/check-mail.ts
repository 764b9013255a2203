// Would the mail server take our mail? Logs in and asks; sends nothing.
import type { ReconConfig } from '../../worker/config.ts';
import { type Check, check, type Finding, fail, note, ok } from './check.ts';

type Transport = ReconConfig['notifications']['transport'];

const TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function checkMail(transport: Transport): Promise<Check> {
  return check('mail', () => (transport.kind === 'smtp' ? smtp(transport.url.reveal()) : ses(transport)));
}

async function smtp(url: string): Promise<Finding> {
  if (!URL.canParse(url))
    return fail('its address is not a URL such as smtp://user@host:587', 'correct notifications.transport');
  const { hostname, host } = new URL(url);
  const { createTransport } = await import('nodemailer');
  const transporter = createTransport({
    url,
    // As the sender does it: mails name amounts.
    requireTLS: !LOOPBACK.has(hostname),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  try {
    await transporter.verify();
    return ok(`the SMTP server at ${host} lets us in`);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return fail(
      `the SMTP server at ${host} cannot be used: ${said}`,
      'start it, or correct notifications.transport in the configuration',
    );
  } finally {
    transporter.close();
  }
}

async function ses({ region, endpoint }: Extract<Transport, { kind: 'ses' }>): Promise<Finding> {
  const { GetSendQuotaCommand, SESClient } = await import('@aws-sdk/client-ses');
  const client = new SESClient({ region, maxAttempts: 1, ...(endpoint === undefined ? {} : { endpoint }) });
  try {
    const { Max24HourSend, SentLast24Hours } = await client.send(new GetSendQuotaCommand({}));
    return ok(`Amazon SES in ${region}: ${SentLast24Hours ?? 0} of ${Max24HourSend ?? 0} mails sent in 24 h`);
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    if (name.startsWith('AccessDenied'))
      return note('Amazon SES answers, and does not say more', 'allow ses:GetSendQuota to let doctor see the quota');
    return fail(
      `Amazon SES in ${region} cannot be used (${name})`,
      'check region and credentials; the role needs ses:SendRawEmail',
    );
  } finally {
    client.destroy();
  }
}
