// Gives each processor its label: its own name for the first ones in the alphabet, one name for all that are beyond the bound.
import { OTHER, PROCESSORS_NAMED_MAX } from './metric-catalog.ts';

export type ProcessorLabel = (processor: string) => string;

export function processorLabels(processors: readonly string[]): ProcessorLabel {
  const named = new Set([...new Set(processors)].sort().slice(0, PROCESSORS_NAMED_MAX));
  return (processor) => (named.has(processor) ? processor : OTHER);
}
