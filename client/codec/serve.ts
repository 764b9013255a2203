// Runs the codec server until it is told to stop: with the keys, callers and audit log of the configuration.
import { randomUUID } from 'node:crypto';
import { appendEvent, SYSTEM_CHAIN } from '../../activities/audit/append-event.ts';
import { codecOf } from '../../worker/codec/data-converter.ts';
import type { Handler } from '../action.ts';
import { CannotDo } from '../cannot-do.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import { authorisation } from './authorise.ts';
import { type CodecServer, type CodecServerOptions, startCodecServer } from './codec-server.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly behindTls?: boolean;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

export const serve: Handler<ServeOptions> = async ({ io, context, options, output }) => {
  const server = await openCodecServer(context, options, (error) => {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    output.note(`${name}: ${message}`);
  });
  const { namespace } = await context.place();
  output.result({ url: server.url, namespace }, () => `Decodes for the namespace ${namespace} at ${server.url}`);
  const stop = io.interruption();
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.close();
  return EXIT.clean;
};

export async function openCodecServer(
  context: Context,
  { host, port, behindTls = false }: ServeOptions,
  onError: CodecServerOptions['onError'],
): Promise<CodecServer> {
  const { codec } = (await context.config()).temporal;
  if (codec?.server === undefined) {
    throw new CannotDo(
      'nobody may decode: say who as temporal.codec.server, with tokens or an issuer (docs/security.md)',
    );
  }
  const { server, ...keys } = codec;
  if (server.tls === undefined && !behindTls && !LOOPBACK.has(host)) {
    throw new UsageError(
      `what is decoded would leave ${host} in plain: name temporal.codec.server.tls, or say --behind-tls`,
    );
  }
  const { namespace } = await context.place();
  const database = await context.database();
  return startCodecServer({
    ...{ host, port, namespace, onError, origins: server.origins },
    codec: codecOf(keys, namespace),
    authorise: authorisation(server),
    record: async ({ caller, keyIds, payloads }) => {
      const body = { event: 'codec_decode', caller, namespace, keys: keyIds, payloads };
      await appendEvent(database, { chain: SYSTEM_CHAIN, key: `codec/decode/${randomUUID()}`, body });
    },
    tls: server.tls === undefined ? undefined : { cert: server.tls.cert.reveal(), key: server.tls.key.reveal() },
  });
}
