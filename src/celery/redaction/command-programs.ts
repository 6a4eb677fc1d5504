/** Programs that take a secret as an argument whose name does not say so, as their manuals have it. */

export interface SecretArgument {
  /** The flags, as they are written. */
  readonly flags: readonly string[];
  /** Whether the secret follows as the next argument, in the same one, or either way. */
  readonly place: 'next' | 'attached' | 'either';
  /** Whether only what is behind the first of these separators is secret, as in `user:password`. */
  readonly behind?: ':' | ',' | '%';
  /** Only where the command has this word before it. */
  readonly after?: string;
  /** Only before the first word that is no flag: another program follows. */
  readonly isLeading?: true;
}

interface Program {
  readonly names: readonly string[];
  readonly secrets: readonly SecretArgument[];
}

const password = (flags: string, place: SecretArgument['place']): SecretArgument => ({
  flags: flags.split(' '),
  place,
});

export const programs: readonly Program[] = [
  {
    names: 'mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mariadb mycli'.split(' '),
    secrets: [password('-p', 'attached')],
  },
  { names: ['sshpass'], secrets: [{ flags: ['-p'], place: 'either', isLeading: true }] },
  {
    names: 'mongo mongosh mongodump mongorestore mongoexport mongoimport rabbitmqadmin cqlsh'.split(' '),
    secrets: [password('-p', 'next')],
  },
  { names: ['redis-cli'], secrets: [password('-a --pass', 'next')] },
  {
    names: ['curl'],
    secrets: [
      { flags: ['-u', '-U', '--user', '--proxy-user'], place: 'either', behind: ':' },
      password('--oauth2-bearer --pass --proxy-pass', 'next'),
    ],
  },
  { names: ['lftp'], secrets: [{ flags: ['-u'], place: 'next', behind: ',' }] },
  { names: ['smbclient'], secrets: [{ flags: ['-U'], place: 'either', behind: '%' }] },
  {
    names: 'docker podman nerdctl buildah skopeo helm crane az'.split(' '),
    secrets: [{ flags: ['-p'], place: 'next', after: 'login' }],
  },
  {
    names: 'ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd'.split(' '),
    secrets: [password('-w', 'either')],
  },
  { names: ['zip', 'unzip'], secrets: [password('-P', 'either')] },
  { names: ['7z', '7za', '7zz'], secrets: [password('-p', 'attached')] },
  { names: ['sqlcmd', 'bcp'], secrets: [password('-P', 'either')] },
  { names: ['openssl'], secrets: [password('-passin -passout -pass -k -K', 'next')] },
];

export const secretArguments: ReadonlyMap<string, readonly SecretArgument[]> = new Map(
  programs.flatMap(({ names, secrets }) => names.map((name) => [name, secrets] as const)),
);
