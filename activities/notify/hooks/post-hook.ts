// Posts one message and tells what came of it. One attempt, no redirects (a signed body goes where the configuration says and
// nowhere else), the answer's body unread: only its status counts. The address may be a secret: no message names it.
import { HookRefused, HookUnavailable } from './hook.ts';

const ANSWER_TIMEOUT_MS = 10_000;
const HTTP_GONE = 410;

export interface HookPost {
  /** As the operator knows it: "webhook erp". */
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @throws HookRefused, HookUnavailable */
export async function postHook({ name, url, headers, body }: HookPost): Promise<void> {
  const response = await answerOf({ name, url, headers, body });
  await response.body?.cancel();
  if (response.ok) return;
  if (response.status === HTTP_GONE) {
    throw new HookRefused(`${name} answered 410: it is gone for good; take it out of notifications in recon.yaml`);
  }
  const advice = response.status >= 300 && response.status < 400 ? '; a redirect is not followed' : '';
  throw new HookUnavailable(`${name} answered ${response.status}${advice}`);
}

async function answerOf({ name, url, headers, body }: HookPost): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'recon', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
  } catch (error) {
    // Neither the error nor its cause goes along: both may repeat the address.
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    throw new HookUnavailable(
      `${name} ${isLate ? `gave no answer in ${ANSWER_TIMEOUT_MS / 1_000} s` : 'cannot be reached'}`,
    );
  }
}
