// `npm run demo` and `npm run dev`: a made-up company's days at its processors, end to end on this machine.
import type { Command } from 'commander';
import { action, type Invocation } from './action.ts';
import type { ClientIo } from './client-io.ts';
import type { ExitCode } from './exit-codes.ts';

interface Options {
  readonly quick: boolean;
  readonly folder: string;
}

export function registerDemo(program: Command, io: ClientIo): void {
  program
    .command('demo')
    .description('reconcile yesterday and the seven days before it for a made-up company, and compare with the truth')
    .option('--quick', 'fewer transactions', false)
    .option('--folder <folder>', 'where reports, mails and the configuration go; emptied first', '.recon/demo')
    .action(action<Options>(io, async () => demo));
}

export function registerDev(program: Command, io: ClientIo): void {
  program
    .command('dev')
    .description('the demo, and then everything stays up to look around in, until Ctrl-C')
    .option('--quick', 'fewer transactions', false)
    .option('--folder <folder>', 'where everything is kept; emptied first', '.recon/dev')
    .action(action<Options>(io, async () => dev));
}

async function demo({ options, io }: Invocation<Options>): Promise<ExitCode> {
  const { runDemo } = await import('./run-demo.ts');
  return runDemo({ ...options, json: options.json ?? false }, io);
}

async function dev({ options, io }: Invocation<Options>): Promise<ExitCode> {
  const { runDev } = await import('./run-demo.ts');
  return runDev({ ...options, json: options.json ?? false }, io, io.interruption());
}
