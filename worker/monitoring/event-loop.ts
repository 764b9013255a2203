// Knows for how long this process did nothing else at a stretch, in the last minute. While it is blocked it answers nobody, which a
// health check sees too; this says it afterwards.
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface EventLoop {
  /** Of the last one to two windows. */
  longestPauseMs(): number;
  stop(): void;
}

const WINDOW_MS = 30_000;
const RESOLUTION_MS = 20;
const NS_PER_MS = 1_000_000;

export function watchEventLoop(): EventLoop {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let previousMs = 0;
  const currentMs = () => Math.max(0, histogram.max / NS_PER_MS - RESOLUTION_MS);
  const timer = setInterval(() => {
    previousMs = currentMs();
    histogram.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    longestPauseMs: () => Math.max(previousMs, currentMs()),
    stop: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
