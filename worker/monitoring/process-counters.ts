// What this process counts of itself since it started: requests to the processors, refusals, decisions and their passes.
import type { Gates, RequestLimits } from '../../activities/fetch/request/rate-limit.ts';
import type { StepTiming } from '../../activities/reconcile/run-passes.ts';
import { parseAccountName } from '../../domain/account.ts';
import type { Sample } from './exposition.ts';
import { OTHER, PASSES_NAMED_MAX } from './metric-catalog.ts';
import type { ProcessorLabel } from './processor-labels.ts';

export interface ProcessCounters {
  /** The same gates, and what passes them is counted. */
  counting(gates: Gates): Gates;
  decided(timings: readonly StepTiming[]): void;
  samples(): Sample[];
}

export function createProcessCounters(label: ProcessorLabel): ProcessCounters {
  const sent = new Map<string, number>();
  const refused = new Map<string, number>();
  const seconds = new Map<string, number>();
  let decisions = 0;
  return {
    counting: (gates) => (account: string, limits: RequestLimits) => {
      const processor = label(parseAccountName(account).processor);
      const gate = gates(account, limits);
      // Shown from the start, so that the first refusal is an increase.
      add(sent, processor, 0);
      add(refused, processor, 0);
      return {
        pass: async (signal) => {
          await gate.pass(signal);
          add(sent, processor, 1);
        },
        pause: (retryAfterMs) => {
          add(refused, processor, 1);
          return gate.pause(retryAfterMs);
        },
      };
    },
    decided: (timings) => {
      decisions += 1;
      for (const { pass, ms } of timings) {
        const name = seconds.has(pass) || seconds.size < PASSES_NAMED_MAX - 1 ? pass : OTHER;
        add(seconds, name, ms / 1_000);
      }
    },
    samples: () => [
      ...samplesOf('recon_fetch_requests_total', 'processor', sent),
      ...samplesOf('recon_fetch_rate_limited_total', 'processor', refused),
      { name: 'recon_decisions_total', value: decisions },
      ...samplesOf('recon_decision_seconds_total', 'pass', seconds),
    ],
  };
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function samplesOf(name: string, label: string, counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([key, value]) => ({ name, labels: { [label]: key }, value }));
}
