// No colours, as in a pipe. Never imported by the product.
import type { Palette } from './palette.ts';

const plain = (text: string) => text;
export const plainPalette: Palette = { heading: plain, quiet: plain, good: plain, warning: plain, bad: plain };
