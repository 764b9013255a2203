// Finds the code of an error, such as ECONNREFUSED, wherever the layers put it: on itself, its cause, or the first of
// several that it gathers (a name that resolves to two addresses fails twice).

const DEPTH_MAX = 5;

export function errorCode(error: unknown): string | undefined {
  let at = error;
  // Asked by shape and not by class: an error may come from another realm, as in tests.
  for (let depth = 0; depth < DEPTH_MAX && typeof at === 'object' && at !== null; depth += 1) {
    const facts: { code?: unknown; detail?: unknown; errors?: unknown; cause?: unknown } = at;
    if (typeof facts.code === 'string') return facts.code;
    at = Array.isArray(facts.errors) ? facts.errors[0] : (facts.cause ?? facts.detail);
  }
  return undefined;
}
