/**
 * GraphiQL in a browser that has no other host to ask: it loads, queries and subscribes.
 * CELERYQL_SCREENSHOT=<path> keeps a picture of it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256Of } from '../../src/access/bearer.js';
import { hashPassword } from '../../src/access/password-hash.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { chromiumPath, describeWith } from '../support/requirements.js';

const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const offline = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

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
    page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
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
  /** What an editor shows, whose spaces are not breaking. */
  const read = async (pane: string) => (await page.locator(pane).innerText()).replaceAll('\u00a0', ' ');
  const answer = () => read('.graphiql-response');

  /** Presses the button, and chooses one of the operations that it offers. */
  async function run(operation: string): Promise<void> {
    await execute().click();
    await page.getByRole('menuitem', { name: operation, exact: true }).click();
  }

  it('opens with documented operations in its first tab', async () => {
    await expect.poll(() => read('.graphiql-query-editor')).toContain('query Overview {');
  });

  it('can be photographed', async () => {
    const path = process.env['CELERYQL_SCREENSHOT'];
    if (path === undefined) return;
    await run('Overview');
    await expect.poll(answer, { timeout: 10_000 }).toContain('@embedded"');
    await page.screenshot({ path });
  });

  it('shows its lines whole in a window that is 1280 pixels wide', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    const box = await page.locator('.graphiql-query-editor .monaco-editor').first().boundingBox();
    const ends = await page
      .locator('.graphiql-query-editor .view-line > span')
      .evaluateAll((spans) => spans.map((span) => span.getBoundingClientRect().right));
    expect(Math.max(...ends)).toBeLessThanOrEqual((box?.x ?? 0) + (box?.width ?? 0));
    await page.setViewportSize({ width: 1600, height: 1000 });
  });

  it('has the same tab after a reload, and what was changed in it', async () => {
    const tabs = page.locator('.graphiql-tab-button');
    const reload = async () => {
      await page.reload();
      await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    };
    await reload();
    expect(await tabs.allInnerTexts()).toEqual(['Overview']);

    await page.locator('.graphiql-query-editor .view-line').first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('# mine\n');
    await expect
      .poll(() => page.evaluate("localStorage.getItem('graphiql:tabState')"), { timeout: 10_000 })
      .toContain('# mine');
    await reload();
    expect(await tabs.allInnerTexts()).toEqual(['Overview']);
    await expect.poll(() => read('.graphiql-query-editor'), { timeout: 10_000 }).toContain('# mine');
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
      await other.locator('.graphiql-query-editor').waitFor();
      await other.locator('.graphiql-execute-button').click();
      await other.getByRole('menuitem', { name: 'WatchCaches', exact: true }).click();
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
      await other.locator('.graphiql-query-editor').waitFor();
      await other.getByRole('button', { name: 'Headers', exact: true }).click();
      await other.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
      await other.keyboard.insertText('{ "Authorization": "Bearer t0ken" }');
      await other.locator('.graphiql-execute-button').click();
      await other.getByRole('menuitem', { name: 'WatchCaches', exact: true }).click();
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
