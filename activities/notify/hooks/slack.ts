// Sends messages to a Slack channel by an incoming webhook. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
// Its address is the secret. What stands in a message was written by us or by a server: nothing in it may mention anybody.
import type { Notice } from '../notice.ts';
import type { Hook, HookMessage } from './hook.ts';
import { postHook } from './post-hook.ts';

export interface SlackOptions {
  readonly name: string;
  readonly url: string;
}

// Slack's own bounds of its blocks: https://docs.slack.dev/reference/block-kit/blocks
const HEADER_CHARS_MAX = 150;
const SECTION_CHARS_MAX = 3_000;

export function createSlack({ name, url }: SlackOptions): Hook {
  return {
    send: (message) =>
      postHook({ name: `Slack ${name}`, url, headers: {}, body: JSON.stringify(slackMessage(message)) }),
  };
}

export function slackMessage({ id, notice }: HookMessage) {
  const { label, about, date, short, sentence, next, lines, link, commands } = notice;
  const title = `${MARK[notice.tone]} ${label}: ${about}${date === null ? '' : ` ${date}`}`;
  const list = lines.map(({ name, value }) => `• *${escaped(name)}*: ${escaped(value)}`).join('\n');
  const typed = commands.map(({ what, command }) => `${escaped(what)}: \`${escaped(command)}\``).join('\n');
  const sections = [
    `*${escaped(sentence)}* ${escaped(next)}`,
    list,
    link === null ? '' : `<${escaped(link)}|Open the report>`,
    typed,
  ];
  return {
    // What a notification on a phone shows.
    text: cut(`${escaped(title)}: ${escaped(short)}`, SECTION_CHARS_MAX),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, HEADER_CHARS_MAX), emoji: true } },
      ...sections
        .filter((section) => section !== '')
        .map((section) => ({ type: 'section', text: { type: 'mrkdwn', text: cut(section, SECTION_CHARS_MAX) } })),
      // Slack knows no ids of ours: a second copy is recognised by this.
      { type: 'context', elements: [{ type: 'mrkdwn', text: id }] },
    ],
    unfurl_links: false,
  };
}

const MARK: Readonly<Record<Notice['tone'], string>> = {
  critical: '🔴',
  high: '🟠',
  medium: '🟡',
  low: '🔵',
  inconclusive: '🟣',
  clean: '🟢',
};

/** https://docs.slack.dev/messaging/formatting-message-text#escaping ; backticks and asterisks only change how it looks. */
function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(words: string, charsMax: number): string {
  return words.length <= charsMax ? words : `${words.slice(0, charsMax - 1)}…`;
}
