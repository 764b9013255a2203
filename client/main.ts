// The `recon` command: npm run recon -- COMMAND. Hands the process to the program, and exits with what it says.
import { processIo } from './client-io.ts';
import { runClient } from './run-client.ts';

// A library that leaves a socket open (a login that was refused) must not keep its user waiting.
const LEFT_OPEN_GRACE_MS = 1_000;

// A reader that has seen enough (| head) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await runClient(process.argv.slice(2), processIo(process));
// What is still on its way into a pipe is waited for.
await new Promise<void>((written) => process.stdout.write('', () => written()));
setTimeout(() => process.exit(), LEFT_OPEN_GRACE_MS).unref();
