/** The clients of docs/api.md, as they are shown there, against the embedded cluster. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Window } from 'happy-dom';
import { createElement } from 'react';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TaskStatusDocument } from '../../src/generated/operations.js';
import { readPage } from '../support/documentation.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { WebSocket } from '../support/web-socket.js';
import { countWorkers, execute, taskEvents } from './fetch-client.js';

let gateway: TestGateway;
let url: string;
beforeAll(async () => {
  vi.stubGlobal('WebSocket', WebSocket); // Node.js has one from version 22 on
  gateway = await startTestGateway();
  url = `${gateway.origin}/graphql`;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  vi.unstubAllGlobals();
});

describe('the client with fetch', () => {
  it('counts the workers', async () => {
    await vi.waitFor(async () => expect(await countWorkers(url)).toBe(3), 10_000);
  });

  it('has the errors of an operation', async () => {
    const { errors } = await execute(url, TaskStatusDocument, { cluster: 'nothing' });
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['UNKNOWN_CLUSTER']);
  });

  it('receives the events of tasks', async () => {
    const states: string[] = [];
    for await (const { state } of taskEvents(url, ['SUCCESS', 'STARTED'])) {
      states.push(state);
      if (states.length === 3) break;
    }
    expect(['SUCCESS', 'STARTED']).toEqual(expect.arrayContaining(states));
  });
});

it('the client with React and urql shows the counts and the last event', async () => {
  const window = new Window();
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', window.document);
  vi.stubGlobal('navigator', window.navigator);
  // They look for a window when they are loaded.
  const { createRoot } = await import('react-dom/client');
  const { Provider } = await import('urql');
  const { newClient, Tasks } = await import('./react-client.js');
  const place = document.createElement('div');
  const root = createRoot(place);
  root.render(createElement(Provider, { value: newClient(url) }, createElement(Tasks)));

  await vi.waitFor(() => {
    expect(place.querySelector('ul')?.textContent).toMatch(/SUCCESS: \d+/);
    expect(place.querySelector('p')?.textContent).toMatch(/^[\w.]+ [A-Z]+$/);
  }, 10_000);
  root.unmount();
  await window.happyDOM.close();
});

describe.each(['fetch-client.ts', 'react-client.tsx'])('%s', (name) => {
  const client = readFileSync(join(import.meta.dirname, name), 'utf8');

  it('has at most 40 lines', () => {
    expect(client.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  it('is in docs/api.md as it is tested', () => {
    const blocks = [...readPage('docs/api.md').matchAll(/```tsx?\n([^]*?)```/g)].map(([, text]) => text);
    expect(blocks).toContain(
      client.replaceAll('../../src/generated/operations.js', 'celeryql/operations'),
    );
  });
});
