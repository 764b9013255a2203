// Runs the commands of check and test one after the other, shows each with its time, and sums up what passed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export interface Steps {
  /** A tool that only says yes or no. */
  tool(name: string, command: string, ...args: readonly string[]): void;
  /** One of our own scripts; what it says on stderr is shown as it comes. */
  script(name: string, path: string): void;
  /** Jest over these files; every test counts. */
  jest(name: string, files: readonly string[], options?: { unit?: boolean }): void;
  /** Prints the one line that everything else is judged by, and sets the exit code. */
  finish(): void;
}

const BIN = join('node_modules', '.bin');

export function startSteps(): Steps {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const startedMs = performance.now();
  const say = (ok: boolean, name: string, sinceMs: number, detail = '') =>
    process.stdout.write(
      `${ok ? 'ok  ' : 'FAIL'} ${name} ${detail}(${((performance.now() - sinceMs) / 1000).toFixed(1)} s)\n`,
    );
  return {
    tool: (name, command, ...args) => {
      const sinceMs = performance.now();
      const result = spawnSync(join(BIN, command), args, { encoding: 'utf8' });
      const ok = result.status === 0;
      if (!ok) process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
      say(ok, name, sinceMs);
      tally[ok ? 'passed' : 'failed'] += 1;
    },
    script: (name, path) => {
      const sinceMs = performance.now();
      const result = spawnSync(process.execPath, ['--no-warnings', path], { stdio: ['ignore', 'ignore', 'inherit'] });
      say(result.status === 0, name, sinceMs);
      tally[result.status === 0 ? 'passed' : 'failed'] += 1;
    },
    jest: (name, files, options = {}) => {
      if (files.length === 0) return;
      const sinceMs = performance.now();
      const counted = runJest(files, options);
      say(
        counted.failed === 0,
        name,
        sinceMs,
        `${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped `,
      );
      for (const key of ['passed', 'failed', 'skipped'] as const) tally[key] += counted[key];
    },
    finish: () => {
      process.stdout.write(`\n${((performance.now() - startedMs) / 1000).toFixed(0)} s in all\n`);
      process.stdout.write(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`);
      process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
    },
  };
}

interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numRuntimeErrorTestSuites: number;
}

function runJest(files: readonly string[], options: { unit?: boolean }): Tally {
  const folder = mkdtempSync(join(tmpdir(), 'recon-jest-'));
  const report = join(folder, 'report.json');
  try {
    // Two at once: tests wait more than they compute.
    const args = [
      '--no-warnings',
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${report}`,
      '--silent=false',
      '--maxWorkers=2',
    ];
    const result = spawnSync(process.execPath, [...args, '--runTestsByPath', ...files], {
      // Jest's JSON goes to the file and to stdout; people read the reporter's lines on stderr.
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...(options.unit ? { RECON_SUITE: 'unit' } : {}) },
    });
    const counted = JSON.parse(readFileSync(report, 'utf8')) as JestReport;
    const broken = counted.numRuntimeErrorTestSuites + (result.status !== 0 && counted.numFailedTests === 0 ? 1 : 0);
    return {
      passed: counted.numPassedTests,
      failed: counted.numFailedTests + broken,
      skipped: counted.numPendingTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
