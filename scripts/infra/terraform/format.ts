// Is every file laid out as `terraform fmt` would? By the same library (hclwrite).
import type { InfraCheck } from '../check.ts';
import { formatHcl } from './hcl.ts';
import { readTerraform } from './tree.ts';

export function terraformFormat(root: string): InfraCheck {
  return {
    name: 'terraform format',
    run: async () => {
      const { texts } = await readTerraform(root);
      const problems: string[] = [];
      for (const [file, text] of texts) {
        const formatted = await formatHcl(text);
        if (formatted === text) continue;
        const lines = text.split('\n');
        const at = formatted.split('\n').findIndex((line, number) => line !== lines[number]);
        problems.push(`${file}:${at + 1}: not formatted: run terraform fmt -recursive ${root}`);
      }
      return { checked: `${texts.size} files`, problems };
    },
  };
}
