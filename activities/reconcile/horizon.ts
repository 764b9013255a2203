// Decides how far a run can see: the lesser of both sides' coverage, cut where rows of a later day are staged but not yet
// introduced. Pinned with the run, so that a replay does not depend on a clock.

export interface SideCoverage {
  /** How far the source says it is complete; null where it cannot say. */
  readonly watermarkMs: number | null;
  /** The end of what was fetched; null where nothing was read. */
  readonly fetchedUntilMs: number | null;
  /** The source delivered at least one row, ever or now. */
  readonly deliveredRows: boolean;
  /** It states completeness itself, or the account says that it may be empty. */
  readonly emptyIsComplete: boolean;
  /** Where nobody states how far the rows reach: the end of the last row's business day, null without a row. */
  readonly believedUntilMs?: number | null;
}

/** A side is covered up to min(watermark, end of what was fetched, what is believed); a silent source covers nothing. */
export function coverageMs(side: SideCoverage): number | null {
  const { fetchedUntilMs, watermarkMs, believedUntilMs, deliveredRows, emptyIsComplete } = side;
  if (fetchedUntilMs === null) return null;
  // An empty file has no last row. Where it counts all the same, it covers what was asked of it.
  const isSilent = believedUntilMs === undefined ? !deliveredRows : believedUntilMs === null;
  if (isSilent && !emptyIsComplete) return null;
  return Math.min(fetchedUntilMs, watermarkMs ?? fetchedUntilMs, believedUntilMs ?? fetchedUntilMs);
}

export interface Horizon {
  readonly horizonMs: number;
  /** False: a side does not reach the end of the window; nothing may be called missing. */
  readonly covered: boolean;
}

export function horizonOf(
  window: { startMs: number; endMs: number },
  processorMs: number | null,
  internalMs: number | null,
  firstLaterDayMs: number | null,
): Horizon {
  if (processorMs === null || internalMs === null) return { horizonMs: window.startMs, covered: false };
  const lesser = Math.min(processorMs, internalMs);
  const horizonMs = firstLaterDayMs === null ? lesser : Math.min(lesser, firstLaterDayMs);
  return { horizonMs, covered: lesser >= window.endMs };
}
