// Reads the mapping that an option names. What is wrong with it is a mistake in what was typed.
import { readMapping } from '../../activities/fetch/mapping/mapping.ts';
import { MappingInvalid } from '../../activities/fetch/mapping/mapping-invalid.ts';
import type { Mapping } from '../../activities/fetch/mapping/mapping-schema.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { UsageError } from '../usage-error.ts';

/** @param side undefined where the mapping says it itself. @throws UsageError with every problem. */
export async function givenMapping(where: string, side: Side | undefined): Promise<Mapping> {
  try {
    const mapping = await readMapping(where);
    if (side === undefined || mapping.side === side) return mapping;
    throw new UsageError(
      `${where} describes ${mapping.side} rows, and these are ${side} ones: write side: ${side} into it, or name another`,
    );
  } catch (error) {
    if (error instanceof MappingInvalid) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
