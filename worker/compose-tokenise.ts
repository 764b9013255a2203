// The keyed tokens of the configuration, where it names a key.
import { type Tokenise, tokeniser } from '../activities/fetch/row/protect-page.ts';
import type { ReconConfig } from './config.ts';

export function composeTokenise({ personalData }: ReconConfig): Tokenise | undefined {
  return personalData === undefined ? undefined : tokeniser(personalData.tokenKey.reveal(), personalData.version);
}
