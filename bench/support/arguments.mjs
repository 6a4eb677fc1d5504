/** The arguments of the command, and what is wrong with them. */
import { parseArgs } from 'node:util';

export const usage = `npm run bench [-- SUBJECT...] [-- --compare COMMIT] [--rounds N] [--minutes N] [--quick] [--write]

  SUBJECT           only these subjects; all without one
  --compare COMMIT  also builds this commit, and measures both builds in turn
  --rounds N        rounds that count, after one that warms up; 5 by default
  --minutes N       length of the soak; 3 by default
  --quick           short rounds and small clusters, to see that a subject works; never written
  --write           writes the figures into bench/RESULTS.md and README.md, as a run of all subjects does`;

const defaultRounds = 5;
const quickRounds = 2;
const defaultMinutes = 3;

/** A wrong argument: the message says which, and what is accepted. */
export class ArgumentError extends Error {}

/**
 * @param argv what follows the command
 * @param known names of all subjects
 * @throws ArgumentError
 */
export function parseArguments(argv, known) {
  const { values, positionals } = parse(argv);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ArgumentError(`no such subject: ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const { quick, compare = null } = values;
  if (values.write && (quick || compare !== null))
    throw new ArgumentError(
      '--write needs a whole measurement of one build, without --quick and --compare',
    );
  return {
    subjects: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : [...known],
    compare,
    rounds: countOf('--rounds', values.rounds, quick ? quickRounds : defaultRounds),
    minutes: countOf('--minutes', values.minutes, defaultMinutes),
    quick,
    write: values.write || (positionals.length === 0 && !quick && compare === null),
    help: values.help,
  };
}

function parse(argv) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        compare: { type: 'string' },
        rounds: { type: 'string' },
        minutes: { type: 'string' },
        quick: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    });
  } catch (error) {
    throw new ArgumentError(error.message);
  }
}

function countOf(flag, text, fallback) {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new ArgumentError(`${flag} must be a whole number from 1 to 999`);
  return Number(text);
}
