#!/usr/bin/env node
/**
 * The command: settings in, a running gateway out, what is read again on SIGHUP, and a clean end on SIGINT
 * and SIGTERM.
 */
import { commands, isCommand } from './auth-commands.js';
import type { Command } from './auth-commands.js';
import { standardRedactor } from '../celery/redaction/redactor.js';
import { formerNamesInUse, misspelledSettings, readConfig } from '../config/config.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../errors.js';
import { exitCodes } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import type { Gateway } from '../gateway.js';
import { helpText } from './help.js';
import { createLogger } from '../log.js';
import type { Logger } from '../log.js';
import { redactorOf } from '../config/rows/redaction.js';
import { readableStack } from './readable-stack.js';
import { version } from '../version.js';

const { done, failed, misused } = exitCodes;
/** Milliseconds that closing may take before the process ends all the same. */
const shutdownDeadline = 4_500;

// Node prints the trace of an error that ends the process.
process.on('uncaughtExceptionMonitor', (error) => {
  if (error instanceof Error && error.stack !== undefined) error.stack = readableStack(error.stack);
});

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(helpText());
  if (args.includes('--version')) return void process.stdout.write(`${version}\n`);
  const [command, ...rest] = args;
  if (isCommand(command)) return runCommandOrExit(command, rest);
  const config = configOrExit(args);
  const redactor = redactorOf(config);
  const log = createLogger(config.logLevel, undefined, (entry) => redactor.value(entry));
  for (const misspelled of misspelledSettings(process.env))
    log.warn('environment variable has no effect, check its spelling', { ...misspelled });
  const former = formerNamesInUse(args, process.env);
  if (former !== null)
    log.warn('settings of caches have new names; the old names still work', { ...former });
  const gateway = await startOrExit(config, log);
  stopOnSignals(gateway, log); // before a client can see that it runs
  log.info(
    gateway.embedded
      ? 'showing the embedded cluster; to monitor a real one, start with BROKER_URL=redis://host:6379/0'
      : 'monitoring a cluster',
    { url: gateway.url, broker: gateway.broker, version },
  );
}

async function runCommandOrExit(command: Command, args: readonly string[]): Promise<void> {
  try {
    await commands[command].run(args, process.stdin, (line) => void process.stdout.write(`${line}\n`));
  } catch (error) {
    if (error instanceof ConfigError) exit(misused, error.message);
    throw error;
  }
}

function configOrExit(args: readonly string[]): Config {
  try {
    return readConfig(args, process.env);
  } catch (error) {
    if (error instanceof ConfigError) exit(misused, error.message);
    throw error;
  }
}

async function startOrExit(config: Config, log: Logger): Promise<Gateway> {
  try {
    // graphql-js looks for a second copy of itself behind every value that it handles, except in production.
    process.env['NODE_ENV'] ??= 'production';
    // Loaded now, so that help and complaints about settings come at once.
    const { startGateway } = await import('../gateway.js');
    return await startGateway(config, log);
  } catch (error) {
    if (error instanceof ConfigError) exit(misused, error.message);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const place = `${config.host}:${config.port}`;
    if (code === 'EADDRINUSE')
      exit(failed, `${place} is already in use; choose another with --port or PORT`);
    if (code === 'EACCES') exit(failed, `${place} may not be listened on: permission denied`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      exit(failed, `${config.host} is not an address of this machine`);
    throw error;
  }
}

function stopOnSignals(gateway: Gateway, log: Logger): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A process group gets the signal, and then npm or a supervisor passes it on: the deadline ends it in any case.
    if (isStopping) return;
    isStopping = true;
    log.info('stopping', { signal });
    setTimeout(() => exit(failed, 'closing took too long'), shutdownDeadline).unref();
    gateway[Symbol.asyncDispose]().then(
      () => {
        log.info('stopped');
        process.exit(done.code);
      },
      (error: unknown) => {
        log.error('stopping failed', { error });
        process.exit(failed.code);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // At a terminal it says that this was closed; a service manager sends it to have the settings read again.
  const isAtTerminal = process.stdin.isTTY || process.stdout.isTTY;
  process.on('SIGHUP', (signal) => (isAtTerminal ? stop(signal) : gateway.reload()));
}

function exit({ code }: ExitCode, message: string): never {
  process.stderr.write(`celeryql: ${standardRedactor.text(message)}\n`);
  process.exit(code);
}

await main(process.argv.slice(2));
