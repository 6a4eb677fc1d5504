/** The committed queries: each one answers. What mutations do has tests of its own. */
import { Kind, OperationTypeNode } from 'graphql';
import type { DocumentNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as generated from '../../../src/generated/operations.js';
import { startTestGateway } from '../../support/gateway.js';
import type { TestGateway } from '../../support/gateway.js';

const operations = Object.entries(generated).flatMap(([name, document]: [string, DocumentNode]) => {
  const [definition] = document.definitions;
  const isOperation = definition?.kind === Kind.OPERATION_DEFINITION;
  return isOperation && definition.operation === OperationTypeNode.QUERY
    ? [[name, document] as const]
    : [];
});

describe('The embedded cluster', () => {
  let gateway: TestGateway;
  const variables = { taskId: '', hostname: 'worker1@embedded' };
  beforeAll(async () => {
    gateway = await startTestGateway();
    variables.taskId = await vi.waitFor(async () => {
      const { data } = await gateway.execute(generated.TasksDocument, { useCache: false });
      const [newest] = data?.tasks?.nodes ?? [];
      return newest?.taskId ?? Promise.reject(new Error('no task yet'));
    }, 5_000);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it.each(operations)('answers %s', async (_name, document) => {
    const { data, errors } = await gateway.execute(document, variables);
    expect(errors).toBeUndefined();
    expect(Object.values(data as object)).not.toContain(null);
  });

  it('asks each worker once for what several fields of one operation need', async () => {
    const { data, errors } = await gateway.query<{
      workers: { nodes: { hostname: string; activeTasks: unknown[] }[] };
      metricsSummary: { poolSlots: number; saturationPercent: number };
    }>(
      '{ workers { nodes { hostname activeTasks { taskId } } } metricsSummary { poolSlots saturationPercent } }',
    );

    expect(errors).toBeUndefined();
    expect(data?.workers.nodes.map(({ hostname }) => hostname)).toEqual([
      'media@embedded',
      'worker1@embedded',
      'worker2@embedded',
    ]);
    expect(data?.metricsSummary.saturationPercent).toBeLessThanOrEqual(100);
  });
});
