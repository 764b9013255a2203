// An SMTP server on loopback that keeps every mail in a folder, and can be told to fail in the ways real ones do. Never
// sends anything on.
import type { AddressInfo, Socket } from 'node:net';
import type { ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { PortTaken, systemErrorCode } from './errors.ts';
import { MailFolder } from './mail-folder.ts';

/**
 * What happens to one mail: refused at RCPT, refused after its data (not kept), or kept and the connection cut before
 * the sender hears.
 */
export type MailboxFailure =
  | { readonly at: 'recipient' | 'data'; readonly code: number; readonly text: string }
  | { readonly at: 'answer' }
  | { readonly at: 'never' };

export interface StartMailboxOptions {
  readonly dir: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** One per mail, in the order they are sent; after the last, mails are kept. */
  readonly failures?: readonly MailboxFailure[] | undefined;
}

export interface Mailbox {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  mails(): Promise<ParsedMail[]>;
  /** The .eml files; a .txt and a .html stand beside each. */
  files(): Promise<string[]>;
  failNext(...failures: MailboxFailure[]): void;
  /** Cuts what is connected. More than once is fine. */
  stop(): Promise<void>;
}

const MAIL_BYTES_MAX = 30_000_000;
const CLOSE_TIMEOUT_MS = 1_000;
const KEEP: MailboxFailure = { at: 'never' };

export async function startMailbox(options: StartMailboxOptions): Promise<Mailbox> {
  const folder = await MailFolder.open(options.dir);
  const script = [...(options.failures ?? [])];
  const sockets = new Map<number, Socket>();
  const server = smtpServer(folder, script, sockets);
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  const port = await listen(server, options.port ?? 0);
  let stopped: Promise<void> | undefined;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    dir: options.dir,
    mails: () => folder.mails(),
    files: () => folder.files(),
    failNext: (...failures) => void script.push(...failures),
    stop: () => {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      });
      return stopped;
    },
  };
}

function smtpServer(folder: MailFolder, script: MailboxFailure[], sockets: Map<number, Socket>): SMTPServer {
  const planned = new Map<string, MailboxFailure>();
  return new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    size: MAIL_BYTES_MAX,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
    onMailFrom: (_sender, session, done) => {
      planned.set(session.id, script.shift() ?? KEEP);
      done();
    },
    onRcptTo: (_recipient, session, done) => {
      const plan = planned.get(session.id);
      done(plan?.at === 'recipient' ? smtpError(plan.code, plan.text) : null);
    },
    onData: (stream, session, done) => {
      receive(stream, planned.get(session.id) ?? KEEP, folder).then(
        (answer) => {
          if (answer === 'cut') sockets.get(session.remotePort)?.destroy();
          else done(answer);
        },
        (error: Error) => done(smtpError(451, `the mailbox cannot keep it: ${error.message}`)),
      );
    },
    onClose: (session) => void planned.delete(session.id),
  });
}

async function receive(
  stream: SMTPServerDataStream,
  plan: MailboxFailure,
  folder: MailFolder,
): Promise<Error | null | 'cut'> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) return smtpError(552, 'the mail is larger than 30 MB');
  if (plan.at === 'data') return smtpError(plan.code, plan.text);
  await folder.keep(Buffer.concat(chunks));
  return plan.at === 'answer' ? 'cut' : null;
}

function smtpError(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: Error) => {
      reject(systemErrorCode(error) === 'EADDRINUSE' ? new PortTaken('The mailbox', port, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', () => {
      // From here on an error is a client that went away, which is the client's to tell.
      server.on('error', () => undefined);
      resolve((server.server.address() as AddressInfo).port);
    });
  });
}
