// What can go wrong on the way to a processor, as a script: which requests, how often, and what they get instead of an answer.
// What an answer of the processor's own looks like is its emulator's business.
export interface EmulatedRequest {
  /** 1 for the first request since the faults were set. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What a network, a proxy or a maintenance page makes of an answer, whoever gave it. */
export type NetworkFault =
  /** The connection breaks before a byte of the answer. */
  | { readonly kind: 'dropped' }
  /** The connection stays open and silent until the emulator stops. */
  | { readonly kind: 'hanging' }
  /** 200 with half of the JSON, well framed, as a broken proxy sends it. */
  | { readonly kind: 'truncated_json' }
  /** The connection breaks in the middle of the body. */
  | { readonly kind: 'dropped_midway' }
  /** What a proxy or a maintenance page says. */
  | { readonly kind: 'html'; readonly status?: number };

export interface Fault<Answer> {
  /** Ordinal numbers of the requests, or a question about each of them. */
  readonly on: number | readonly number[] | ((request: EmulatedRequest) => boolean);
  /** How many requests it hits at most; by default each number once, a question's first yes once. */
  readonly times?: number;
  readonly answer: Answer;
}

/** Holds the script and counts it down; the first fault that applies is the one that happens. */
export class FaultPlan<Answer> {
  readonly #faults: { readonly fault: Fault<Answer>; left: number }[];
  #requests = 0;

  constructor(faults: readonly Fault<Answer>[]) {
    this.#faults = faults.map((fault) => ({
      fault,
      left: fault.times ?? (Array.isArray(fault.on) ? fault.on.length : 1),
    }));
  }

  next(request: Omit<EmulatedRequest, 'number'>): Answer | undefined {
    this.#requests += 1;
    const numbered = { ...request, number: this.#requests };
    const hit = this.#faults.find(({ fault, left }) => left > 0 && applies(fault.on, numbered));
    if (hit === undefined) return undefined;
    hit.left -= 1;
    return hit.fault.answer;
  }
}

function applies(on: Fault<unknown>['on'], request: EmulatedRequest): boolean {
  if (typeof on === 'function') return on(request);
  return typeof on === 'number' ? on === request.number : on.includes(request.number);
}
