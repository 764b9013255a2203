// Reads one type's schema out of the code that was generated from it (@cdktn/provider-aws): each attribute stands there with a comment
// "name - computed: …, optional: …, required: …" and, where it holds others, the class that describes them.

interface Attribute {
  readonly name: string;
  readonly letters: string;
  /** Of the class of what is inside. */
  readonly inside: string | undefined;
}

const DEPTH_MAX = 20;
const ATTRIBUTE = /\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n/g;

/** Lines of terraform/provider-schema.txt below the type's own. */
export function extractType(code: string): string[] {
  const classes = classesOf(code);
  const main = [...classes.values()].find((body) =>
    /static tf(Resource|)Type = |extends cdktn\.Terraform(Resource|DataSource|Provider)/.test(body),
  );
  if (main === undefined) throw new RangeError('the code has no class of a resource');
  return linesOf(main, main, { code, classes }, 1);
}

interface Generated {
  readonly code: string;
  readonly classes: ReadonlyMap<string, string>;
}

function classesOf(code: string): Map<string, string> {
  const starts = [...code.matchAll(/^class (\w+) extends /gm)];
  return new Map(starts.map((start, at) => [start[1] ?? '', code.slice(start.index, starts[at + 1]?.index)]));
}

function linesOf(body: string, hcl: string, generated: Generated, depth: number): string[] {
  if (depth > DEPTH_MAX) return [];
  return attributesOf(body, hcl).flatMap(({ name, letters, inside }) => {
    const line = `${'  '.repeat(depth)}${name} ${letters}`;
    const nested = inside === undefined ? undefined : generated.classes.get(`${inside}OutputReference`);
    if (inside === undefined || nested === undefined) return [line];
    return [line, ...linesOf(nested, hclFunctionOf(inside, generated.code), generated, depth + 1)];
  });
}

function attributesOf(body: string, hcl: string): Attribute[] {
  const found = [...body.matchAll(ATTRIBUTE)];
  return found
    .map((match, at): Attribute => {
      const [all, name = '', computed, optional, required] = match;
      const rest = body.slice(match.index + all.length, found[at + 1]?.index);
      const inside = /= new (\w+?)(?:OutputReference|List|Map)\(this, ["']\w+["']/.exec(rest)?.[1];
      const block = new RegExp(`\\b${name}: \\{\\s+value: .*\\s+isBlock: true`).test(hcl);
      const letters = [
        required === 'true' && 'r',
        optional === 'true' && 'o',
        computed === 'true' && 'c',
        block && 'b',
      ];
      return { name, letters: letters.filter((letter) => letter !== false).join(''), inside };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Says of each argument whether it is a block; the main class says it itself. */
function hclFunctionOf(struct: string, code: string): string {
  const from = code.search(new RegExp(`^function ${struct}ToHclTerraform\\(`, 'mi'));
  return from < 0 ? '' : code.slice(from, code.indexOf('\n}', from));
}
