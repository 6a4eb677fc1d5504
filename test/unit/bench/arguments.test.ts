import { describe, expect, it } from 'vitest';
import { ArgumentError, parseArguments } from '../../../bench/support/arguments.mjs';

const known = ['hot', 'cold', 'engine'];

describe('parseArguments', () => {
  it('measures and writes all subjects without an argument', () => {
    expect(parseArguments([], known)).toEqual({
      subjects: ['hot', 'cold', 'engine'],
      compare: null,
      rounds: 5,
      minutes: 3,
      quick: false,
      write: true,
      help: false,
    });
  });

  it('takes subjects in the order in which they are measured, and writes nothing', () => {
    expect(parseArguments(['engine', 'hot', '--rounds', '3'], known)).toMatchObject({
      subjects: ['hot', 'engine'],
      rounds: 3,
      write: false,
    });
  });

  it('writes some subjects with --write', () => {
    expect(parseArguments(['hot', '--write'], known)).toMatchObject({ subjects: ['hot'], write: true });
  });

  it('writes nothing when it is quick or compares two builds', () => {
    expect(parseArguments(['--quick'], known)).toMatchObject({ write: false, rounds: 2 });
    expect(parseArguments(['--compare', 'main'], known)).toMatchObject({
      write: false,
      compare: 'main',
    });
  });

  it.each([
    [['warm'], 'no such subject: warm; there are hot, cold, engine'],
    [['--rounds', '0'], '--rounds must be a whole number from 1 to 999'],
    [['--minutes', 'x'], '--minutes must be a whole number from 1 to 999'],
    [['--rounds', '2.5'], '--rounds must be a whole number from 1 to 999'],
    [['--quick', '--write'], '--write needs a whole measurement of one build'],
    [['--compare', 'main', '--write'], '--write needs a whole measurement of one build'],
    [['--fast'], "Unknown option '--fast'"],
  ])('rejects %j', (argv, message) => {
    expect(() => parseArguments(argv, known)).toThrow(ArgumentError);
    expect(() => parseArguments(argv, known)).toThrow(message);
  });
});
