// What the operating system says of this process.
import type { Sample } from './exposition.ts';

const US_PER_S = 1_000_000;
const START_S = performance.timeOrigin / 1_000;

export function processSamples(): Sample[] {
  const { user, system } = process.cpuUsage();
  return [
    { name: 'process_resident_memory_bytes', value: process.memoryUsage.rss() },
    { name: 'process_start_time_seconds', value: START_S },
    { name: 'process_cpu_seconds_total', value: (user + system) / US_PER_S },
  ];
}
