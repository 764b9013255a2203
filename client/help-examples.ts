// Writes the examples under a command's --help as they are typed. Pure.

export const TYPED_AS = 'npm run recon --';

export function examples(...lines: ReadonlyArray<readonly [command: string, meaning: string]>): string {
  const shown = lines.map(([command, meaning]) => `  ${TYPED_AS} ${command}\n      ${meaning}`);
  return `\nExamples:\n${shown.join('\n')}\n`;
}
