// Sends mail over SMTP. TLS is required except to this machine: mails name amounts.
import { createTransport } from 'nodemailer';
import { errorCode } from '../fetch/request/error-code.ts';
import {
  MailDeferred,
  MailRefused,
  type MailTransport,
  type RefusedRecipient,
  TransportUnavailable,
} from './mail-transport.ts';
import { mimeFields } from './mime-fields.ts';

export interface SmtpTransportOptions {
  /** smtp://user:password@host:port or smtps://… */
  readonly url: string;
}

const CONNECTION_TIMEOUT_MS = 10_000;
const GREETING_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 30_000;
/** A server lets a sender wait before it greets: connections are kept and used again. As many as messages leave at once. */
const CONNECTIONS_MAX = 5;
/** One that was closed before it took a byte of the mail: once more on a new one, in the same try. */
const REQUEUES_MAX = 1;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function createSmtpTransport({ url }: SmtpTransportOptions): MailTransport {
  const transporter = createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    maxRequeues: REQUEUES_MAX,
    requireTLS: !LOOPBACK.has(new URL(url).hostname),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: GREETING_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
  });
  return {
    send: async (mail) => {
      try {
        const sent = await transporter.sendMail(mimeFields(mail));
        return { refused: refusedOf(sent) };
      } catch (cause) {
        throw toFact(cause);
      }
    },
    close: async () => transporter.close(),
  };
}

/** Asked by shape: nodemailer adds the recipient and the server's answer to each error. */
function refusedOf(sent: unknown): RefusedRecipient[] {
  const { rejectedErrors } = Object(sent) as { rejectedErrors?: unknown };
  return (Array.isArray(rejectedErrors) ? rejectedErrors : []).map((error: unknown) => {
    const { recipient } = Object(error) as { recipient?: unknown };
    const answer = answerOf(error);
    return {
      address: String(recipient ?? ''),
      forGood: answer !== undefined && answer >= 500,
      answer: String(answer ?? 'no'),
    };
  });
}

function toFact(cause: unknown): Error {
  const code = errorCode(cause);
  // Where all recipients were refused, nodemailer names an answer that may change, if there was one.
  const answer = answerOf(cause);
  const aboutThisMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (aboutThisMail && (answer === undefined || answer >= 500)) {
    return new MailRefused(answer === undefined ? 'an address is not valid' : `the server answered ${answer}`, {
      cause,
    });
  }
  // 421: the server closes the whole channel (RFC 5321).
  if (aboutThisMail && answer !== 421) return new MailDeferred(`the server answered ${answer}`, { cause });
  const advice =
    code === 'EAUTH'
      ? 'the SMTP server does not accept the user or the password: check notifications.transport in recon.yaml'
      : `the SMTP server cannot be used (${code ?? 'unknown error'}${answer === undefined ? '' : `, it answered ${answer}`})`;
  return new TransportUnavailable(advice, { cause });
}

function answerOf(error: unknown): number | undefined {
  // Asked by shape: nodemailer adds the server's answer to whatever error it has.
  const { responseCode } = Object(error) as { responseCode?: unknown };
  return typeof responseCode === 'number' ? responseCode : undefined;
}
