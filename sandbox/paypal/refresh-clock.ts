// Up to when PayPal has loaded its data: it lags behind the present by hours and moves in whole hours, less a second.
// A test holds it where it needs it.
const HOUR_MS = 3_600_000;
// Floored to the hour this makes two to three hours, PayPal's "up to three".
export const REFRESH_LAG_MS = 2 * HOUR_MS;

export class RefreshClock {
  readonly #clock: () => number;
  readonly #lagMs: number;
  #heldAtMs: number | null;

  constructor(clock: () => number, lagMs: number, heldAtMs: number | null) {
    this.#clock = clock;
    this.#lagMs = lagMs;
    this.#heldAtMs = heldAtMs;
  }

  nowMs(): number {
    return this.#clock();
  }

  nowS(): number {
    return Math.floor(this.#clock() / 1000);
  }

  /** The last second whose data is there. */
  refreshedS(): number {
    if (this.#heldAtMs !== null) return Math.floor(this.#heldAtMs / 1000);
    return (Math.floor((this.#clock() - this.#lagMs) / HOUR_MS) * HOUR_MS) / 1000 - 1;
  }

  /** Null lets it run again. */
  hold(atMs: number | null): void {
    this.#heldAtMs = atMs;
  }
}
