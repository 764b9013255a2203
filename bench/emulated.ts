// An emulated processor as a source of the bench: starts its process, says what recon.yaml says of it, tells what was asked.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { scriptPath } from './child.ts';
import { type OpenSource, requestLogSchema } from './open-source.ts';

export const EMULATED_KINDS = ['stripe', 'paypal', 'square'] as const;
export const EMULATED_SECRET = 'emulated_secret';
// So many that it is never waited for: the price of asking the gate is in the figures, our own limit is not.
const REQUESTS_PER_SECOND = 1_000;

const readySchema = z.object({ url: z.string(), requestsMin: z.int() });
export type EmulatorReady = z.infer<typeof readySchema>;

export interface EmulatedOptions {
  readonly kind: (typeof EMULATED_KINDS)[number];
  readonly account: string;
  readonly rows: number;
  readonly latencyMs: number;
}

export async function openEmulated(options: EmulatedOptions): Promise<OpenSource> {
  const child = fork(scriptPath('measure-emulator.ts'), [JSON.stringify(options)], { execArgv: ['--no-warnings'] });
  const { url, requestsMin } = readySchema.parse(await answer(child));
  return {
    config: { ...configOf(options.kind), baseUrl: url, requestsPerSecond: REQUESTS_PER_SECOND },
    requestsMin,
    takeLog: async () => {
      const told = answer(child);
      child.send('log');
      return requestLogSchema.parse(await told);
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function answer(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const fail = () => ended.abort(new Error('the emulator ended: what it said stands above'));
  child.once('exit', fail);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message;
  } finally {
    child.off('exit', fail);
  }
}

function configOf(kind: EmulatedOptions['kind']): object {
  const secret = 'file:secrets/emulated';
  switch (kind) {
    case 'stripe':
      return { kind, key: secret };
    case 'paypal':
      return { kind, clientId: secret, clientSecret: secret };
    case 'square':
      return { kind, token: secret };
  }
}
