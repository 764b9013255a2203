// What a part of the bench is given, and what it gives back: people read the lines it says, programs its figures.
export interface BenchOptions {
  /** Fewer rows: to see that it works, not what it costs. */
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

export type BenchPart = (options: BenchOptions) => Promise<object>;

/** Two decimals. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
