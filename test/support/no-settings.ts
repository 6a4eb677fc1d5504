/** The environment of a run of the tests must not configure the command that they start. */
import { variables } from '../../src/config/config.js';

/** To be spread over an environment: neither settings nor the test suite's own variables, which the command refuses. */
export const noSettings: Readonly<Record<string, undefined>> = Object.fromEntries(
  [...variables, ...Object.keys(process.env).filter((name) => name.startsWith('CELERYQL_'))].map(
    (name) => [name, undefined],
  ),
);
