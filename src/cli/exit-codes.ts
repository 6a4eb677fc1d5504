/** What the command's exit code says; docs/configuration.md and `--help` show these rows. */
export const exitCodes = {
  done: {
    code: 0,
    doc: 'the command is done, or the gateway was stopped by SIGINT, SIGTERM or its terminal and has closed everything',
  },
  failed: {
    code: 1,
    doc: 'the gateway could not listen, an unexpected error occurred, or closing took longer than 4.5 seconds',
  },
  misused: {
    code: 2,
    doc: 'a flag, a variable or a settings file is wrong; one line on standard error names it',
  },
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
