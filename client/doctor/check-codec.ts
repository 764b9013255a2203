// Does every key of the codec open, and which one encrypts? In production, is there a codec at all?
import type { KeyView } from '../codec/view-keys.ts';
import { TYPED_AS } from '../help-examples.ts';
import { type Check, check, fail, note, ok } from './check.ts';

export function checkCodec(view: () => Promise<readonly KeyView[] | undefined>, isProduction: boolean): Promise<Check> {
  return check('codec', async () => {
    const keys = await view();
    if (keys === undefined) {
      const fact = 'what Temporal keeps is not encrypted';
      return isProduction ? note(fact, `${TYPED_AS} codec rotate --help says how`) : ok(fact);
    }
    const troubled = keys.filter(({ trouble }) => trouble !== null);
    if (troubled.length > 0) return fail(troubled.map(({ trouble }) => trouble).join('; '), `${TYPED_AS} codec keys`);
    const current = keys.find(({ use }) => use === 'encrypts');
    return ok(`${current?.id} encrypts, ${keys.length - 1} more decrypt`);
  });
}
