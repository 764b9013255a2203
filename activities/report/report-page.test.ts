// The page in a real browser: no error, no request, readable in light and dark, nothing cut off on a phone.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test as runTest } from '@jest/globals';
import axe from 'axe-core';
import { type Browser, chromium } from 'playwright-core';
import { findExecutable } from '../../local/find-executable.ts';
import { hostEnvironment } from '../../local/host-environment.ts';
import { composeRunMail } from '../notify/compose-run-mail.ts';
import { sampleDigest } from './digest/digest-for-tests.ts';
import { renderDigestHtml } from './digest/render-digest.ts';
import { renderHtml as renderPage } from './render-html.ts';
import { cleanReport, inconclusiveReport, listDigestOf, sampleReport } from './reports-for-tests.ts';
import type { RunReport } from './run-report.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const found = await Promise.all(NAMES.map((name) => findExecutable(name, hostEnvironment())));
const executablePath = found.find((path) => path !== undefined);
if (executablePath === undefined) {
  console.warn(
    `SKIPPED: no browser on PATH (${NAMES.join(', ')}): the report page was not opened. apt-get install chromium`,
  );
}
const test = executablePath === undefined ? runTest.skip : runTest;

const ARGS = [
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking',
  '--disable-component-update --disable-sync',
].flatMap((line) => line.split(' '));

let folder: string;
let browser: Browser | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-page-test-'));
  if (executablePath !== undefined) browser = await chromium.launch({ executablePath, args: ARGS });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const renderHtml = (report: RunReport) => renderPage(report, listDigestOf(report.discrepancies));

const PAGES = {
  differences: renderHtml(sampleReport()),
  clean: renderHtml(cleanReport()),
  inconclusive: renderHtml(inconclusiveReport()),
  digest: renderDigestHtml(sampleDigest()),
  mail: composeRunMail(sampleReport(), { url: 'https://recon.example.com/r', location: null }).html,
};

async function open(name: keyof typeof PAGES, view: { width: number; colorScheme: 'light' | 'dark' }) {
  if (browser === undefined) throw new Error('the browser did not start');
  const path = join(folder, `${name}.html`);
  await writeFile(path, PAGES[name]);
  const context = await browser.newContext({
    viewport: { width: view.width, height: 900 },
    colorScheme: view.colorScheme,
  });
  const page = await context.newPage();
  const told: string[] = [];
  page.on('console', (message) => told.push(message.text()));
  page.on('pageerror', (error) => told.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) told.push(`asked for ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  return { page, told, close: () => context.close() };
}

/** Texts whose contrast with what is behind them is under 4.5 : 1 (WCAG AA). Text, as it runs in the page. */
const FAINT_TEXTS = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const behind = (element) => {
    if (element === null) return [255, 255, 255];
    const colour = channels(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? behind(element.parentElement) : colour;
  };
  return [...document.body.querySelectorAll('*')].flatMap((element) => {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!hasText || getComputedStyle(element).display === 'none') return [];
    const levels = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
    const ratio = (Math.max(...levels) + 0.05) / (Math.min(...levels) + 0.05);
    return ratio < 4.5 ? [element.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2)] : [];
  });
})()`;

for (const name of Object.keys(PAGES) as (keyof typeof PAGES)[]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${name}: in ${colorScheme}, no error, no request, every text has enough contrast`, async () => {
      const { page, told, close } = await open(name, { width: 1180, colorScheme });
      expect(await page.evaluate(FAINT_TEXTS)).toEqual([]);
      expect(told).toEqual([]);
      await close();
    });
  }

  test(`${name}: on a phone nothing sticks out`, async () => {
    const { page, close } = await open(name, { width: 390, colorScheme: 'light' });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await close();
  });
}

for (const name of ['differences', 'clean', 'inconclusive', 'digest'] as const) {
  test(`${name}: axe finds nothing serious, in light and in dark`, async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await open(name, { width: 1180, colorScheme });
      await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
      const found = await page.evaluate(
        `(() => { ${axe.source}; return axe.run(document, { resultTypes: ['violations'] }); })()`,
      );
      expect(seriousOf(found)).toEqual([]);
      await close();
    }
  });
}

function seriousOf(found: unknown): string[] {
  const { violations } = found as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test('a click on a column sorts its table, a second one the other way round', async () => {
  const { page, told, close } = await open('differences', { width: 1180, colorScheme: 'light' });
  const table = page.locator('#low table');
  const amounts = () =>
    table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-amount')));
  const header = table.locator('th', { hasText: 'At risk' });
  await header.getByRole('button').click();
  const up = (await amounts()).map(Number);
  expect(up).toEqual([...up].sort((a, b) => a - b));
  expect(await header.getAttribute('aria-sort')).toBe('ascending');
  await header.getByRole('button').click();
  expect((await amounts()).map(Number)).toEqual(up.reverse());
  expect(told).toEqual([]);
  await close();
});

test('a word typed filters all tables, and says how much is left', async () => {
  const { page, close } = await open('differences', { width: 1180, colorScheme: 'light' });
  const rows = page.locator('table.differences tbody tr:visible');
  expect(await rows.count()).toBe(12);
  await page.getByRole('searchbox').fill('jpy');
  expect(await rows.count()).toBe(1);
  expect(await page.getByRole('status').textContent()).toBe('1 of the 12 on this page');
  expect(await page.locator('#critical').isVisible()).toBe(false);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('combobox').selectOption('Amounts differ');
  expect(await rows.count()).toBe(1);
  await close();
});

test('without its script the page says the same and shows no control that does nothing', async () => {
  if (browser === undefined) throw new Error('the browser did not start');
  await writeFile(join(folder, 'plain.html'), PAGES.differences);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(folder, 'plain.html')).href);
  expect(await page.locator('table.differences tbody tr').count()).toBe(12);
  expect(await page.locator('.tools').isVisible()).toBe(false);
  expect(await page.locator('button').count()).toBe(0);
  await context.close();
});

test('printed on A4 nothing is cut off, and no row is torn', async () => {
  const { page, close } = await open('differences', { width: 1180, colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  // 190 mm at 96 dots an inch: A4 without its margins.
  await page.setViewportSize({ width: 718, height: 1000 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(718);
  expect(await page.locator('.tools').isVisible()).toBe(false);
  const pdf = await page.pdf({ format: 'A4', margin: { top: '10mm', bottom: '10mm', left: '10mm', right: '10mm' } });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  await close();
});

test('the measure of contrast sees a text that is too faint', async () => {
  const { page, close } = await open('clean', { width: 1180, colorScheme: 'light' });
  await page.setContent('<body style="background:#fff"><p style="color:#999">faint</p><p style="color:#000">clear</p>');
  expect(await page.evaluate(FAINT_TEXTS)).toEqual(['faint 2.85']);
  await close();
});

test('the parts of the page can be jumped to', async () => {
  const { page, close } = await open('differences', { width: 1180, colorScheme: 'light' });
  const targets = await page.$$eval('a[href^="#"]', (links) => links.map((link) => link.getAttribute('href') ?? ''));
  for (const target of targets) expect(await page.$$(target)).toHaveLength(1);
  expect(targets.length).toBeGreaterThan(5);
  await close();
});
