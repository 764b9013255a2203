// What stands between a source and its API: passed before each request, told of each refusal, so that everybody who uses
// the same account waits together.
export interface RequestGate {
  /** Resolves when the account may send one more request; rejects when the signal says so. */
  pass(signal: AbortSignal): Promise<void>;
  /** The API refused for its rate: nobody asks again before this time is over. Null where it did not say how long. */
  pause(retryAfterMs: number | null): Promise<void>;
}
