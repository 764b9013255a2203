// Runs semgrep with the rules of scan/semgrep over the code, without asking anybody outside. What a rule forbids, and why, stands in it.
import type { InfraCheck } from './check.ts';
import { runTool } from './python-tools.ts';

interface Report {
  readonly results: readonly {
    readonly check_id: string;
    readonly path: string;
    readonly start: { readonly line: number };
    readonly extra: { readonly message: string };
  }[];
  readonly errors: readonly { readonly message: string; readonly level: string }[];
  readonly paths: { readonly scanned: readonly string[] };
}

export function codeScanCheck(root: string): InfraCheck {
  return {
    name: 'code rules',
    run: async () => {
      const args = [
        'scan',
        '--config',
        'scan/semgrep',
        '--metrics',
        'off',
        '--disable-version-check',
        '--json',
        '--quiet',
        '--jobs',
        '2',
        '.',
      ];
      const { stdout, stderr } = await runTool('semgrep', 'semgrep', args, { cwd: root });
      if (stdout === '') throw new Error(`semgrep said nothing but: ${stderr.slice(0, 500)}`);
      const { results, errors, paths } = JSON.parse(stdout) as Report;
      const found = results.map(
        ({ path, start, check_id, extra }) => `${path}:${start.line}: ${check_id.split('.').at(-1)}: ${extra.message}`,
      );
      return {
        checked: `${paths.scanned.length} files by semgrep`,
        problems: [...errors.map(({ message }) => message), ...found],
      };
    },
  };
}
