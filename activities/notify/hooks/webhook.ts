// Sends messages to a company's own system, signed. The timestamp is of the attempt; the id is the message's for ever.
import type { Hook, HookMessage } from './hook.ts';
import { postHook } from './post-hook.ts';
import { webhookHeaders } from './sign-webhook.ts';

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** The key, then the one it replaces, if any. */
  readonly keys: readonly string[];
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Counted up when a field changes its meaning or goes. */
const VERSION = 1;

export function createWebhook({ name, url, keys, clock }: WebhookOptions): Hook {
  return {
    send: (message) => {
      const body = webhookBody(message);
      const headers = webhookHeaders({ id: message.id, body, atMs: clock() }, keys);
      return postHook({ name: `webhook ${name}`, url, headers, body });
    },
  };
}

export function webhookBody({ id, kind, createdAtMs, severity, notice }: HookMessage): string {
  const { tone, about, date, sentence, next, short, lines, link } = notice;
  const createdAt = new Date(createdAtMs).toISOString();
  return JSON.stringify({
    ...{ version: VERSION, id, kind, createdAt, severity, tone },
    ...{ about, date, sentence, next, short, lines, link },
  });
}
