// `recon codec rotate|keys|serve`: the keys by which Temporal's payloads are encrypted, and the server that opens them for people.
import { type Command, Option } from 'commander';
import { action } from './action.ts';
import type { ClientIo } from './client-io.ts';
import type { RotateOptions } from './codec/rotate.ts';
import type { ServeOptions } from './codec/serve.ts';
import { examples } from './help-examples.ts';
import { countOption } from './option-parsers.ts';

const PORT_DEFAULT = 8234;
const PORT_MAX = 65_535;

export function registerCodec(program: Command, io: ClientIo): void {
  const codec = program.command('codec').description('encryption of what Temporal keeps: rotate, keys, serve');
  codec
    .command('rotate')
    .description('make a new key, which encrypts from now on; the old ones only decrypt')
    .requiredOption(
      '--keys <reference>',
      'where they are kept, as temporal.codec.keys names it: file:PATH or aws-secret:NAME',
    )
    .option('--kms <key>', 'wrap the new key under this KMS key (id, ARN or alias); without it, it is kept plain')
    .option('--namespace <namespace>', 'of Temporal, to which a wrapped key is bound', 'default')
    .option('--region <region>', 'of AWS (default: the SDK’s chain)')
    .option('--endpoint <url>', 'of what stands in for AWS')
    .addHelpText(
      'after',
      examples(
        ['codec rotate --keys file:secrets/codec-keys.json', 'a laptop: the first key, or one more'],
        ['codec rotate --keys aws-secret:recon/codec-keys --kms alias/recon-codec --namespace recon', 'on AWS'],
      ),
    )
    .action(action<RotateOptions>(io, async () => (await import('./codec/rotate.ts')).rotate));
  codec
    .command('keys')
    .description('which keys there are, which one encrypts, and whether each can be opened')
    .addHelpText('after', examples(['codec keys', 'before an old one is taken out, and after']))
    .action(action<object>(io, async () => (await import('./codec/keys.ts')).keys));
  codec
    .command('serve')
    .description('open payloads for the Temporal UI and command line; each time is in the audit log')
    .addOption(new Option('--port <port>', 'where to listen').argParser(countOption(PORT_MAX)).default(PORT_DEFAULT))
    .option('--host <host>', 'where to listen', '127.0.0.1')
    .option('--behind-tls', 'a proxy in front ends TLS: listen in plain although others can reach the host')
    .addHelpText(
      'after',
      examples(
        [
          'codec serve',
          'then: temporal workflow show … --codec-endpoint http://127.0.0.1:8234 --codec-auth "Bearer TOKEN"',
        ],
        ['codec serve --host 0.0.0.0 --behind-tls', 'behind a load balancer'],
      ),
    )
    .action(action<ServeOptions>(io, async () => (await import('./codec/serve.ts')).serve));
}
