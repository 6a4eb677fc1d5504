/**
 * GraphiQL in a browser that has no other host to ask: it loads, queries and subscribes.
 * CELERYQL_SCREENSHOT=<path> keeps a picture of it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256Of } from '../../src/access/bearer.js';
import { hashPassword } from '../../src/access/password-hash.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { chromiumPath, describeWith } from '../support/requirements.js';

const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const offline = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

const initialTabs = [
  'Overview',
  'LastFailures',
  'FindTasks',
  'Throughput',
  'InspectWorkers',
  'WatchTasks',
  'WatchCaches',
  'ClearCaches',
];

/** GraphiQL reads which operation to run 100 ms after a text has changed, and then writes the text into the address. */
const isReady = (page: Page, name: string) =>
  expect.poll(() => new URL(page.url()).searchParams.get('query')).toContain(` ${name} {`);

describeWith(['chromium'], 'GraphiQL', () => {
  let gateway: TestGateway;
  let browser: Browser;
  let page: Page;
  /** Requests to any other host. */
  const foreign: string[] = [];
  /** What the page complained about. */
  const complaints: string[] = [];

  beforeAll(async () => {
    gateway = await startTestGateway();
    browser = await chromium.launch({ executablePath: chromiumPath, args: [...quiet, ...offline] });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => void complaints.push(error.message));
    page.on('console', (line) => {
      if (line.type() === 'error') complaints.push(line.text());
    });
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).port !== String(gateway.port)) foreign.push(socket.url());
    });
    await page.route(
      (url) => /^(http|ws)s?:$/.test(url.protocol) && url.host !== `127.0.0.1:${gateway.port}`,
      (route) => {
        foreign.push(route.request().url());
        return route.abort();
      },
    );
    await page.goto(gateway.url);
    await page.locator('.graphiql-query-editor').waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await gateway[Symbol.asyncDispose]();
  });

  const execute = () => page.locator('.graphiql-execute-button');
  const tabs = () => page.locator('.graphiql-tab-button');
  const activeTab = () => page.locator('.graphiql-tab-active').innerText();
  /** What an editor shows, whose spaces are not breaking. */
  const read = async (pane: string) => (await page.locator(pane).innerText()).replaceAll('\u00a0', ' ');
  const answer = () => read('.graphiql-response');
  const operation = () => read('.graphiql-query-editor .view-lines');

  async function centerOf(tab: Locator): Promise<[number, number]> {
    const box = await tab.boundingBox();
    if (box === null) throw new Error('the tab is not shown');
    return [box.x + box.width / 2, box.y + box.height / 2];
  }

  /** As a mouse does it: what is below the pointer may be another element when the button is released. */
  async function press(tab: Locator): Promise<void> {
    await page.mouse.move(...(await centerOf(tab)));
    await page.mouse.down();
    // Focus, and what moves at it, is drawn before the button is released.
    await page.evaluate(
      'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
    );
    await page.mouse.up();
  }

  async function run(name: string): Promise<void> {
    await press(tabs().getByText(name, { exact: true }));
    await isReady(page, name);
    await execute().click();
  }

  /** Loads the page again, and with it what the browser has stored. */
  async function reload(): Promise<void> {
    await page.reload();
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  }

  it('opens with a named operation in each tab, and all tabs in sight', async () => {
    expect(await tabs().allInnerTexts()).toEqual(initialTabs);
    expect(await activeTab()).toBe('Overview');
    await expect.poll(operation).toContain('query Overview {');
    const row = await page
      .locator('.graphiql-tabs')
      .evaluate((list) => [list.scrollWidth, list.clientWidth]);
    expect(row[0]).toBe(row[1]);
  });

  it('can be photographed', async () => {
    const path = process.env['CELERYQL_SCREENSHOT'];
    if (path === undefined) return;
    await page.setViewportSize({ width: 1600, height: 1000 });
    await execute().click();
    await expect.poll(answer, { timeout: 10_000 }).toContain('@embedded"');
    await page.screenshot({ path });
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('shows the third tab when it is clicked, and runs its operation', async () => {
    await page.evaluate('document.fonts.ready'); // until then the width of the tabs changes
    await press(tabs().nth(2));
    await expect.poll(activeTab).toBe('FindTasks');
    await expect.poll(operation).toContain('query FindTasks {');
    await isReady(page, 'FindTasks');
    await execute().click();
    await expect.poll(answer, { timeout: 10_000 }).toMatch(/"data": \{[^]*"totalCount": \d+/);
  });

  it('shows a tab that is clicked after the window has changed its width', async () => {
    for (const width of [1100, 1400, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(
        'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
      );
    }
    await press(tabs().nth(3));
    await expect.poll(activeTab).toBe('Throughput');
    await expect.poll(operation).toContain('query Throughput {');
  });

  it('shows its lines whole, in each of its tabs', async () => {
    for (const name of initialTabs) {
      await press(tabs().getByText(name, { exact: true }));
      await expect.poll(operation).toContain(` ${name} {`);
      const box = await page.locator('.graphiql-query-editor .monaco-editor').first().boundingBox();
      const ends = await page
        .locator('.graphiql-query-editor .view-line > span')
        .evaluateAll((spans) => spans.map((span) => span.getBoundingClientRect().right));
      expect(Math.max(...ends)).toBeLessThanOrEqual((box?.x ?? 0) + (box?.width ?? 0));
    }
  });

  it('has the same tabs after a reload, and what was changed in one of them', async () => {
    await reload();
    expect(await tabs().allInnerTexts()).toEqual(initialTabs);

    await press(tabs().nth(1));
    await expect.poll(operation).toContain('query LastFailures {');
    await page.locator('.graphiql-query-editor .view-line').first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('# mine\n');
    await expect
      .poll(() => page.evaluate("localStorage.getItem('graphiql:tabState')"), { timeout: 10_000 })
      .toContain('# mine');
    await reload();
    expect(await tabs().allInnerTexts()).toEqual(initialTabs);
    expect(await activeTab()).toBe('LastFailures');
    await expect.poll(operation, { timeout: 10_000 }).toContain('# mine');
    await press(tabs().nth(2));
    await expect.poll(operation).toContain('query FindTasks {');
    await press(tabs().nth(1));
    await expect.poll(operation).toContain('# mine');
  });

  it('moves a tab that is dragged', async () => {
    const [x, y] = await centerOf(tabs().nth(0));
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 130, y, { steps: 20 });
    await expect.poll(async () => (await tabs().allInnerTexts()).indexOf('Overview')).toBe(1);
    await page.mouse.up();
  });

  it('shows an operation of the address in a tab of its own', async () => {
    const context = await browser.newContext();
    const other = await context.newPage();
    await other.goto(`${gateway.url}?query=${encodeURIComponent('query Mine { __typename }')}`);
    await other.locator('.graphiql-query-editor .view-line').first().waitFor();
    expect(await other.locator('.graphiql-tab-button').allInnerTexts()).toEqual([
      ...initialTabs,
      'Mine',
    ]);
    expect(await other.locator('.graphiql-tab-active').innerText()).toBe('Mine');
    await context.close();
  });

  it('runs a query and shows the data', async () => {
    await run('Overview');
    await expect.poll(answer, { timeout: 10_000 }).toMatch(/"data": \{[^]*@embedded"/);
  });

  it('shows a subscription live, one value after the other', async () => {
    await run('WatchCaches');
    await expect.poll(answer, { timeout: 10_000 }).toContain('"measuredAt"');
    const first = await answer();
    await gateway.query('{ taskStatus(useCache: true) { total } workers { nodes { hostname } } }');
    await expect.poll(answer, { timeout: 10_000 }).not.toBe(first);
    expect(await answer()).toContain('"measuredAt"');
    await execute().click(); // stops it
  });

  it('asks for a password where users have one, and then does all that it does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    const hash = await hashPassword('hunter3', { ln: 10, r: 8, p: 1 });
    const token = sha256Of('t0ken').toString('hex');
    await writeFile(join(folder, 'auth'), `user ada viewer ${hash}\ntoken ci viewer ${token}\n`);
    try {
      await using own = await startTestGateway({ args: ['--auth-file', join(folder, 'auth')] });
      const unasked = await own.fetch('/graphql', { headers: { accept: 'text/html' } });
      expect([unasked.status, unasked.headers.get('www-authenticate')]).toMatchObject([
        401,
        expect.stringContaining('Basic realm="celeryql"') as string,
      ]);
      const context = await browser.newContext({
        httpCredentials: { username: 'ada', password: 'hunter3' },
      });
      const other = await context.newPage();
      await other.goto(own.url);
      await other.locator('.graphiql-query-editor .view-line').first().waitFor();
      await other.getByRole('button', { name: 'WatchCaches', exact: true }).click();
      await isReady(other, 'WatchCaches');
      await other.locator('.graphiql-execute-button').click();
      const shown = () => other.locator('.graphiql-response').innerText();
      await expect.poll(shown, { timeout: 10_000 }).toContain('"measuredAt"');
      await context.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('sends the token of its headers editor, with subscriptions too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    const token = sha256Of('t0ken').toString('hex');
    await writeFile(join(folder, 'auth'), `token ci viewer ${token}\n`);
    try {
      await using own = await startTestGateway({ args: ['--auth-file', join(folder, 'auth')] });
      const other = await browser.newPage();
      await other.goto(own.url);
      await other.locator('.graphiql-query-editor .view-line').first().waitFor();
      await other.getByRole('button', { name: 'WatchCaches', exact: true }).click();
      await isReady(other, 'WatchCaches');
      await other.getByRole('button', { name: 'Headers', exact: true }).click();
      await other.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
      await other.keyboard.insertText('{ "Authorization": "Bearer t0ken" }');
      await other.locator('.graphiql-execute-button').click();
      const shown = () => other.locator('.graphiql-response').innerText();
      await expect.poll(shown, { timeout: 10_000 }).toContain('"measuredAt"');
      await other.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('asked no other host for anything, and complained of nothing', () => {
    expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
  });
});
