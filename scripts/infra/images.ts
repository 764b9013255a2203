// Decides whether a reference of an image always means the same image, as far as a tag can: three numbers of a version, or two where
// the publisher counts in two (postgres:18.4), or a digest.
const DIGEST = /@sha256:[0-9a-f]{64}$/;
const EXACT_TAG = /:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$/;
// Those whose releases have two numbers.
const TWO_NUMBERS = ['postgres'];

export function isExactImage(reference: string): boolean {
  if (DIGEST.test(reference)) return true;
  if (!EXACT_TAG.test(reference)) return false;
  const [name = '', tag = ''] = reference.split(/:(?=[^/]*$)/);
  return TWO_NUMBERS.includes(name) || /^v?\d+\.\d+\.\d+/.test(tag);
}
