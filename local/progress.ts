// Tells a waiting person what is being waited for: one line at once, then one every few seconds.

export type Progress = (line: string) => void;

const ELAPSED_LINE_EVERY_MS = 5_000;

export async function withElapsed<T>(onProgress: Progress | undefined, what: string, work: Promise<T>): Promise<T> {
  if (onProgress === undefined) return work;
  const startedMs = performance.now();
  onProgress(what);
  const timer = setInterval(() => {
    onProgress(`${what}: ${Math.round((performance.now() - startedMs) / 1000)} s`);
  }, ELAPSED_LINE_EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
