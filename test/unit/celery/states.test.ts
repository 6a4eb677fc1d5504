import { expect, it } from 'vitest';
import { phaseOf, taskStates } from '../../../src/celery/states.js';

it('each state of Celery has a phase of its own', () => {
  expect(taskStates.map((state) => phaseOf(state))).toEqual([
    'WAITING',
    'RECEIVED',
    'RUNNING',
    'SUCCEEDED',
    'FAILED',
    'RETRYING',
    'REVOKED',
    'REJECTED',
  ]);
  expect(phaseOf('END_UNKNOWN')).toBe('END_UNKNOWN');
});

it('a state that the application defines has the phase CUSTOM', () => {
  expect(phaseOf('PROGRESS')).toBe('CUSTOM');
  expect(phaseOf('constructor')).toBe('CUSTOM');
});
