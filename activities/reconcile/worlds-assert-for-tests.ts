// Checks a property over random worlds. A failure says its seed and what the property said, instead of a whole world.
import fc from 'fast-check';
import { type World, worlds } from './worlds-for-tests.ts';

/** To see a failure again: its seed and path. */
const REPLAY: { seed?: number; path?: string } = {};

export async function assertForWorlds(numRuns: number, holds: (world: World) => Promise<void> | void): Promise<void> {
  const property = fc.asyncProperty(worlds, async (world) => holds(world));
  const details = await fc.check(property, { numRuns, endOnFailure: true, ...REPLAY });
  if (!details.failed) return;
  const { errorInstance, seed, counterexamplePath: path } = details;
  const said = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Error(`seed ${seed}, path ${path}: ${said}`, { cause: errorInstance });
}
