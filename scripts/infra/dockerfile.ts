// Reads a Dockerfile into its stages and instructions: as much as our rules need. Comments and continued lines are understood, heredocs
// are not: there are none.
export interface Instruction {
  readonly word: string;
  readonly rest: string;
  readonly line: number;
}

export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly line: number;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(text: string): readonly Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.word !== 'FROM') {
      stages.at(-1)?.instructions.push(instruction);
      continue;
    }
    const [, from = '', name = ''] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.rest) ?? [];
    stages.push({ name, from, line: instruction.line, instructions: [] });
  }
  return stages;
}

/** What holds in the end of a stage, its parents' included, oldest first. */
export function inherited(stages: readonly Stage[], stage: Stage): readonly Instruction[] {
  const parent = stages.find(({ name }) => name === stage.from && name !== stage.name);
  return [...(parent === undefined ? [] : inherited(stages, parent)), ...stage.instructions];
}

function instructionsOf(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  let open = '';
  let startedAt = 0;
  for (const [at, line] of text.split('\n').entries()) {
    if (/^\s*#/.test(line)) continue;
    if (open === '') startedAt = at + 1;
    open += line.replace(/\\\s*$/, ' ');
    if (/\\\s*$/.test(line)) continue;
    const [, word, rest] = /^\s*(\w+)\s+(.*)$/s.exec(open) ?? [];
    if (word !== undefined) instructions.push({ word: word.toUpperCase(), rest: (rest ?? '').trim(), line: startedAt });
    open = '';
  }
  return instructions;
}
