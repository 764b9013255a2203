// A secret that prints as ***: in logs, errors and JSON alike. Only reveal() and current() show it, and only where it is used.
import { inspect } from 'node:util';

/** Asks the place where a secret is kept. */
export type SecretSource = () => Promise<string>;

/** How long a copy serves before the place is asked again. */
const CACHED_MS = 5 * 60_000;

export class Secret {
  #value: string;
  readonly #source: SecretSource | undefined;
  readonly #clock: () => number;
  #fetchedAtMs: number;
  #pending: Promise<string> | undefined;

  /** @param source Where it is asked for again; without one it never changes. */
  constructor(value: string, source?: SecretSource, clock: () => number = () => performance.now()) {
    this.#value = value;
    this.#source = source;
    this.#clock = clock;
    this.#fetchedAtMs = clock();
  }

  /** As it was last fetched. */
  reveal(): string {
    return this.#value;
  }

  /** As it is now, or was less than five minutes ago. `fresh`: it was refused, so that a copy will not do. */
  async current({ fresh = false }: { readonly fresh?: boolean } = {}): Promise<string> {
    const source = this.#source;
    if (source === undefined) return this.#value;
    if (!fresh && this.#clock() - this.#fetchedAtMs < CACHED_MS) return this.#value;
    this.#pending ??= this.#fetch(source).finally(() => {
      this.#pending = undefined;
    });
    try {
      return await this.#pending;
    } catch (error) {
      if (fresh) throw error;
      // What worked five minutes ago most likely works still; where it does not, it is asked for afresh, and that fails.
      return this.#value;
    }
  }

  async #fetch(source: SecretSource): Promise<string> {
    this.#value = await source();
    this.#fetchedAtMs = this.#clock();
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}
