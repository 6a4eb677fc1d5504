/** Files with secrets that other users of the machine may read or change: warned of at the start. */
import type { Logger } from '../log.js';
import { readSettingsFile } from '../settings-file.js';

const [readByOthers, writtenByOthers] = [0o004, 0o002];

export interface FilesWithSecrets {
  /** Empty without one. */
  readonly authFile: string;
  readonly clustersFile: string;
}

/**
 * No more than a warning: Kubernetes mounts secrets with mode 0644, in a container that has no other users.
 * @throws ConfigError where a file cannot be read any more
 */
export function warnOfExposedFiles({ authFile, clustersFile }: FilesWithSecrets, log: Logger): void {
  if (process.platform === 'win32') return; // modes say nothing there
  const files = [
    { setting: '--auth-file', path: authFile, holdsSecrets: () => true },
    { setting: '--clusters-file', path: clustersFile, holdsSecrets: holdsPasswords },
  ];
  for (const { setting, path, holdsSecrets } of files) {
    if (path === '') continue;
    const { text, mode } = readSettingsFile(path);
    const fields = { setting, file: path, mode: mode.toString(8).padStart(4, '0') };
    if ((mode & writtenByOthers) !== 0)
      log.warn('every user of this machine can change a file that says who is let in', fields);
    else if ((mode & readByOthers) !== 0 && holdsSecrets(text))
      log.warn('every user of this machine can read a file that holds secrets', fields);
  }
}

/** Whether a password stands in the file itself, and not in a variable that it refers to. */
function holdsPasswords(text: string): boolean {
  let found = false;
  JSON.parse(text, (key, value: unknown) => {
    if (typeof value === 'string') found ||= isSecret(key, value);
    return value;
  });
  return found;
}

function isSecret(key: string, value: string): boolean {
  if (/password/i.test(key)) return value !== '' && !value.includes('${');
  // Braces are no part of a URL: what stands for a variable is replaced by something that is.
  const url = value.replaceAll(/\$\{[^{}]*\}/g, '');
  return URL.canParse(url) && new URL(url).password !== '';
}
