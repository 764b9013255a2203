// Cuts a window into slices that can be read in parallel. They cover the half-open window exactly: no gap, no overlap,
// whatever its length, because a slice is elapsed time and knows no calendar.
export interface TimeSlice {
  /** ISO 8601 interval. */
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const SLICES_MAX = 5_000;

/** @throws RangeError when the slices would be too many to be worth it. */
export function timeSlices(fromMs: number, toMs: number, sliceMs: number): TimeSlice[] {
  if (!(sliceMs > 0) || (toMs - fromMs) / sliceMs > SLICES_MAX) {
    throw new RangeError(
      `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()} in slices of ${sliceMs} ms`,
    );
  }
  const slices: TimeSlice[] = [];
  for (let start = fromMs; start < toMs; start += sliceMs) {
    const end = Math.min(start + sliceMs, toMs);
    slices.push({ name: `${isoInstant(start)}/${isoInstant(end)}`, fromMs: start, toMs: end });
  }
  return slices;
}

/** Without the seconds and milliseconds that say nothing. */
function isoInstant(ms: number): string {
  return new Date(ms).toISOString().replace(/(?::00)?\.000Z$/, 'Z');
}
