// Decides what is coloured, and only where a terminal shows it: NO_COLOR and FORCE_COLOR are honoured by Node itself.
import { styleText } from 'node:util';

type Paint = (text: string) => string;

export interface Palette {
  readonly heading: Paint;
  readonly quiet: Paint;
  readonly good: Paint;
  readonly warning: Paint;
  readonly bad: Paint;
}

export function paletteFor(stream: NodeJS.WriteStream): Palette {
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    (text) =>
      styleText(format, text, { stream });
  return {
    heading: paint('bold'),
    quiet: paint('dim'),
    good: paint('green'),
    warning: paint('yellow'),
    bad: paint('red'),
  };
}

// biome-ignore format: a table is read by column
const TONE: Readonly<Record<string, 'good' | 'warning' | 'bad'>> = {
  clean: 'good', completed: 'good', ok: 'good', changed: 'good',
  differences: 'warning', inconclusive: 'warning', running: 'warning', medium: 'warning', paused: 'warning', refused: 'warning',
  failed: 'bad', cancelled: 'bad', critical: 'bad', high: 'bad', fail: 'bad', missing: 'bad',
};

/** Words of an outcome, status or severity in the colour of how bad they are. */
export function toned(palette: Palette, word: string): string {
  const tone = TONE[word];
  return tone === undefined ? word : palette[tone](word);
}
