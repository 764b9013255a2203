// How a message leaves over HTTP: one way for signed webhooks and for Slack, with the two refusals that the outbox tells apart.
import type { Notice } from '../notice.ts';

export interface HookMessage {
  /** The same for every try, so that a second copy can be recognised. */
  readonly id: string;
  readonly kind: string;
  readonly createdAtMs: number;
  readonly severity: string | null;
  readonly notice: Notice;
}

export interface Hook {
  /** Resolves when the receiver has taken it. @throws HookRefused, HookUnavailable */
  send(message: HookMessage): Promise<void>;
}

/** By audience key, such as webhook/erp. */
export type Hooks = ReadonlyMap<string, Hook>;

/** Said that it wants no more, ever. */
export class HookRefused extends Error {
  override readonly name = 'HookRefused';
}

/** Cannot be reached, or did not take it: what waits for it keeps waiting. */
export class HookUnavailable extends Error {
  override readonly name = 'HookUnavailable';
}
