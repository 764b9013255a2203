// The words of the first command in a line of shell, for texts of ours: quotes are taken away; an operator or a comment ends it.
const WORD = /\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\|&;<>()`])+)/y;

export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length; at = WORD.lastIndex) {
    WORD.lastIndex = at;
    const word = WORD.exec(line)?.[1];
    if (word === undefined || word.startsWith('#')) break;
    words.push(word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, '$1$2$3'));
  }
  return words;
}
