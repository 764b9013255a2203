// Shows long work as it goes, on stderr: one line a task that is redrawn on a terminal, else a plain line for each change.
import { MultiBar, type Options } from 'cli-progress';

export interface ProgressTask {
  /** @param done Of the task's total, where it has one. */
  update(text: string, done?: number, total?: number): void;
}

export interface Progress {
  /** @param total Draws a bar; without it there is only the text. */
  task(name: string, total?: number): ProgressTask;
  note(line: string): void;
  /** More than once is fine. */
  stop(): void;
}

const NAME_WIDTH = 32;
const REDRAWS_PER_SECOND = 5;

export function createProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? drawn(stream) : written(stream);
}

function drawn(stream: NodeJS.WriteStream): Progress {
  const bars = new MultiBar({
    stream,
    fps: REDRAWS_PER_SECOND,
    hideCursor: true,
    // Ctrl-C is the command's to answer.
    gracefulExit: false,
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 24,
    emptyOnZero: true,
    // Bars that do not fit would be drawn again and again.
    linewrap: false,
    format: '{name}  {text}',
  } satisfies Options);
  return {
    task: (name, total) => {
      const format = total === undefined ? '{name}  {text}' : '{name}  {bar} {value}/{total}  {text}';
      const bar = bars.create(total ?? 1, 0, { name: name.padEnd(NAME_WIDTH), text: '' }, { format });
      return {
        update: (text, done, newTotal) => {
          if (newTotal !== undefined && total !== undefined) bar.setTotal(newTotal);
          bar.update(done ?? 0, { text });
        },
      };
    },
    note: (line) => bars.log(`${line}\n`),
    stop: () => bars.stop(),
  };
}

function written(stream: NodeJS.WriteStream): Progress {
  return {
    task: (name, total) => {
      let last = '';
      return {
        update: (text, done, newTotal = total) => {
          const line = done === undefined || newTotal === undefined ? text : `${done}/${newTotal}  ${text}`;
          if (line === last) return;
          last = line;
          stream.write(`${name}  ${line}\n`);
        },
      };
    },
    note: (line) => void stream.write(`${line}\n`),
    stop: () => undefined,
  };
}
