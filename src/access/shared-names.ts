/** Names of users that several ways to sign in could give to several people. */
import type { AuthenticationMethod } from './viewer.js';
import { hasMethod } from './visibility.js';
import type { Visibility } from './visibility.js';
import type { Logger } from '../log.js';

interface Named {
  readonly name: string;
  readonly visibleTo: Visibility | null;
}

/** Warns of clusters that a user may see for a name that another user, of another method, may have as well. */
export function warnOfSharedNames(
  clusters: readonly Named[],
  methods: readonly AuthenticationMethod[],
  log: Logger,
): void {
  if (methods.length < 2) return;
  const names = clusters
    .filter(({ visibleTo }) => visibleTo?.users.some((user) => !hasMethod(user)))
    .map(({ name }) => name);
  if (names.length > 0)
    log.warn('visibleTo names a user of several methods, use method:name to select one', {
      clusters: names,
      methods,
    });
}
