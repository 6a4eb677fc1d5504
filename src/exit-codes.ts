/** What the command's exit code says; README's table and `--help` have the same rows. */
export const exitCodes = {
  done: {
    code: 0,
    doc: 'it did what it was asked, or was stopped by SIGINT, SIGTERM or its terminal and has closed everything',
  },
  failed: {
    code: 1,
    doc: 'it could not listen, something unexpected happened, or closing took longer than 4.5 seconds',
  },
  misused: {
    code: 2,
    doc: 'a flag, a variable or a file of settings is wrong; one line on standard error says which',
  },
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
