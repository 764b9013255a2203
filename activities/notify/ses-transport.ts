// Sends mail with Amazon SES as a raw message, so that our own headers are kept.
import { SESClient, type SESClientConfig, SESServiceException, SendRawEmailCommand } from '@aws-sdk/client-ses';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type Mail, MailDeferred, MailRefused, type MailTransport, TransportUnavailable } from './mail-transport.ts';
import { mimeFields } from './mime-fields.ts';

export interface SesTransportOptions {
  readonly region?: string;
  readonly endpoint?: string;
  /** Default: the SDK's chain (role of the task, profile, environment). */
  readonly credentials?: NonNullable<SESClientConfig['credentials']>;
}

export function createSesTransport(options: SesTransportOptions = {}): MailTransport {
  // Tries again belong to the outbox.
  const client = new SESClient({ ...options, maxAttempts: 1 });
  return {
    send: async (mail) => {
      const raw = await rawMessage(mail);
      try {
        await client.send(
          new SendRawEmailCommand({ Source: mail.from, Destinations: [...mail.to], RawMessage: { Data: raw } }),
        );
        return { refused: [] };
      } catch (cause) {
        throw toFact(cause);
      }
    },
    close: async () => client.destroy(),
  };
}

function rawMessage(mail: Mail): Promise<Buffer> {
  return new MailComposer(mimeFields(mail)).compile().build();
}

const REFUSED = new Set(['MessageRejected', 'InvalidParameterValue', 'MailFromDomainNotVerifiedException']);

function toFact(cause: unknown): Error {
  const name = cause instanceof Error ? cause.name : 'unknown error';
  if (REFUSED.has(name))
    return new MailRefused(`Amazon SES answered ${name}: check that the sender is verified`, { cause });
  const status = cause instanceof SESServiceException ? cause.$metadata.httpStatusCode : undefined;
  if (name === 'Throttling' || name === 'ThrottlingException')
    return new TransportUnavailable('Amazon SES throttles', { cause });
  if (status !== undefined && status >= 500) return new MailDeferred(`Amazon SES answered ${status}`, { cause });
  return new TransportUnavailable(
    `Amazon SES cannot be used (${name}): check region, credentials and ses:SendRawEmail`,
    { cause },
  );
}
