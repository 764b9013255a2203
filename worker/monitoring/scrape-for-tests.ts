// Asks a worker as Prometheus and an orchestrator do, and reads what it says.
export interface Scrape {
  readonly text: string;
  /** By series as it is written, `name{label="value"}`. */
  readonly series: ReadonlyMap<string, number>;
  readonly names: ReadonlySet<string>;
}

export async function scrape(base: string): Promise<Scrape> {
  const { status, text } = await ask(`${base}/metrics`);
  if (status !== 200) throw new Error(`${base}/metrics answered ${status}: ${text}`);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const series = new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
  return { text, series, names: new Set([...series.keys()].map((key) => key.replace(/\{.*/, ''))) };
}

export async function ask(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}
