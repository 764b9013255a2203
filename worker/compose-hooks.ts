// Binds webhooks and Slack channels to what the configuration says of them.
import type { Hook, Hooks } from '../activities/notify/hooks/hook.ts';
import { createSlack } from '../activities/notify/hooks/slack.ts';
import { createWebhook } from '../activities/notify/hooks/webhook.ts';
import type { ReconConfig } from './config.ts';

/** By channel and name, as the outbox knows them. */
export function composeHooks({ notifications }: Pick<ReconConfig, 'notifications'>, clock: () => number): Hooks {
  const hooks = new Map<string, Hook>();
  for (const { webhook, slack } of [...notifications.routes, ...notifications.escalation]) {
    if (webhook !== undefined) {
      const { name, url, key, previousKey } = webhook;
      const keys = [key, ...(previousKey === undefined ? [] : [previousKey])].map((secret) => secret.reveal());
      hooks.set(`webhook/${name}`, createWebhook({ name, url, keys, clock }));
    }
    if (slack !== undefined) {
      hooks.set(`slack/${slack.name}`, createSlack({ name: slack.name, url: slack.url.reveal() }));
    }
  }
  return hooks;
}
