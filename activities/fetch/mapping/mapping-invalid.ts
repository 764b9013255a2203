// Everything that is wrong with a mapping, one line each, with what to write instead.
export class MappingInvalid extends Error {
  override readonly name = 'MappingInvalid';
  readonly problems: readonly string[];
  constructor(mapping: string, problems: readonly string[], options?: ErrorOptions) {
    super(`${mapping} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`, options);
    this.problems = problems;
  }
}
