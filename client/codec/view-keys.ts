// The keys of the codec, each opened once: a key that KMS does not unwrap is found before a payload needs it.
import { unwrapOf } from '../../worker/codec/data-converter.ts';
import { KeyRing, parseKeyRing } from '../../worker/codec/key-ring.ts';
import type { Context } from '../context.ts';

export interface KeyView {
  readonly id: string;
  readonly use: 'encrypts' | 'decrypts';
  readonly kept: 'plain' | 'wrapped by KMS';
  /** Why it cannot be opened; null where it can. */
  readonly trouble: string | null;
}

/** undefined where there is no codec. */
export async function viewKeys(context: Pick<Context, 'config' | 'place'>): Promise<KeyView[] | undefined> {
  const { codec } = (await context.config()).temporal;
  if (codec === undefined) return undefined;
  const { namespace } = await context.place();
  const text = await codec.keys.current();
  const ring = new KeyRing({ read: async () => text, unwrap: unwrapOf(codec, namespace) });
  const stored = parseKeyRing(text);
  return Promise.all(
    Object.entries(stored.keys).map(async ([id, key]) => ({
      id,
      use: id === stored.current ? 'encrypts' : 'decrypts',
      kept: 'kms' in key ? 'wrapped by KMS' : 'plain',
      trouble: await ring.byId(id).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    })),
  );
}
