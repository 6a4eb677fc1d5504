import { expect, it } from 'vitest';
import { taskEventKind } from '../../../../src/celery/events/task-event-kind.js';

it('the events that Celery sends have a kind of their own, all others are custom', () => {
  expect(taskEventKind('task-received')).toBe('RECEIVED');
  expect(taskEventKind('task-cancelled')).toBe('CANCELLED');
  expect(taskEventKind('task-progress')).toBe('CUSTOM');
});
