// What of a Markdown file somebody may type or follow: lines of shell, words in backticks, links, headings.

export interface Markdown {
  /** Of fences that are shell or say nothing; continued lines are one. */
  readonly shellLines: readonly string[];
  /** What stands in backticks outside of fences. */
  readonly spans: readonly string[];
  readonly links: readonly string[];
  /** As GitHub names them in an address. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^( *)```([^\n]*)\n([\s\S]*?)^\1```[ ]*$/gm;
const SHELLS: ReadonlySet<string> = new Set(['', 'sh', 'bash', 'shell', 'console']);

export function readMarkdown(text: string): Markdown {
  const fences = [...text.matchAll(FENCE)].map(([, , language = '', body = '']) => ({ language, body }));
  const prose = text.replace(FENCE, '');
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replace(/\s+/g, ' ').trim());
  return {
    shellLines: fences
      .filter(({ language }) => SHELLS.has(language.trim()))
      .flatMap(({ body }) => body.replace(/\\\n\s*/g, ' ').split('\n')),
    spans,
    links: [...prose.replace(/`[^`]+`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link),
    anchors: new Set([...prose.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) => anchorOf(heading))),
  };
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}
