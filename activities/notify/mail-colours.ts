// The colours of our mails, light; dark ones stand in the style block of the templates. The same tones as the report's.
import type { Tone } from '../report/headline.ts';

export interface ToneColours {
  readonly ink: string;
  readonly soft: string;
  readonly fill: string;
}

export const MAIL_COLOURS: Readonly<Record<Tone, ToneColours>> = {
  critical: { ink: '#a5122f', soft: '#fcebee', fill: '#cf2f4a' },
  high: { ink: '#97400a', soft: '#fdefe4', fill: '#df7a31' },
  medium: { ink: '#775300', soft: '#fbf3d9', fill: '#deac2b' },
  low: { ink: '#3c536a', soft: '#e9f0f6', fill: '#7d97b1' },
  clean: { ink: '#17663a', soft: '#e5f4eb', fill: '#3f9c68' },
  inconclusive: { ink: '#583c8c', soft: '#f0ebfa', fill: '#8a6bc6' },
};
